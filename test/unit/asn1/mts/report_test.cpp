#include "x400/asn1/mts/report.hpp"

#include <catch2/catch.hpp>

#include "mts_vectors.hpp"
#include "x400/asn1/mts/content_split.hpp"
#include "x400/asn1/mts/extension_values.hpp"

using namespace x400;
using namespace x400::asn1;
using namespace x400::asn1::mts;
using mts_vectors::octets;

namespace {

std::string surname(const EncodedORName& name) { return name.address().personal_name.surname.printable; }

}  // namespace

TEST_CASE("a report of another encoder") {
  const Octets argument = octets(mts_vectors::report);
  auto parts = split_report_delivery(argument);
  REQUIRE(parts.ok());
  REQUIRE(parts->content);
  CHECK(chars(parts->content->content) == "returned");
  auto e = ReportDeliveryEnvelope::decode(parts->envelope);
  REQUIRE(e.ok());
  CHECK(e->subject_identifier.local() == "a.1");
  CHECK(e->content_identifier == "cid1");
  CHECK(e->content_type == ContentType{std::int64_t{22}});
  CHECK(e->original_eits->oids().size() == 2);
  CHECK(**content_correlator(e->extensions) == to_octets("corr"));
  CHECK((*reporting_mta_name(e->extensions))->name == "MTA1");
  REQUIRE(e->recipients.size() == 2);

  const ReportedRecipient& bob = e->recipients[0];
  CHECK(surname(bob.actual_recipient) == "bob");
  CHECK(surname(bob.submitted_name()) == "first");
  const auto& delivered = std::get<DeliveryReport>(bob.report);
  CHECK(delivered.delivery_time.text == "260101120500Z");
  CHECK(delivered.user_type == MtsUserType::ms);

  const ReportedRecipient& eve = e->recipients[1];
  CHECK(surname(eve.submitted_name()) == "eve");
  const auto& failed = std::get<NonDeliveryReport>(eve.report);
  CHECK(failed.reason == 1);
  CHECK(failed.diagnostic == 999);
  CHECK(eve.supplementary_information == "no such");

  CHECK(e->encode() == parts->envelope);
  Octets again = report_delivery_head(e->encode(), 8);
  append(again, view("returned"));
  CHECK(again == argument);
}

TEST_CASE("a report without returned content, with defaults") {
  ReportDeliveryEnvelope e;
  e.recipients.push_back({{}, DeliveryReport{UtcTime{"260101120000Z"}}, {}, {}, {}, {}});
  e.recipients.push_back({{}, NonDeliveryReport{0, {}}, {}, {}, {}, {}});
  const Octets argument = e.encode();
  auto parts = split_report_delivery(argument);
  REQUIRE(parts.ok());
  CHECK_FALSE(parts->content);
  auto d = ReportDeliveryEnvelope::decode(parts->envelope);
  REQUIRE(d.ok());
  CHECK(std::get<DeliveryReport>(d->recipients[0].report).user_type == MtsUserType::public_);
  CHECK_FALSE(std::get<NonDeliveryReport>(d->recipients[1].report).diagnostic);
  CHECK_FALSE(d->content_type);
}

TEST_CASE("reasons and diagnostics have names, unknown numbers have none") {
  CHECK(reason_name(0) == "transfer-failure");
  CHECK(reason_name(8) == "transfer-failure-for-security-reason");
  CHECK(reason_name(9).empty());
  CHECK(diagnostic_name(0) == "unrecognised-OR-name");
  CHECK(diagnostic_name(46) == "secure-messaging-error");
  CHECK(diagnostic_name(78) == "unsupported-security-policy");
  CHECK(diagnostic_name(79).empty());
  CHECK(diagnostic_name(-1).empty());
}

TEST_CASE("results of report-delivery") {
  CHECK(to_hex(encode_report_delivery_result()) == "0500");
  CHECK(decode_report_delivery_result(octets("0500")).ok());
  CHECK(decode_report_delivery_result(octets("310b 3009 83032b1a02 81020520")).ok());
  CHECK(decode_report_delivery_result(octets("3000")).error().kind() == ErrorKind::malformed);
  CHECK(decode_report_delivery_result(octets("05")).error().kind() == ErrorKind::truncated);
}

TEST_CASE("reports that are none") {
  const Octets whole = octets(mts_vectors::report);
  CHECK(ReportDeliveryEnvelope::decode(whole).error().kind() == ErrorKind::malformed);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    CHECK(split_report_delivery(View(whole).first(n)).error().kind() == ErrorKind::truncated);
    CHECK(ReportDeliveryEnvelope::decode(View(whole).first(n)).error().kind() == ErrorKind::truncated);
  }
  for (const char* hex : {"3104 8000 8000", "3000"}) {
    const Octets wrong = octets(hex);
    CHECK(split_report_delivery(wrong).error().kind() == ErrorKind::malformed);
  }
}
