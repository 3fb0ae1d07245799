#include "x400/content/information_object.hpp"

#include "vectors.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/content/forwarded.hpp"

using namespace x400;
using namespace x400::content;
using test::hex;
namespace oids = asn1::oids;

namespace {

using test::tlv;

const std::string name_x = "60123010 6104 1302 5858 6203 130141 a503 800178";  // C=XX; A=A; S=x
const std::string id_1 = tlv("6b", "130131");
const std::string ia5_hello = "a009 3100 1605 68656c6c6f";

std::string ipm(const std::string& heading_fields, const std::string& parts) {
  return tlv("a0", tlv("31", id_1 + heading_fields) + tlv("30", parts));
}

InformationObject read(const Octets& content) {
  auto object = InformationObject::read(content);
  INFO((object.ok() ? "" : object.error().text()));
  REQUIRE(object.ok());
  return *object;
}

std::string nested_message(int depth) {
  std::string inner = tlv("31", id_1) + tlv("30", ia5_hello);
  for (int i = 0; i < depth; ++i)
    inner = tlv("31", id_1) + tlv("30", tlv("a9", tlv("31", "") + tlv("30", inner)));
  return tlv("a0", inner);
}

}  // namespace

TEST_CASE("the content of the submission vector") {
  const Octets content = test::from_p7_vector("own-p7-94-submit.hex", "a081c2 3181b2");
  const auto object = read(content);
  const Ipm* m = object.ipm();
  REQUIRE(m != nullptr);
  CHECK(object.entry_type() == 0);
  CHECK(object.check().ok());
  const Heading& h = m->heading;
  auto id = h.this_ipm();
  REQUIRE(id.ok());
  REQUIRE(id->has_value());
  CHECK((*id)->local == "1");
  REQUIRE((*id)->user.has_value());
  CHECK(to_hex((*id)->user->received()).substr(0, 8) == "60393027");
  CHECK(*h.subject() == "hello");
  CHECK(to_hex(h.field(HeadingField::subject)->encoded()) == "140568656c6c6f");
  CHECK(to_hex(h.field(HeadingField::originator)->encoded()).substr(0, 8) == "313b6039");
  REQUIRE(h.recipients(HeadingField::primary_recipients)->size() == 1);
  CHECK(*h.importance() == 1);  // case 2: generated default
  CHECK_FALSE(*h.auto_forwarded());
  REQUIRE(m->body.size() == 1);
  const BodyPart& part = m->body[0];
  CHECK(part.kind == PartKind::ia5_text);
  CHECK(part.type == oids::body_part::et_ia5_text);
  CHECK(part.parameters_type == oids::body_part::ep_ia5_text);
  CHECK(to_hex(part.data->encoded()) == "160568656c6c6f");
  CHECK(to_hex(part.whole.encoded()) ==
        "3009"
        "3100160568656c6c6f");
}

TEST_CASE("the content of the fetch vector") {
  const Octets content = test::from_p7_vector("own-p7-94-fetch-summarize-delete.hex", "a061 3152");
  const auto object = read(content);
  CHECK(object.check().ok());
  CHECK(*object.ipm()->heading.subject() == "hello");
}

TEST_CASE("case 1: subject is explicit") {
  const Octets content = hex(ipm("a807 1405 48656c6c6f", ""));
  CHECK(*read(content).ipm()->heading.subject() == "Hello");
}

TEST_CASE("cases 3 and 4: who asked for notifications") {
  const std::string first = tlv("31", tlv("a0", name_x));
  const std::string both = tlv("31", tlv("a0", name_x + "8001 61") + "8102 06c0");
  const std::string nrn = tlv("31", tlv("a0", name_x + "8001 62") + "8102 0640" + "8201ff");
  const Octets content = hex(ipm(tlv("a2", first + both + nrn), ""));
  const Heading h = read(content).ipm()->heading;
  REQUIRE(h.check().ok());
  CHECK(requestors(h, Request::rn)->size() == 1);
  CHECK(to_hex(requestors(h, Request::rn)->at(0).encoded()) == to_hex(hex(tlv("31", name_x + "800161"))));
  CHECK(requestors(h, Request::nrn)->size() == 2);
  CHECK(requestors(h, Request::reply)->size() == 1);
  CHECK(h.recipients(HeadingField::primary_recipients)->at(2).notify ==
        NotificationRequests{false, true, false, false, false});
}

TEST_CASE("case 39: precedence of each recipient") {
  const auto with = [](const std::string& n) {
    return tlv("31", tlv("a0", name_x) + tlv("a3", tlv("30", "0604 56011401 0201" + n)));
  };
  const Octets content = hex(ipm(tlv("a2", with("6b") + with("0e")), ""));
  const Heading h = read(content).ipm()->heading;
  const auto all = h.recipients(HeadingField::primary_recipients);
  REQUIRE(all.ok());
  CHECK(*all->at(0).precedence() == 107);
  CHECK(*all->at(1).precedence() == 14);
}

TEST_CASE("list fields give one value per element") {
  const Octets content =
      hex(ipm(tlv("a1", tlv("31", "800161") + tlv("31", "800162")) + tlv("a6", id_1 + tlv("6b", "130132")) +
                  tlv("a5", "130139") + "8c0102 8d0103 8e01ff 890d 3236303130323033303430355a",
              ""));
  const Heading h = read(content).ipm()->heading;
  REQUIRE(h.check().ok());
  CHECK(h.members(HeadingField::authorizing_users)->size() == 2);
  const auto obsoleted = h.members(HeadingField::obsoleted_ipms);
  REQUIRE(obsoleted->size() == 2);
  CHECK(to_hex(obsoleted->at(1).encoded()) == "6b03130132");
  CHECK(to_hex(h.field(HeadingField::replied_to_ipm)->encoded()) == "6b03130139");
  CHECK((*h.replied_to())->local == "9");
  CHECK(*h.importance() == 2);
  CHECK(to_hex(h.field(HeadingField::importance)->encoded()) == "0a0102");
  CHECK(*h.sensitivity() == 3);
  CHECK(*h.auto_forwarded());
  CHECK(to_hex(h.field(HeadingField::expiry_time)->encoded()) == "170d3236303130323033303430355a");
  CHECK(h.members(HeadingField::related_ipms)->empty());
}

TEST_CASE("extensions of the heading, known and unknown") {
  const Octets content = hex(ipm(tlv("af", "3006 0604 56010500" + tlv("30", "0603 2a0304 0c01 61") +
                                               tlv("30", "0607 2b1aa2360002 00 020104")),
                                 ""));
  const auto object = InformationObject::read(content);
  REQUIRE(object.ok());
  const Extensions& x = object->ipm()->heading.extensions();
  REQUIRE(x.all().size() == 3);
  CHECK(x.find(oids::ipm_extension::incomplete_copy) != nullptr);
  CHECK_FALSE(x.value(oids::ipm_extension::incomplete_copy).has_value());
  CHECK(to_hex(x.value(ber::Oid{1, 2, 3, 4})->encoded()) == "0c0161");
  CHECK(x.find(oids::ipm_extension::languages) == nullptr);
}

TEST_CASE("case 5: a receipt notification") {
  const Octets content =
      hex(tlv("a1", id_1 + tlv("a1", name_x) + tlv("a0", tlv("a1", "800d 3236303130323033303430355a"))));
  const auto object = read(content);
  REQUIRE(object.ipn() != nullptr);
  CHECK(object.entry_type() == 1);
  CHECK(object.check().ok());
  CHECK(*object.ipn()->acknowledgment_mode() == 0);  // case 7
  CHECK(to_hex(object.ipn()->receipt_time()->encoded()) == "170d3236303130323033303430355a");
  CHECK(to_hex(object.ipn()->originator()->encoded()) == to_hex(hex(tlv("31", name_x))));
  CHECK_FALSE(object.ipn()->auto_forward_comment().has_value());
}

TEST_CASE("case 6: a non-receipt notification of an auto-forwarded message") {
  const Octets content = hex(tlv("a1", id_1 + tlv("a0", tlv("a0", "800101 8208 6f6e206c65617665" +
                                                                      tlv("a3", tlv("31", id_1) + "3000")))));
  const auto object = read(content);
  CHECK(object.entry_type() == 2);
  CHECK(object.check().ok());
  const Ipn& n = *object.ipn();
  CHECK(*n.non_receipt_reason() == 1);
  CHECK_FALSE(n.discard_reason()->has_value());
  CHECK(to_hex(n.auto_forward_comment()->encoded()) == "13086f6e206c65617665");
  CHECK(to_hex(n.returned_ipm()->encoded()) ==
        "3009"
        "31056b03130131"
        "3000");
}

TEST_CASE("other notifications") {
  const Octets content = hex(tlv("a1", id_1 + tlv("a0", tlv("a2", tlv("30", "0604 56011300")))));
  const auto object = read(content);
  CHECK(object.entry_type() == 3);
  CHECK(object.check().ok());
  CHECK(Extensions::read(*object.ipn()->kind_extensions())->find(oids::ipm_extension::absence_advice) !=
        nullptr);
}

TEST_CASE("what a notification must have") {
  for (const std::string& fields :
       {std::string(), id_1, tlv("a0", tlv("a1", "")), id_1 + tlv("a0", tlv("a1", "")),
        id_1 + tlv("a0", tlv("a0", "")), id_1 + tlv("a0", tlv("a3", "")), id_1 + tlv("a0", "")}) {
    const Octets content = hex(tlv("a1", fields));
    const auto object = InformationObject::read(content);
    CHECK_FALSE((object.ok() && object->check().ok()));
  }
}

TEST_CASE("case 8: a message in a message in a message") {
  const Octets content = hex(nested_message(2));
  const auto object = read(content);
  const auto all = forwarded_messages(*object.ipm());
  REQUIRE(all.size() == 2);
  CHECK(all[0].parent == Forwarded::no_parent);
  CHECK(all[1].parent == 0);
  CHECK(all[1].depth == 2);
  CHECK(all[0].content_type == oids::content_type::p22);
  const Octets inner = all[1].content.encoded();
  CHECK(read(inner).ipm()->body.at(0).kind == PartKind::ia5_text);
}

TEST_CASE("case 40: twenty levels, sixteen followed, of either length form") {
  const Octets content = hex(nested_message(20));
  CHECK(forwarded_messages(*read(content).ipm()).size() == 16);
  CHECK(forwarded_messages(*read(content).ipm(), 3).size() == 3);

  Octets indefinite = hex("a080");
  for (int i = 0; i < 20; ++i) append(indefinite, hex("3180 6b03130131 0000 3080 a980 3100 3080"));
  append(indefinite, hex("3180 6b03130131 0000 3080 0000"));
  for (int i = 0; i < 20; ++i) append(indefinite, hex("0000 0000 0000"));
  append(indefinite, hex("0000"));
  CHECK(forwarded_messages(*read(indefinite).ipm()).size() == 16);
}

TEST_CASE("case 12: what came with a forwarded message") {
  const std::string parameters = tlv("31", "800d 3236303130323033303430355a" + tlv("a1", "810102"));
  const Octets content = hex(ipm("", tlv("a9", parameters + tlv("30", tlv("31", id_1) + "3000"))));
  const auto object = read(content);
  const auto all = forwarded_messages(*object.ipm());
  REQUIRE(all.size() == 1);
  CHECK(to_hex(all[0].delivery_time->encoded()) == "170d3236303130323033303430355a");
  CHECK(to_hex(all[0].delivery_envelope->encoded()) == "3103810102");
}

TEST_CASE("a forwarded content of the military type is a child, an unknown one opaque") {
  const std::string inner = tlv("a0", tlv("31", id_1) + "3000");
  const auto part = [&](const std::string& type) {
    return tlv("af", tlv("28", "06" + type + tlv("a0", tlv("04", inner))));
  };
  // 2.6.1.4.17.1.3.26.0.4406.0.4.1 and 2.6.1.4.17.1.3.9
  const Octets content = hex(ipm("", part("0d 56010411 01031a00a236000401") + part("07 56010411010309")));
  const auto object = read(content);
  const auto all = forwarded_messages(*object.ipm());
  REQUIRE(all.size() == 2);
  CHECK(all[0].format == Format::p772);
  CHECK(all[0].content_type == oids::content_type::p772);
  CHECK(all[0].ipm.has_value());
  CHECK(to_hex(all[0].content.encoded()) == to_hex(hex(inner)));
  CHECK(all[1].format == Format::other);
  CHECK_FALSE(all[1].ipm.has_value());
  CHECK(to_hex(all[1].opaque) == to_hex(hex(inner)));
}

TEST_CASE("case 17: a truncated heading is an error, at every octet") {
  const Octets content = hex(nested_message(1));
  for (std::size_t n = 0; n < content.size(); ++n)
    CHECK_FALSE(InformationObject::read(View(content).first(n)).ok());
}

TEST_CASE("a heading field twice, or of an impossible form, is refused") {
  for (const char* fields : {"8c0101 8c0102", "6b03130132", "8800", "8000", "a802 1405", "a400 8400"}) {
    const Octets content = hex(ipm(fields, ""));
    CHECK_FALSE(InformationObject::read(content).ok());
  }
  for (const char* fields :
       {"8c00", "8c09 000000000000000001", "8e020101", "a203 310130", "a202 3100", "a002 8200"}) {
    const Octets content = hex(ipm(fields, ""));
    const auto object = InformationObject::read(content);
    CHECK_FALSE((object.ok() && object->check().ok()));
  }
  const Octets without_id = hex("a004 3100 3000");
  CHECK_FALSE(read(without_id).check().ok());
}

TEST_CASE("check() reads O/R names and extension values too") {
  const std::string no_name = "6003 020101";  // an INTEGER where the address belongs
  const std::string bad_value = tlv("af", tlv("30", "0604 56010502 0c0161"));  // auto-submitted as a text
  for (const std::string& fields :
       {tlv("a0", no_name), tlv("a1", tlv("31", no_name)), tlv("a2", tlv("31", tlv("a0", no_name))),
        tlv("a6", tlv("6b", no_name + "130131")), tlv("a5", no_name + "130131"), bad_value,
        tlv("af", tlv("30", "0608 2b1aa23600020000" + std::string("0c0161")))}) {
    INFO(fields);
    const Octets content = hex(ipm(fields, ""));
    const auto object = InformationObject::read(content);
    REQUIRE(object.ok());
    const bool known = fields.find("2b1aa2") == std::string::npos;  // the last: an identifier nobody knows
    CHECK(object->check().ok() != known);
  }
  const Octets ipn = hex(tlv("a1", tlv("6b", no_name + "130131") + tlv("a0", tlv("a2", ""))));
  CHECK_FALSE(read(ipn).check().ok());
}

TEST_CASE("unknown fields of a heading are passed over") {
  const Octets content = hex(ipm("9f30 0101 c10101", ""));
  CHECK(read(content).check().ok());
}

TEST_CASE("more body parts than anybody sends are an error, not memory") {
  std::string parts;
  for (std::size_t i = 0; i <= max_members; ++i) parts += "9f20 00";
  const Octets body = hex(parts);
  Octets content = hex("a080 3105 6b03130131 3080");
  append(content, body);
  append(content, hex("0000 0000"));
  const auto object = InformationObject::read(content);
  REQUIRE_FALSE(object.ok());
  CHECK(object.error().kind() == ErrorKind::limit);
}

TEST_CASE("content types") {
  CHECK(format_of(22) == Format::p22);
  CHECK(format_of(2) == Format::p2);
  CHECK(format_of(35) == Format::edi);
  CHECK(format_of(99) == Format::other);
  CHECK(format_of(oids::content_type::p772) == Format::p772);
  CHECK(format_of(ber::Oid{1, 2, 3}) == Format::other);
  CHECK(content_type_oid(Format::p2) == oids::content_type::p2);
  CHECK_FALSE(built_in(Format::p772).has_value());
  CHECK(interpersonal(Format::p772));
  CHECK_FALSE(interpersonal(Format::edi));
}
