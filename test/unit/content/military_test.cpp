#include "x400/content/military.hpp"

#include "people.hpp"
#include "vectors.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/content/compose_military.hpp"

using namespace x400;
using namespace x400::content;
using test::heading_to;
using test::hex;
using test::person;
namespace mil = asn1::oids::military;
using asn1::ms::Priority;

namespace {

const asn1::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 2} + std::chrono::hours(12)};

NewHeading military_heading() {
  NewHeading h = heading_to({"Bob"});
  h.this_ipm.local = military_identifier(7, noon);
  return h;
}

NewMilitary flash() {
  NewMilitary m;
  m.primary_precedence = Precedence::flash;
  return m;
}

bool refused(const NewHeading& h, const NewMilitary& m) {
  const auto r = compose_p772(h, m, {});
  return !r.ok() && r.error().kind() == ErrorKind::invalid;
}

}  // namespace

TEST_CASE("cases 3, 12, 17: extensions spelled by hand are read") {
  using test::tlv;
  // The arc 1.3.26.0.4406.0.2.n: 4406 is A2 36.
  const auto oid_at = [](const std::string& n) { return "0608 2b1a00a2360002" + n; };
  const auto x = [&](const std::string& n, const std::string& value) { return tlv("30", oid_at(n) + value); };
  const std::string all =
      x("00", "020104") + x("01", "020101") + x("02", tlv("31", "800103 8105 4f50203132")) +
      x("05", "170d 3236303130323132303030305a") +
      x("06", tlv("31", tlv("a0", "1303 414243 1304 58595a51"))) + x("07", tlv("30", "1304 45594553"));
  const Octets set = hex(tlv("31", all));
  const auto extensions = Extensions::read(Field(*ber::read_one(set)));
  REQUIRE(extensions.ok());
  const auto m = read_military_heading(*extensions);
  REQUIRE(m.ok());
  CHECK(m->primary_precedence == 4);
  CHECK(m->copy_precedence == 1);
  REQUIRE(m->message_type.has_value());
  CHECK(m->message_type->type == 3);
  CHECK(m->message_type->identifier == "OP 12");
  CHECK(m->extended_authorisation_info == "260102120000Z");
  CHECK(m->sics == std::vector<std::string>{"ABC", "XYZQ"});
  CHECK(m->handling_instructions == std::vector<std::string>{"EYES"});
  const auto sics = sic_fields(*extensions->value(mil::distribution_codes));
  CHECK(to_hex(sics->at(1).encoded()) == "130458595a51");
}

TEST_CASE("composed and read again") {
  NewMilitary m = flash();
  m.copy_precedence = Precedence::routine;
  m.message_type = MilitaryMessageType{0, "EX 1"};
  m.extended_authorisation_info = noon;
  m.sics = {"ABC", "XYZQ"};
  m.handling_instructions = {"HAND 1", "HAND 2"};
  m.message_instructions = {"MSG 1"};
  m.originator_reference = "REF";
  m.originator_plad = "PLAD";
  m.acp127_identifier = "RI 1 2";
  NewHeading h = military_heading();
  h.copy = {NewRecipient{person("Carol"), {}, false, {}, {}}};
  const auto content = compose_p772(h, m, {*ia5_text_part("MOVE")});
  REQUIRE(content.ok());
  const auto object = InformationObject::read(*content);
  REQUIRE(object.ok());
  CHECK(object->check().ok());
  const auto r = read_military_heading(object->ipm()->heading.extensions());
  REQUIRE(r.ok());
  CHECK(r->primary_precedence == 4);
  CHECK(r->copy_precedence == 1);
  CHECK(r->message_type->identifier == "EX 1");
  CHECK(r->sics == m.sics);
  CHECK(r->handling_instructions == m.handling_instructions);
  CHECK(r->message_instructions == m.message_instructions);
  CHECK(r->originator_reference == "REF");
  CHECK(r->originator_plad == "PLAD");
  CHECK(r->acp127_identifier == "RI 1 2");
  CHECK(r->extended_authorisation_info == "260102120000Z");
}

TEST_CASE("cases 9 and 10: six precedences on three grades") {
  NewMilitary m;
  m.primary_precedence = Precedence::override_;
  CHECK(governing_precedence(m)->priority == Priority::urgent);
  CHECK(governing_precedence(m)->qualifier_high);
  m.primary_precedence = Precedence::deferred;
  CHECK(governing_precedence(m)->priority == Priority::non_urgent);
  CHECK_FALSE(governing_precedence(m)->qualifier_high);
  m.primary_precedence.reset();
  CHECK(governing_precedence(m) == nullptr);
  m.copy_precedence = Precedence::immediate;
  CHECK(governing_precedence(m)->priority == Priority::normal);
  CHECK(governing_precedence(m)->prosign == 'O');
  CHECK(precedence_named("flash")->precedence == Precedence::flash);
  CHECK(precedence_named("urgent") == nullptr);
  CHECK(precedence_info(6) == nullptr);
  CHECK(precedence_info(-1) == nullptr);
}

TEST_CASE("cases 14, 15, 20: what our own sender refuses") {
  CHECK_FALSE(refused(military_heading(), flash()));
  NewMilitary m = flash();
  m.sics = {"AB"};
  CHECK(refused(military_heading(), m));
  m.sics.assign(9, "ABC");
  CHECK(refused(military_heading(), m));
  m.sics.assign(8, "ABC");
  CHECK_FALSE(refused(military_heading(), m));
  NewHeading h = military_heading();
  h.this_ipm.user.reset();
  CHECK(refused(h, flash()));
  h = military_heading();
  h.this_ipm.local = "short";
  CHECK(refused(h, flash()));
  CHECK(refused(military_heading(), NewMilitary()));
  m = flash();
  m.copy_precedence = Precedence::override_;
  CHECK(refused(military_heading(), m));
  m = flash();
  m.handling_instructions = {std::string(70, 'x')};
  CHECK(refused(military_heading(), m));
  CHECK(military_identifier(1, noon) == "1 260102120000Z");
}
