// Attributes of contents: cases 1-17, 36-40 of the IPM digest that derivation covers, and P772.
#include "mstore/service_world.hpp"
#include "x400/content/military.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;

namespace {

Kind both() { return GENERATE(Kind::memory, Kind::local); }
Octets enumerated(int n) { return integer(n, ber::tags::enumerated); }

}  // namespace

TEST_CASE("IPM 1-4: heading fields, defaults, requestors") {
  World w(both());
  content::NewHeading h = heading("Hello");
  content::NewRecipient second;
  second.who = person("Carol");
  second.notify.rn = second.notify.nrn = true;
  h.primary.push_back(second);
  const auto n = w.deliver({}, get(content::compose_ipm(h, {get(content::ia5_text_part("x"))})));
  auto s = w.session(Edition::e1994);
  CHECK(value(*s, n, ipm_a::subject) == Values{teletex("Hello")});
  CHECK(value(*s, n, ipm_a::importance) == Values{enumerated(1)});
  CHECK(value(*s, n, ipm_a::auto_forwarded) == Values{hex("010100")});
  CHECK(value(*s, n, ipm_a::sensitivity).empty());
  CHECK(value(*s, n, ipm_a::ipm_entry_type) == Values{enumerated(0)});
  CHECK(value(*s, n, ipm_a::primary_recipients).size() == 2);
  const Values rn = value(*s, n, ipm_a::rn_requestors);
  REQUIRE(rn.size() == 1);
  CHECK(to_hex(rn[0]).find(to_hex(person("Carol").octets())) != std::string::npos);
  CHECK(value(*s, n, ipm_a::nrn_requestors) == rn);
  CHECK(value(*s, n, ipm_a::reply_requestors).empty());

  h.primary[1].notify = {};
  h.primary[1].notify.nrn = true;
  h.sensitivity = content::Sensitivity::private_;
  Envelope e;
  e.id = "m.2";
  const auto m = w.deliver(e, get(content::compose_ipm(h, {get(content::ia5_text_part("x"))})));
  CHECK(value(*s, m, ipm_a::rn_requestors).empty());
  CHECK(value(*s, m, ipm_a::nrn_requestors).size() == 1);
  CHECK(value(*s, m, ipm_a::sensitivity) == Values{enumerated(2)});
}

TEST_CASE("IPM 5-7: notifications") {
  World w(both());
  content::NewNotification n;
  const Octets subject = get(content::encode_identifier({person("Alice"), "1"}));
  n.subject_ipm = subject;
  n.originator = content::NewDescriptor(person("Bob"));
  const auto rn =
      w.deliver({}, get(content::compose_receipt(n, asn1::Time(std::chrono::seconds(1'767'225'600)), false)));
  auto s = w.session();
  CHECK(value(*s, rn, ipm_a::ipm_entry_type) == Values{enumerated(1)});
  CHECK(value(*s, rn, ipm_a::acknowledgment_mode) == Values{enumerated(0)});
  CHECK(value(*s, rn, ipm_a::subject_ipm) == Values{subject});
  CHECK(value(*s, rn, ipm_a::receipt_time) == Values{text_value(ber::tags::utc_time, "260101000000Z")});
  CHECK(value(*s, rn, ipm_a::importance).empty());
  Envelope e;
  e.id = "m.2";
  const auto nrn = w.deliver(e, get(content::compose_auto_forwarded(n, "on leave")));
  CHECK(value(*s, nrn, ipm_a::ipm_entry_type) == Values{enumerated(2)});
  CHECK(value(*s, nrn, ipm_a::non_receipt_reason) == Values{enumerated(1)});
  CHECK(value(*s, nrn, ipm_a::auto_forward_comment) ==
        Values{text_value(ber::tags::printable_string, "on leave")});
}

TEST_CASE("IPM 8-12: forwarded messages are child entries") {
  World w(both());
  const Octets innermost = ipm("innermost");
  Envelope inner_envelope;
  inner_envelope.priority = 2;
  const Octets middle = get(content::compose_ipm(
      heading("middle"),
      {get(content::message_part({std::nullopt, inner_envelope.other_fields()}, innermost))}));
  const Octets outer = get(content::compose_ipm(heading("outer"), {get(content::message_part({}, middle))}));
  const auto n = w.deliver({}, outer);
  auto s = w.session();
  ms::Selector all;
  all.child_entries = true;
  CHECK(list(*s, all).list == List{n, n + 1, n + 2});
  CHECK(list(*s, {}).list == List{n});
  CHECK(value(*s, n, a::child_sequence_numbers) == Values{integer(n + 1)});
  CHECK(value(*s, n + 1, a::child_sequence_numbers) == Values{integer(n + 2)});
  CHECK(value(*s, n + 1, a::parent_sequence_number) == Values{integer(n)});
  CHECK(value(*s, n + 2, a::parent_sequence_number) == Values{integer(n + 1)});
  CHECK(value(*s, n + 2, a::priority) == Values{integer(2, ber::application(7))});
  CHECK(value(*s, n + 1, a::priority).empty());  // nothing came with it
  CHECK(value(*s, n + 2, a::message_identifier).empty());
  CHECK(value(*s, n + 2, ipm_a::subject) == Values{teletex("innermost")});
  for (const auto& [number, octets] : {std::pair{n + 1, middle}, std::pair{n + 2, innermost}}) {
    const Values v = value(*s, number, a::content);
    REQUIRE(v.size() == 1);
    CHECK(get(ber::read_octets(get(ber::read_one(v[0])))) == octets);
    CHECK(value(*s, number, a::content_length) == Values{integer(static_cast<std::int64_t>(octets.size()))});
  }
  ms::DeleteArgument del;
  del.items = List{n};
  get(s->remove(del));
  CHECK(list(*s, all).list.empty());
}

TEST_CASE("IPM 40: nesting beyond the setting stays inside its parent") {
  Options o;
  o.forwarding_depth = 2;
  World w(both(), o);
  Octets content = ipm("0");
  for (int i = 1; i < 6; ++i)
    content =
        get(content::compose_ipm(heading(std::to_string(i)), {get(content::message_part({}, content))}));
  w.deliver({}, content);
  ms::Selector all;
  all.child_entries = true;
  CHECK(list(*w.session(), all).list.size() == 3);
}

TEST_CASE("IPM 13, 14: extended body parts") {
  World w(both());
  const auto n =
      w.deliver({}, get(content::compose_ipm(heading("x"), {get(content::general_text_part("Caf\xC3\xA9")),
                                                            get(content::ia5_text_part("y"))})));
  auto s = w.session();
  CHECK(value(*s, n, ipm_a::extended_body_part_types) == Values{hex("06 04 56 01 04 0b")});
  // Data and parameters are attributes by their own types, wrapped in [0].
  const Values data = value(*s, n, ber::Oid{2, 6, 1, 4, 11});
  REQUIRE(data.size() == 1);
  CHECK(data[0][0] == 0xa0);
  const Values parameters = value(*s, n, ber::Oid{2, 6, 1, 11, 11});
  REQUIRE(parameters.size() == 1);
  CHECK(parameters[0][0] == 0xa0);
  CHECK(value(*s, n, ipm_a::ia5_text_data) == Values{text_value(ber::tags::ia5_string, "y")});
}

TEST_CASE("IPM 17: a broken heading is kept, without attributes of the content") {
  World w(both());
  Octets content = ipm("broken");
  content.resize(content.size() / 2);
  const auto n = w.deliver({}, content);
  auto s = w.session();
  CHECK(value(*s, n, ipm_a::subject).empty());
  CHECK(value(*s, n, ipm_a::heading).empty());
  CHECK(value(*s, n, ipm_a::ipm_entry_type).empty());
  const Values v = value(*s, n, a::content);
  REQUIRE(v.size() == 1);
  CHECK(get(ber::read_octets(get(ber::read_one(v[0])))) == content);
}

TEST_CASE("IPM 36: P2 and P22 of equal octets differ in the content type alone") {
  World w(both());
  Envelope p2;
  p2.content_type = 2;
  const auto n = w.deliver(p2, ipm("same"));
  Envelope p22;
  p22.id = "m.2";
  const auto m = w.deliver(p22, ipm("same"));
  auto s = w.session();
  CHECK(value(*s, n, ipm_a::subject) == value(*s, m, ipm_a::subject));
  CHECK(value(*s, n, a::content_type) == Values{hex("06 04 56 01 0a 00")});
  CHECK(value(*s, m, a::content_type) == Values{hex("06 04 56 01 0a 01")});
}

TEST_CASE("IPM 39: the precedence asked of this recipient") {
  World w(both());
  content::NewHeading h = heading("x");
  h.primary[0].precedence = 107;
  content::NewRecipient other;
  other.who = person("Carol");
  other.precedence = 14;
  h.primary.push_back(other);
  const auto n = w.deliver({}, get(content::compose_ipm(h, {get(content::ia5_text_part("x"))})));
  CHECK(value(*w.session(Edition::e1994), n, ipm_a::precedence) == Values{integer(107)});
  CHECK(list(*w.session(Edition::e1994), filtered(ms::Filter::equality(ipm_a::precedence, integer(107))))
            .list == List{n});
  CHECK(list(*w.session(Edition::e1994), filtered(ms::Filter::equality(ipm_a::precedence, integer(14))))
            .list.empty());
}

TEST_CASE("precedences of P772") {
  World w(both());
  namespace mil = asn1::oids::military_attribute;
  namespace mx = asn1::oids::military;
  const auto deliver = [&](int n, int primary, std::optional<int> copy) {
    content::NewHeading h = heading("order " + std::to_string(n));
    h.extensions.push_back({mx::primary_precedence, integer(primary)});
    if (copy) h.extensions.push_back({mx::copy_precedence, integer(*copy)});
    Envelope e;
    e.id = "mm." + std::to_string(n);
    e.content_type_oid = asn1::oids::content_type::p772;
    return w.deliver(e, get(content::compose_ipm(h, {get(content::ia5_text_part("x"))})));
  };
  for (int p = 0; p < 6; ++p) deliver(p, p, p == 4 ? std::optional(1) : std::nullopt);
  auto s = w.session();
  CHECK(value(*s, 5, mil::primary_precedence) == Values{integer(4)});
  CHECK(value(*s, 5, mil::copy_precedence) == Values{integer(1)});
  using ms::Filter;
  CHECK(list(*s, filtered(Filter::greater_or_equal(mil::primary_precedence, integer(4)))).list == List{5, 6});
  CHECK(list(*s, filtered(Filter::equality(mil::primary_precedence, integer(0)))).list == List{1});
  CHECK(list(*s, filtered(Filter::less_or_equal(mil::primary_precedence, integer(1)))).list == List{1, 2});
  CHECK(list(*s, filtered(Filter::equality(mil::copy_precedence, integer(1)))).list == List{5});
}

TEST_CASE("attributes of a row that grow too large go to the record and are found") {
  World w(both());
  content::NewHeading h = heading(std::string(128, 'S'));
  h.this_ipm.local = std::string(64, 'I');
  Envelope e;
  e.originator = "C=XX;ADMD=TEST;PRMD=DEMO;O=" + std::string(64, 'O') + ";OU1=" + std::string(32, 'A') +
                 ";OU2=" + std::string(32, 'B') + ";OU3=" + std::string(32, 'C') +
                 ";OU4=" + std::string(32, 'D') + ";S=" + std::string(40, 'E');
  e.intended = e.originator;
  h.originator = asn1::EncodedORName(get(asn1::parse_or_address(e.originator)));
  h.replied_to = content::NewIdentifier{h.originator->formal_name, std::string(64, 'R')};
  const auto n = w.deliver(e, get(content::compose_ipm(h, {get(content::ia5_text_part("x"))})));
  auto s = w.session();
  ms::ListArgument arg;
  arg.requested_attributes =
      types({ipm_a::subject, ipm_a::replied_to_ipm, ipm_a::originator, a::originator_name,
             a::originally_intended_recipient_name, ipm_a::this_ipm});
  const auto listed = get(s->list(arg));
  for (const auto& wanted : *arg.requested_attributes) {
    INFO(wanted.type.to_string());
    CHECK(values(listed.result.requested.at(0), wanted.type).size() == 1);
  }
  CHECK(list(*s, filtered(ms::Filter::equality(a::originator_name, name(e.originator)))).list == List{n});
  CHECK(list(*s, filtered(ms::Filter::present(ipm_a::replied_to_ipm))).list == List{n});
}

TEST_CASE("the synopsis names body parts and children") {
  World w(both());
  w.fill_m1();
  auto s = w.session();
  const Values v = value(*s, 3, ipm_a::ipm_synopsis);
  REQUIRE(v.size() == 1);
  auto outer = get(ber::read_one(v[0]));
  ber::Reader parts(outer.content);
  const auto text = get(parts.expect(ber::context(1)));
  ber::Reader fields(text.content);
  const auto type = get(fields.expect(ber::context(0)));
  CHECK(get(ber::read_oid(ber::Element{ber::tags::oid, false, type.whole, type.content})) ==
        asn1::oids::body_part::et_ia5_text);
  const auto message = get(parts.expect(ber::context(0)));
  CHECK(parts.at_end());
  ber::Reader child(message.content);
  const auto number = get(child.expect(ber::context(0)));
  CHECK(to_hex(number.content) == "04");
  const auto inner = get(child.expect(ber::context(1)));
  ber::Reader inner_parts(inner.content);
  CHECK(inner_parts.expect(ber::context(1)).ok());
}
