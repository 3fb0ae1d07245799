// Composed contents judged by Wireshark's dissectors, which share nothing with this project. They travel in
// a delivery of P3.
#include "people.hpp"
#include "vectors.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/ber/writer.hpp"
#include "x400/content/compose_ats.hpp"
#include "x400/content/compose_military.hpp"
#include "x400_p3_delivery.hpp"

using namespace x400;
using namespace x400::content;
using test::heading_to;
using test::hex;
using test::person;
namespace oids = asn1::oids;

namespace {

const asn1::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 2} + std::chrono::hours(12)};

struct Judgement {
  test::TsharkVerdict verdict;
  std::string complaints;  ///< warnings and errors, one a line
  std::string protocol;    ///< of the delivery
};

Judgement judge(const ber::Oid& content_type, View content) {
  test::P3Delivery d;
  d.deliver(asn1::mts::ContentType::of(content_type), content);
  Judgement j;
  j.verdict = d.judge();
  for (const std::string& c : j.verdict.complaints) j.complaints += c + "\n";
  if (!j.verdict.frames.empty()) j.protocol = j.verdict.frames.back().protocol;
  return j;
}

const ber::Oid& p22_type = oids::content_type::p22;
const ber::Oid& p772_type = oids::content_type::p772;

// OtherMessageDeliveryFields (X.411 figure 2): content type 22, originator, priority urgent, this recipient,
// submission time.
Octets delivery_fields() {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    w.integer(ber::context(0), 22);
    person("Alice").write(w);
    w.integer(ber::application(7), 2);
    person("Bob").write(w, ber::context(4));
    w.primitive(ber::context(7), "260102115955Z");
  });
  return std::move(w).take();
}

bool has(const Judgement& j, const std::string& what) { return j.verdict.says(what); }

}  // namespace

TEST_CASE("tshark reads a message with everything in it") {
  NewHeading h = heading_to({"Bob", "Carol"});
  h.primary[0].notify = {true, true, true, false, false};
  h.primary[1].precedence = 57;
  h.copy = {NewRecipient{person("Dave"), {}, true, {}, {}}};
  h.authorizing_users = {person("Boss")};
  h.replied_to = NewIdentifier{person("Bob"), "0"};
  h.obsoleted = {NewIdentifier{{}, "old"}};
  h.related = {NewIdentifier{{}, "rel"}};
  h.expiry_time = noon;
  h.reply_time = noon;
  h.reply_recipients = {person("Eve")};
  h.importance = Importance::high;
  h.sensitivity = Sensitivity::company_confidential;
  h.auto_forwarded = true;
  h.extensions = {authorization_time(noon),
                  auto_submitted(1),
                  *extended_subject("subject \xE2\x82\xAC"),
                  *originators_reference("ref 42"),
                  *languages({"fr"}),
                  precedence_policy(oids::ipm_extension::amhs_precedence_policy)};
  const Octets inner = *compose_ipm(heading_to({"Bob"}), {*ia5_text_part("the inner text")});
  const Octets content =
      *compose_ipm(h, {*ia5_text_part("the outer text"), *teletex_part({"page one", "page two"}),
                       *general_text_part("g\xC3\xA9n\xC3\xA9ral"),
                       *file_transfer_part({"file.bin", noon, {}, "binary"}, hex("0badf00d")),
                       bilateral_part(hex("77")), *message_part({noon, delivery_fields()}, inner)});
  const Judgement j = judge(p22_type, content);
  CHECK(j.complaints == "");
  CHECK(j.protocol.find("P22") != std::string::npos);
  for (const char* what :
       {"hello", "the outer text", "page two", "file.bin", "the inner text", "ref 42", "Boss", "Eve",
        "company-confidential", "importance: high", "auto-forwarded: True", "Precedence: 57"}) {
    INFO(what);
    CHECK(has(j, what));
  }
}

TEST_CASE("tshark reads an ATS message of the Extended service") {
  NewAtsMessage m;
  m.header = {AtsPriority::ss, "021200", "OHI TEXT"};
  m.text = "(FPL-TEST)";
  m.this_ipm = {person("Alice"), "1"};
  m.originator = person("Alice");
  m.primary = {person("Bob")};
  m.extended_service = true;
  m.filed = noon;
  const Judgement j = judge(p22_type, *compose_ats(m));
  CHECK(j.complaints == "");
  CHECK(has(j, "Precedence: 107"));
  CHECK(has(j, "PRI: SS"));
}

TEST_CASE("tshark reads a military message") {
  NewHeading h = heading_to({"Bob"});
  h.this_ipm.local = military_identifier(42, noon);
  h.copy = {NewRecipient{person("Carol"), {}, false, {}, {}}};
  NewMilitary m;
  m.primary_precedence = Precedence::flash;
  m.copy_precedence = Precedence::routine;
  m.message_type = MilitaryMessageType{1, "OP NORTH"};
  m.extended_authorisation_info = noon;
  m.sics = {"ABC", "XYZQ"};
  m.handling_instructions = {"HANDLE SO"};
  m.message_instructions = {"INSTRUCT SO"};
  m.originator_reference = "REF 1";
  m.originator_plad = "PLAD 1";
  m.acp127_identifier = "RXA 001 021200";
  const Octets inner = *compose_p772(h, m, {*ia5_text_part("inner order")});
  const Octets content =
      *compose_p772(h, m, {*ia5_text_part("the order"), *mm_message_part({noon, delivery_fields()}, inner)});
  const Judgement j = judge(p772_type, content);
  CHECK(j.complaints == "");
  CHECK(j.protocol.find("P772") != std::string::npos);
  for (const char* what : {"flash", "routine", "OP NORTH", "XYZQ", "HANDLE SO", "INSTRUCT SO", "REF 1",
                           "PLAD 1", "RXA 001 021200", "the order", "42 260102120000Z"}) {
    INFO(what);
    CHECK(has(j, what));
  }
}

TEST_CASE("tshark reads notifications") {
  const Octets id = *encode_identifier({person("Alice"), "subject-id"});
  const Octets intended = *encode_descriptor(person("Group"));
  const NewNotification n{id, NewDescriptor(person("Bob")), intended, "all seen"};
  const Judgement rn = judge(p22_type, *compose_receipt(n, noon, true));
  CHECK(rn.complaints == "");
  CHECK(has(rn, "receipt-fields"));
  CHECK(has(rn, "automatic"));
  CHECK(has(rn, "all seen"));
  const Octets returned = *compose_ipm(heading_to({"Bob"}), {*ia5_text_part("returned text")});
  const Judgement nrn = judge(p22_type, *compose_discarded(n, DiscardReason::obsoleted, returned));
  CHECK(nrn.complaints == "");
  CHECK(has(nrn, "ipm-obsoleted"));
  CHECK(has(nrn, "returned text"));
  const Judgement forwarded = judge(p22_type, *compose_auto_forwarded(n, "on leave"));
  CHECK(forwarded.complaints == "");
  CHECK(has(forwarded, "on leave"));
}

TEST_CASE("tshark would have said so: a broken content") {
  Octets content = *compose_ipm(heading_to({"Bob"}), {*ia5_text_part("x")});
  content[content.size() - 3] = 0x17;  // the text under a wrong tag
  CHECK(judge(p22_type, content).complaints != "");
}
