#include "x400/asn1/mts/submission.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "mts_vectors.hpp"
#include "source_folder.hpp"
#include "x400/asn1/mts/content_split.hpp"
#include "x400/asn1/mts/extension_values.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/ber/walk.hpp"

using namespace x400;
using namespace x400::asn1;
using namespace x400::asn1::mts;
using mts_vectors::octets;

namespace {

// The value that follows `marker` in a dialogue of test/vectors/p7.
Octets recorded(const std::string& file, const std::string& marker) {
  std::ifstream in(test::source_folder() / "vectors" / "p7" / file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t at = line.find(marker);
    if (line.empty() || line[0] == '#' || at == line.npos) continue;
    const Octets rest = octets(line.substr(at + marker.size()));
    auto extent = ber::walk_one(rest);
    REQUIRE(extent.ok());
    return Octets(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(extent->size));
  }
  FAIL("no " + marker + " in " + file);
  return {};
}

MessageSubmissionEnvelope decoded(View envelope) {
  auto e = MessageSubmissionEnvelope::decode(envelope);
  if (!e.ok()) FAIL(e.error().text());
  return *e;
}

}  // namespace

TEST_CASE("a recorded submission") {
  const Octets argument = recorded("own-p7-88-submit.hex", "020101020103");
  auto parts = split_message_submission(argument);
  REQUIRE(parts.ok());
  CHECK(parts->content.content.size() == 197);
  CHECK_FALSE(parts->content.constructed);
  const MessageSubmissionEnvelope e = decoded(parts->envelope);
  CHECK(print_rfc2156(e.originator_name.address()) ==
        "/CN=alice/G=A/S=Alice/O=Org/PRMD=PRMD/ADMD=ADMD/C=XX/");
  CHECK(e.content_type == ContentType{std::int64_t{22}});
  CHECK(e.content_identifier == "cid1");
  CHECK(e.priority == Priority::urgent);
  CHECK(e.original_eits->built_in.test(2));
  CHECK(e.indicators.disclosure_of_other_recipients);
  CHECK(e.indicators.content_return_request);
  CHECK_FALSE(e.indicators.service_message);
  CHECK(e.indicators.notification_type == 0);
  REQUIRE(e.recipients.size() == 1);
  CHECK(e.recipients[0].report_request == ReportRequest::report);
  CHECK(e.recipients[0].name.address().personal_name.surname.printable == "Bob");

  // Put together again: the same octets but for the unused bits of the indicators, which were not cut.
  Octets again = message_submission_head(e.encode(), parts->content.content.size());
  append(again, parts->content.content);
  auto parts_again = split_message_submission(again);
  REQUIRE(parts_again.ok());
  CHECK(decoded(parts_again->envelope).encode() == e.encode());
  Octets spliced = message_submission_head(parts->envelope, parts->content.content.size());
  append(spliced, parts->content.content);
  CHECK(spliced == argument);
}

TEST_CASE("a recorded result") {
  const Octets octets = recorded("own-p7-88-submit.hex", "020101302b020103");
  auto result = SubmissionResult::decode(octets);
  REQUIRE(result.ok());
  CHECK(result->identifier.to_string() == "[/ADMD=ADMD/C=XX/;id1]");
  CHECK(result->time.text == "260101120000Z");
  CHECK(result->encode() == octets);
}

TEST_CASE("an envelope of another encoder") {
  const MessageSubmissionEnvelope e = decoded(octets(mts_vectors::submission_envelope));
  CHECK(e.priority == Priority::normal);
  CHECK(e.deferred_delivery_time->text == "2601011200Z");
  CHECK(*number(e.extensions, extension::forwarding_request) == 7);
  CHECK(*flag(e.extensions, extension::dl_expansion_prohibited));
  REQUIRE(e.recipients.size() == 1);
  CHECK(e.recipients[0].report_request == ReportRequest::non_delivery_report);
  // What must not leave the store is taken out; the rest stays as it came.
  MessageSubmissionEnvelope without = e;
  CHECK(without.extensions.erase(ExtensionType(extension::forwarding_request)));
  const MessageSubmissionEnvelope sent = decoded(without.encode());
  CHECK(sent.extensions.fields().size() == 1);
  CHECK(to_hex(sent.extensions.fields()[0].octets()) == "300c80010381020520a2030a0101");
}

TEST_CASE("report requests: bits count, unused bits do not") {
  const auto request = [](const char* bits) {
    std::string hex = mts_vectors::submission_envelope;
    hex.replace(hex.find("80020008"), 8, bits);
    return decoded(octets(hex)).recipients[0].report_request;
  };
  CHECK(request("80020008") == ReportRequest::non_delivery_report);
  CHECK(request("80020308") == ReportRequest::non_delivery_report);
  CHECK(request("80020410") == ReportRequest::report);
  CHECK(request("80020010") == ReportRequest::report);
  CHECK(request("80020000") == ReportRequest::none);
  CHECK(request("80020018") == ReportRequest::report);
}

TEST_CASE("report requests are written as named bits") {
  MessageSubmissionEnvelope e;
  e.recipients.resize(3);
  e.recipients[0].report_request = ReportRequest::report;
  e.recipients[1].report_request = ReportRequest::non_delivery_report;
  e.recipients[2].report_request = ReportRequest::none;
  const std::string hex = to_hex(e.encode());
  CHECK(hex.find("80020410") != hex.npos);
  CHECK(hex.find("80020308") != hex.npos);
  CHECK(hex.find("800100") != hex.npos);
}

TEST_CASE("indicators and every optional field") {
  MessageSubmissionEnvelope e;
  e.originator_name = EncodedORName(*parse_or_address("S=a;A=a;C=us"));
  e.original_eits = EncodedInformationTypes::of({ber::Oid{2, 6, 3, 4, 2}});
  e.content_type = ContentType{ber::Oid{1, 3, 26, 0, 4406, 0, 4, 1}};
  e.content_identifier = "id";
  e.priority = Priority::non_urgent;
  e.indicators = {true, true, true, true, 3, true};
  e.deferred_delivery_time = UtcTime{"260101120000Z"};
  e.extensions.add(content_correlator(to_octets("c")));
  e.recipients.push_back({EncodedORName(*parse_or_address("S=b;A=a;C=us")), ReportRequest::report, 10, {}});
  const MessageSubmissionEnvelope d = decoded(e.encode());
  CHECK(d.indicators == e.indicators);
  CHECK(d.content_type == e.content_type);
  CHECK(d.priority == e.priority);
  CHECK(d.deferred_delivery_time == e.deferred_delivery_time);
  CHECK(d.recipients[0].explicit_conversion == 10);
  CHECK(d.extensions == e.extensions);
  CHECK(d.encode() == e.encode());
  e.indicators.notification_type = 1;
  CHECK(decoded(e.encode()).indicators.notification_type == 1);
  e.indicators.notification_type = 2;
  CHECK(decoded(e.encode()).indicators.notification_type == 2);
}

TEST_CASE("a probe has its recipients under [3]") {
  auto probe = ProbeSubmissionEnvelope::decode(octets(mts_vectors::probe_envelope));
  REQUIRE(probe.ok());
  CHECK(probe->content_type.to_string() == "1.3.26.4406.4.1");
  CHECK(probe->content_length == 100000);
  REQUIRE(probe->recipients.size() == 2);
  CHECK(probe->recipients[0].explicit_conversion == 10);
  CHECK(probe->recipients[0].report_request == ReportRequest::report);
  CHECK(probe->recipients[1].report_request == ReportRequest::none);
  auto again = ProbeSubmissionEnvelope::decode(probe->encode());
  REQUIRE(again.ok());
  CHECK(again->encode() == probe->encode());
  CHECK(MessageSubmissionEnvelope::decode(probe->encode()).error().kind() == ErrorKind::malformed);
}

TEST_CASE("contents: segmented, empty, followed by more") {
  const std::string envelope = mts_vectors::submission_envelope;
  const Octets pieces = octets("3080" + envelope + "2480 0402 6162 2403 0401 63 0000 0000");
  auto segmented = split_message_submission(pieces);
  REQUIRE(segmented.ok());
  Octets joined;
  CHECK(chars(*ber::read_octets(segmented->content, joined)) == "abc");
  CHECK(to_hex(segmented->envelope) == envelope);
  const Octets nothing = octets("3080" + envelope + "0400 0000");
  auto empty = split_message_submission(nothing);
  REQUIRE(empty.ok());
  CHECK(empty->content.content.empty());
  for (const std::string& hex : {"3080" + envelope + "0400 a400 0000", "3080" + envelope + "0000",
                                 std::string("3080 0400 0000"), "3180" + envelope + "0400 0000"}) {
    const Octets wrong = octets(hex);
    CHECK(split_message_submission(wrong).error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("recipients are limited to what X.411 allows") {
  const auto envelope = [](std::size_t recipients) {
    ber::Writer w;
    w.constructed(ber::tags::set, [&] {
      w.raw(octets("6002 3000 460116"));
      w.constructed(ber::context(1), [&] {
        for (std::size_t i = 0; i < recipients; ++i) w.raw(octets("3107 6002 3000 800100"));
      });
    });
    return std::move(w).take();
  };
  CHECK(decoded(envelope(32767)).recipients.size() == 32767);
  CHECK(MessageSubmissionEnvelope::decode(envelope(32768)).error().kind() == ErrorKind::limit);
}

TEST_CASE("submissions cut anywhere are truncated, and nothing else") {
  for (const std::string& hex :
       {mts_vectors::submission_envelope, mts_vectors::probe_envelope, mts_vectors::submission_result}) {
    const Octets whole = octets(hex);
    for (std::size_t n = 0; n < whole.size(); ++n) {
      const View cut = View(whole).first(n);
      CHECK(MessageSubmissionEnvelope::decode(cut).error().kind() == ErrorKind::truncated);
      CHECK(ProbeSubmissionEnvelope::decode(cut).error().kind() == ErrorKind::truncated);
      CHECK(SubmissionResult::decode(cut).error().kind() == ErrorKind::truncated);
      CHECK(split_message_submission(cut).error().kind() == ErrorKind::truncated);
    }
  }
}
