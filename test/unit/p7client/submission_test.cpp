#include "x400/p7client/submission.hpp"

#include <catch2/catch.hpp>

#include "x400/asn1/or_text.hpp"

using namespace x400;
using namespace x400::p7client;
namespace mts = x400::asn1::mts;

namespace {

asn1::ORName name(const std::string& surname) {
  auto address = asn1::parse_or_address("C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=" + surname);
  REQUIRE(address.ok());
  return {std::move(*address), {}};
}

Recipient recipient(const std::string& surname) {
  Recipient r;
  r.name = name(surname);
  return r;
}

NewMessage message() {
  NewMessage m;
  m.originator = name("Alice");
  m.to = {recipient("Bob")};
  m.to[0].report = mts::ReportRequest::report;
  m.copy = {recipient("Carol")};
  m.subject = "s";
  m.text = "t";
  return m;
}

// As a store would read it: the argument's envelope decoded again.
mts::MessageSubmissionEnvelope sent(const NewMessage& m) {
  auto envelope = envelope_of(m);
  REQUIRE(envelope.ok());
  auto read = mts::MessageSubmissionEnvelope::decode(envelope->encode());
  REQUIRE(read.ok());
  return *read;
}

}  // namespace

TEST_CASE("a message without recipients is refused, composed or with a content of its own") {
  NewMessage m = message();
  m.to.clear();
  m.copy.clear();
  REQUIRE_FALSE(envelope_of(m).ok());
  CHECK(envelope_of(m).error().kind() == ErrorKind::invalid);
  CHECK(compose(m).error().kind() == ErrorKind::invalid);
}

TEST_CASE("all recipients stand in the envelope, with the reports asked for") {
  NewMessage m = message();
  m.blind_copy = {recipient("Dora")};
  const auto e = sent(m);
  REQUIRE(e.recipients.size() == 3);
  CHECK(e.recipients[0].report_request == mts::ReportRequest::report);
  CHECK(e.recipients[1].report_request == mts::ReportRequest::non_delivery_report);
}

TEST_CASE("blind copies keep the recipients of the envelope from being disclosed") {
  NewMessage m = message();
  CHECK(sent(m).indicators.disclosure_of_other_recipients);
  m.blind_copy = {recipient("Dora")};
  CHECK_FALSE(sent(m).indicators.disclosure_of_other_recipients);
}

TEST_CASE("a deferred message carries its time, others none") {
  NewMessage m = message();
  CHECK_FALSE(sent(m).deferred_delivery_time);
  m.deferred_until = asn1::Time(std::chrono::seconds(1'798'761'600));  // 2027-01-01
  m.priority = mts::Priority::urgent;
  const auto e = sent(m);
  REQUIRE(e.deferred_delivery_time);
  CHECK(e.deferred_delivery_time->text == "270101000000Z");
  CHECK(e.priority == mts::Priority::urgent);
}
