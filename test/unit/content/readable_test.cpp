#include "x400/content/readable.hpp"

#include "people.hpp"
#include "vectors.hpp"
#include "x400/content/compose_ats.hpp"
#include "x400/content/compose_military.hpp"
#include "x400/content/edi.hpp"

using namespace x400;
using namespace x400::content;
using test::heading_to;
using test::hex;
using test::person;

namespace {

const asn1::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 2} + std::chrono::hours(12)};

bool has(const std::string& text, const std::string& what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("a message with a forwarded one, as people read it") {
  NewHeading inner = heading_to({"Carol"});
  inner.subject = "inner";
  NewHeading h = heading_to({"Bob"});
  h.primary[0].notify.rn = true;
  h.importance = Importance::high;
  h.expiry_time = noon;
  const Octets forwarded = *message_part({}, *compose_ipm(inner, {*ia5_text_part("nested text")}));
  const Octets content =
      *compose_ipm(h, {*ia5_text_part("line 1\r\nline 2"),
                       *file_transfer_part({"a.pdf", {}, {}, ""}, hex("0102")), forwarded});
  const std::string expected =
      "Message:    1 of S=Alice; O=Org; P=DEMO; A=TEST; C=XX\n"
      "From:       S=Alice; O=Org; P=DEMO; A=TEST; C=XX\n"
      "To:         S=Bob; O=Org; P=DEMO; A=TEST; C=XX [receipt asked]\n"
      "Subject:    hello\n"
      "Expires:    2026-01-02T12:00:00Z\n"
      "Importance: high\n"
      "\n--- part 1: ia5-text\n"
      "line 1\nline 2\n"
      "\n--- part 2: file-transfer, \"a.pdf\", 2 octets\n"
      "\n--- part 3: message\n"
      "| Message:    1 of S=Alice; O=Org; P=DEMO; A=TEST; C=XX\n"
      "| From:       S=Alice; O=Org; P=DEMO; A=TEST; C=XX\n"
      "| To:         S=Carol; O=Org; P=DEMO; A=TEST; C=XX\n"
      "| Subject:    inner\n"
      "| \n"
      "| --- part 1: ia5-text\n"
      "| nested text\n";
  CHECK(readable(content, Format::p22) == expected);
  ReadableOptions shallow;
  shallow.depth = 0;
  CHECK(has(readable(content, Format::p22, shallow), "nested deeper"));
  ReadableOptions brief;
  brief.text_octets = 4;
  CHECK(has(readable(content, Format::p22, brief), "line\n(cut: 10 octets more)\n"));
}

TEST_CASE("text that came with a message cannot steer a terminal") {
  CHECK(printable_text("a\x1b[2J\x07\r\nb\tc\x7f") == "a^[[2J^G\nb\tc^?");
  CHECK(printable_text("\xC2\x9B"
                       "2J \xC2\xA9") == "?2J \xC2\xA9");
  CHECK(printable_text("a\rb\fc") == "a\nb\nc");
  NewHeading h = heading_to({"Bob"});
  h.subject = "one";
  const Octets content = *compose_ipm(h, {*ia5_text_part("\x1b]0;title\x07")});
  CHECK_FALSE(has(readable(content, Format::p22), "\x1b"));
}

TEST_CASE("ATS, military and EDI messages name what matters to their readers") {
  NewAtsMessage ats;
  ats.header = {AtsPriority::dd, "021200", "OHI"};
  ats.text = "(FPL)";
  ats.this_ipm = {person("Alice"), "1"};
  ats.originator = person("Alice");
  ats.primary = {person("Bob")};
  ats.extended_service = true;
  ats.filed = noon;
  const std::string a = readable(*compose_ats(ats), Format::p22);
  CHECK(has(a, "ATS:        DD, filed 021200, OHI OHI\n(FPL)\n"));
  CHECK(has(a, "[precedence 71 DD]"));
  CHECK(has(a, "Reference:  OHI\n"));

  NewHeading h = heading_to({"Bob"});
  h.this_ipm.local = military_identifier(1, noon);
  NewMilitary m;
  m.primary_precedence = Precedence::flash;
  m.sics = {"ABC"};
  m.message_type = MilitaryMessageType{0, "EX 1"};
  const std::string p = readable(*compose_p772(h, m, {}), Format::p772);
  CHECK(has(p, "Precedence: 4 (flash)\n"));
  CHECK(has(p, "SIC:        ABC\n"));
  CHECK(has(p, "Type:       EXERCISE EX 1\n"));

  const auto edim =
      compose_edim({person("Alice"), "7", {person("Bob")}, "UNB+UNOA:1+A+B+260102:1200+R'UNH+1+ORDERS'"});
  const std::string e = readable(*edim, Format::edi);
  CHECK(has(e, "Type:       ORDERS\n"));
  CHECK(has(e, "UNB+UNOA"));
}

TEST_CASE("notifications as people read them") {
  const Octets id = *encode_identifier({person("Alice"), "1"});
  const NewNotification n{id, NewDescriptor(person("Bob")), {}, ""};
  CHECK(has(readable(*compose_receipt(n, noon, false), Format::p2), "Received:   2026-01-02T12:00:00Z\n"));
  const std::string d = readable(*compose_discarded(n, DiscardReason::expired), Format::p2);
  CHECK(has(d, "Reason:     discarded\n"));
  CHECK(has(d, "Because:    expired\n"));
}

TEST_CASE("what cannot be read is described") {
  CHECK(readable(hex("a005"), Format::p22).find("(p22 content of 2 octets, unreadable") == 0);
  CHECK(readable(hex("0102"), Format::other) == "(other content of 2 octets)\n");
  CHECK(readable({}, Format::edi).find("(edi content of 0 octets") == 0);
}
