#include "x400/content/ats.hpp"

#include "people.hpp"
#include "vectors.hpp"
#include "x400/content/compose_ats.hpp"
#include "x400/content/ipm_extensions.hpp"
#include "x400/content/text_parts.hpp"

using namespace x400;
using namespace x400::content;
using asn1::ms::Priority;
using test::hex;
using test::person;

namespace {

const asn1::Time filed{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + std::chrono::hours(12)};

NewAtsMessage message(AtsPriority priority) {
  NewAtsMessage m;
  m.header = {priority, "241200", ""};
  m.text = "TEXT";
  m.this_ipm = {person("Alice"), "1"};
  m.originator = person("Alice");
  m.primary = {person("Bob"), person("Carol")};
  m.filed = filed;
  return m;
}

// The heading borrows `content`.
Heading heading_of(const Octets& content) { return InformationObject::read(content)->ipm()->heading; }

}  // namespace

TEST_CASE("AMHS case 1: the standard's octets") {
  const Octets body = hex("01 5052493a205353 0d0a 46543a20323431323030 0d0a 02 54455854");
  const auto ats = parse_ats_header(chars(body));
  REQUIRE(ats.has_value());
  CHECK(ats->header.priority == AtsPriority::ss);
  CHECK(ats->header.filing_time == "241200");
  CHECK(ats->header.ohi == "");
  CHECK(ats->text == "TEXT");
  CHECK(*format_ats(ats->header, ats->text) == chars(body));
}

TEST_CASE("AMHS case 2: optional heading information") {
  const auto ats = parse_ats_header("\x01PRI: FF\r\nFT: 010000\r\nOHI: ABC\r\n\x02");
  REQUIRE(ats.has_value());
  CHECK(ats->header.ohi == "ABC");
  CHECK(ats->text == "");
}

TEST_CASE("AMHS case 7: any other form is a text without header") {
  for (const char* body :
       {"", "TEXT", "\x01PRI:SS\r\nFT: 241200\r\n\x02T", "\x01PRI: XX\r\nFT: 241200\r\n\x02T",
        "\x01PRI: ss\r\nFT: 241200\r\n\x02T", "\x01PRI: SS\nFT: 241200\n\x02T",
        "\x01PRI: SS\r\nFT: 242400\r\n\x02T", "\x01PRI: SS\r\nFT: 24120\r\n\x02T",
        "\x01PRI: SS\r\nFT: 241200\r\nT", " \x01PRI: SS\r\nFT: 241200\r\n\x02T",
        "\x01PRI: SS\r\nFT: 241200\r\nOHI: never ends"})
    CHECK_FALSE(parse_ats_header(body).has_value());
}

TEST_CASE("AMHS cases 3 to 6: what our own sender may write") {
  const std::string text53(53, 'x'), text49(49, 'x');
  CHECK(format_ats({AtsPriority::ff, "241200", text53}, "").ok());
  CHECK_FALSE(format_ats({AtsPriority::ff, "241200", text53 + "x"}, "").ok());
  CHECK_FALSE(format_ats({AtsPriority::ss, "241200", text49}, "").ok());
  CHECK(format_ats({AtsPriority::ss, "241200", std::string(48, 'x')}, "").ok());
  CHECK(format_ats({AtsPriority::ff, "241200", ""}, "")->find("OHI") == std::string::npos);
  CHECK_FALSE(format_ats({AtsPriority::ff, "241200", "a\r\nb"}, "").ok());
  CHECK_FALSE(format_ats({AtsPriority::ff, "321200", ""}, "").ok());
}

TEST_CASE("Doc 9880 table 4-2 and the precedence policy") {
  struct Row {
    const char* letters;
    Priority priority;
    int precedence;
  };
  for (const Row& r :
       {Row{"SS", Priority::urgent, 107}, Row{"DD", Priority::normal, 71}, Row{"FF", Priority::normal, 57},
        Row{"GG", Priority::non_urgent, 28}, Row{"KK", Priority::non_urgent, 14}}) {
    const AtsPriorityInfo* p = ats_priority(r.letters);
    REQUIRE(p != nullptr);
    CHECK(p->mts_priority == r.priority);
    CHECK(p->precedence == r.precedence);
    CHECK(ats_priority_of_precedence(r.precedence) == p);
    CHECK(&info(p->priority) == p);
  }
  CHECK(ats_priority_of_precedence(50) == nullptr);  // AMHS case 14
}

TEST_CASE("AMHS cases 8, 9, 12: receipts are asked for SS alone") {
  const auto asked = [](const NewAtsMessage& m) {
    const auto content = compose_ats(m);
    REQUIRE(content.ok());
    return requestors(heading_of(*content), Request::rn)->size();
  };
  CHECK(asked(message(AtsPriority::ss)) == 2);
  CHECK(asked(message(AtsPriority::ff)) == 0);
  NewAtsMessage m = message(AtsPriority::ss);
  m.acknowledgement = true;
  CHECK(asked(m) == 0);
}

TEST_CASE("the Extended service repeats the header in extensions") {
  NewAtsMessage m = message(AtsPriority::dd);
  m.extended_service = true;
  m.header.ohi = "OHI 1";
  const auto content = compose_ats(m);
  REQUIRE(content.ok());
  const Heading h = heading_of(*content);
  const auto x = read_ipm_extensions(h.extensions());
  REQUIRE(x.ok());
  CHECK(x->authorization_time == "20261124120000Z");
  CHECK(x->originators_reference == "OHI 1");
  const auto recipients = h.recipients(HeadingField::primary_recipients);
  REQUIRE(recipients.ok());
  for (const auto& r : *recipients) CHECK(**r.precedence() == 71);
  m.header.filing_time = "241201";
  CHECK_FALSE(compose_ats(m).ok());

  const auto object = InformationObject::read(*content);
  const auto body = text(object->ipm()->body.at(0));
  CHECK(parse_ats_header(*body)->header.ohi == "OHI 1");
}
