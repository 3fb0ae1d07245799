#include "x400/content/compose.hpp"

#include "people.hpp"
#include "vectors.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/content/file_transfer.hpp"
#include "x400/content/forwarded.hpp"
#include "x400/content/ipm_extensions.hpp"
#include "x400/content/text_parts.hpp"

using namespace x400;
using namespace x400::content;
using test::heading_to;
using test::hex;
using test::person;
namespace oids = asn1::oids;

namespace {

template <class T>
T get(Result<T> r) {
  INFO((r.ok() ? "" : r.error().text()));
  REQUIRE(r.ok());
  return std::move(r).value();
}

const asn1::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 2} + std::chrono::hours(12)};

}  // namespace

TEST_CASE("the octets of the submission vector are composed again") {
  const Octets vector = test::from_p7_vector("own-p7-94-submit.hex", "a081c2 3181b2");
  const auto object = get(InformationObject::read(vector));
  const Heading& h = object.ipm()->heading;
  const auto name_of = [](const Field& f) { return get(asn1::EncodedORName::decode(f.received())); };
  NewHeading n;
  n.this_ipm = {name_of(*(*h.this_ipm())->user), "1"};
  n.originator = name_of(*get(h.originator())->formal_name);
  NewRecipient bob;
  bob.who = name_of(*get(h.recipients(HeadingField::primary_recipients))[0].recipient.formal_name);
  n.primary = {bob};
  n.subject = "hello";
  CHECK(to_hex(get(compose_ipm(n, {get(ia5_text_part("hello"))}))) == to_hex(vector));
}

TEST_CASE("every field of a heading is read back as it was given") {
  NewHeading h = heading_to({"Bob", "Carol"});
  h.primary[0].notify = {true, false, true, false, false};
  h.primary[1].reply_requested = true;
  h.primary[1].precedence = 107;
  NewRecipient copy;
  copy.who.free_form_name = "Jos\xC3\xA9 at the desk";
  copy.who.telephone_number = "+33 1 23";
  h.copy = {copy};
  h.blind_copy = {NewRecipient{person("Dave"), {}, false, {}, {}}};
  h.authorizing_users = {person("Boss")};
  h.replied_to = NewIdentifier{{}, "0"};
  h.obsoleted = {NewIdentifier{person("Alice"), "-1"}};
  h.related = {NewIdentifier{{}, "a"}, NewIdentifier{{}, "b"}};
  h.expiry_time = noon;
  h.reply_time = noon + std::chrono::seconds(1);
  h.reply_recipients = {person("Eve")};
  h.importance = Importance::high;
  h.sensitivity = Sensitivity::private_;
  h.auto_forwarded = true;
  h.subject = "Pr\xC3\xA9vision";
  h.extensions = {authorization_time(noon),
                  auto_submitted(1),
                  get(extended_subject("Pr\xC3\xA9vision \xE2\x82\xAC")),
                  get(originators_reference("OHI text")),
                  get(languages({"fr", "en"})),
                  precedence_policy(oids::ipm_extension::amhs_precedence_policy)};

  const Octets content = get(compose_ipm(h, {}));
  const auto object = get(InformationObject::read(content));
  const Heading& r = object.ipm()->heading;
  REQUIRE(r.check().ok());
  const auto primary = get(r.recipients(HeadingField::primary_recipients));
  REQUIRE(primary.size() == 2);
  CHECK(primary[0].notify == NotificationRequests{true, true, true, false, false});  // rn implies nrn
  CHECK(primary[1].reply_requested);
  CHECK(get(primary[1].precedence()) == 107);
  const auto copies = get(r.recipients(HeadingField::copy_recipients));
  CHECK_FALSE(copies.at(0).recipient.formal_name.has_value());
  CHECK(to_hex(copies[0].recipient.free_form_name->contents()) ==
        to_hex(hex("4a6f73 c265 20617420746865206465736b")));
  CHECK(get(ber::read_chars(copies[0].recipient.telephone_number->element())) == "+33 1 23");
  CHECK(get(r.members(HeadingField::blind_copy_recipients)).size() == 1);
  CHECK(get(r.descriptors(HeadingField::authorizing_users)).size() == 1);
  CHECK(get(r.replied_to())->local == "0");
  CHECK(get(r.identifiers(HeadingField::obsoleted_ipms)).at(0).local == "-1");
  CHECK(get(r.identifiers(HeadingField::related_ipms)).at(1).local == "b");
  CHECK(get(r.time(HeadingField::expiry_time)) == "260102120000Z");
  CHECK(get(r.time(HeadingField::reply_time)) == "260102120001Z");
  CHECK(get(r.descriptors(HeadingField::reply_recipients)).size() == 1);
  CHECK(get(r.importance()) == 2);
  CHECK(get(r.sensitivity()) == 2);
  CHECK(get(r.auto_forwarded()));
  CHECK(get(r.subject()) == "Pr\xC3\xA9vision");
  const auto x = get(read_ipm_extensions(r.extensions()));
  CHECK(x.authorization_time == "20260102120000Z");
  CHECK(x.auto_submitted == 1);
  CHECK(x.extended_subject == "Pr\xC3\xA9vision \xE2\x82\xAC");
  CHECK(x.originators_reference == "OHI text");
  CHECK(x.languages == std::vector<std::string>{"fr", "en"});
  CHECK(x.precedence_policy == oids::ipm_extension::amhs_precedence_policy);
}

TEST_CASE("what X.420 forbids is not composed") {
  const auto refused = [](const NewHeading& h) {
    const auto r = compose_ipm(h, {});
    return !r.ok() && r.error().kind() == ErrorKind::invalid;
  };
  NewHeading h = heading_to({"Bob"});
  CHECK_FALSE(refused(h));
  h.this_ipm.local = std::string(65, '1');
  CHECK(refused(h));
  h.this_ipm.local = "no_underscore";
  CHECK(refused(h));
  h = heading_to({"Bob"});
  h.subject = std::string(129, 'x');
  CHECK(refused(h));
  h.subject = "\xE2\x82\xAC";  // T.61 has no euro
  CHECK(refused(h));
  h = heading_to({"Bob"});
  h.primary[0].notify.ipm_return = true;
  CHECK(refused(h));
  h.primary[0].notify = {true, true, false, false, false};
  h.primary[0].who = NewDescriptor();
  CHECK(refused(h));
  h = heading_to({"Bob"});
  h.primary[0].precedence = 128;
  CHECK(refused(h));
  h = heading_to({"Bob"});
  h.reply_recipients = {NewDescriptor()};
  CHECK(refused(h));
  CHECK_FALSE(languages({"deu"}).ok());
  CHECK_FALSE(originators_reference(std::string(65, 'x')).ok());
}

TEST_CASE("text parts are read back") {
  const Octets content =
      get(compose_ipm(heading_to({"Bob"}), {get(ia5_text_part("line 1\r\nline 2")),
                                            get(teletex_part({"Caf\xC3\xA9",
                                                              "\xC3\x9C"
                                                              "ber"})),
                                            get(general_text_part("na\xC3\xAFve")),
                                            get(general_text_part("plain")), bilateral_part(hex("0102"))}));
  const auto object = get(InformationObject::read(content));
  const auto& body = object.ipm()->body;
  REQUIRE(body.size() == 5);
  for (const BodyPart& p : body) CHECK(p.broken == "");
  CHECK(get(text(body[0])) == "line 1\r\nline 2");
  CHECK(get(text(body[1])) ==
        "Caf\xC3\xA9\f\xC3\x9C"
        "ber");
  CHECK(get(text(body[2])) == "na\xC3\xAFve");
  CHECK(get(character_sets(body[2])) == std::vector<std::int64_t>{1, 6, 100});
  CHECK(get(character_sets(body[3])) == std::vector<std::int64_t>{1, 6});  // AMHS case 35
  CHECK(to_hex(body[4].data->contents()) == "0102");
  const auto eits = encoded_information_types(*object.ipm());
  CHECK(eits == std::vector<ber::Oid>{oids::eit::ia5_text, oids::eit::teletex,
                                      oids::eit::character_set.child(1), oids::eit::character_set.child(6),
                                      oids::eit::character_set.child(100), oids::eit::unknown});
  CHECK_FALSE(ia5_text_part("\xC3\xA9").ok());
  CHECK_FALSE(general_text_part("\xE2\x82\xAC").ok());
}

TEST_CASE("AMHS case 20: a file comes back with exactly its octets") {
  Octets file(1'000'000);
  for (std::size_t i = 0; i < file.size(); ++i) file[i] = static_cast<std::uint8_t>(i * 31 >> 3);
  const Octets content =
      get(compose_ipm(heading_to({"Bob"}), {get(ia5_text_part("see file")),
                                            get(file_transfer_part({"a.gz", noon, {}, "gzip"}, file))}));
  const auto object = get(InformationObject::read(content));
  REQUIRE(object.ipm()->body.size() == 2);
  CHECK(object.ipm()->body[1].type == oids::body_part::et_file_transfer);  // AMHS case 22
  const auto f = get(read_file_transfer(object.ipm()->body[1]));
  CHECK(f.name == "a.gz");
  CHECK(f.modified == "20260102120000Z");
  CHECK(f.size == 1'000'000);
  CHECK(f.description == "gzip");
  CHECK(f.application == oids::file_transfer::unknown_attachment);
  CHECK(f.data.size() == 1);
  CHECK(equal(f.primary(), file));
  CHECK(get(content_format(content)) == Format::p22);
}

TEST_CASE("a forwarded message keeps its octets, of either length form") {
  const Octets inner = get(compose_ipm(heading_to({"Bob"}), {get(ia5_text_part("inner"))}));
  const Octets envelope = hex("3103 810102");
  const Octets middle = get(compose_ipm(heading_to({"Carol"}), {get(message_part({noon, envelope}, inner))}));
  const Octets outer =
      get(compose_ipm(heading_to({"Dave"}), {get(message_part({{}, {}}, middle)), get(ia5_text_part("cover")),
                                             content_part({noon, envelope}, oids::content_type::p772, inner),
                                             get(mm_message_part({noon, envelope}, inner))}));
  const auto object = get(InformationObject::read(outer));
  const auto all = forwarded_messages(*object.ipm());
  REQUIRE(all.size() == 4);
  CHECK(to_hex(all[0].content.encoded()) == to_hex(middle));
  CHECK_FALSE(all[0].delivery_time.has_value());
  CHECK(all[1].parent == 0);
  CHECK(to_hex(all[1].content.encoded()) == to_hex(inner));
  CHECK(to_hex(all[1].delivery_envelope->encoded()) == to_hex(envelope));
  CHECK(all[2].position == 3);
  CHECK(all[2].format == Format::p772);
  CHECK(all[2].part == PartKind::forwarded_content);
  CHECK(to_hex(all[2].content.encoded()) == to_hex(inner));
  CHECK(all[3].part == PartKind::mm_message);

  const Octets indefinite = hex("a080 3105 6b03130131 3080 0000 0000");
  const auto with_indefinite = get(compose_ipm(heading_to({"Bob"}), {get(message_part({}, indefinite))}));
  const auto read = get(InformationObject::read(with_indefinite));
  CHECK(to_hex(forwarded_messages(*read.ipm()).at(0).content.contents()) == "31056b0313013130800000");
  CHECK_FALSE(message_part({}, hex("a100")).ok());
}

TEST_CASE("P2 is for what 1984 knew") {
  CHECK(get(content_format(get(compose_ipm(heading_to({"Bob"}), {get(ia5_text_part("x"))})))) == Format::p2);
  CHECK(get(content_format(get(compose_ipm(heading_to({"Bob"}), {get(general_text_part("x"))})))) ==
        Format::p22);
  NewHeading h = heading_to({"Bob"});
  h.extensions = {auto_submitted(0)};
  CHECK(get(content_format(get(compose_ipm(h, {})))) == Format::p22);
  h = heading_to({"Bob"});
  h.primary[0].precedence = 14;
  const Octets inner = get(compose_ipm(h, {}));
  CHECK(get(content_format(inner)) == Format::p22);
  CHECK(get(content_format(get(compose_ipm(heading_to({"Bob"}), {get(message_part({}, inner))})))) ==
        Format::p22);
}

TEST_CASE("notifications are read back") {
  const Octets content = get(compose_ipm(heading_to({"Bob"}), {}));
  const auto object = get(InformationObject::read(content));
  const Octets id = object.ipm()->heading.field(HeadingField::this_ipm)->encoded();
  const Octets intended = get(encode_descriptor(person("Group")));
  NewNotification n{id, NewDescriptor(person("Bob")), intended, "seen"};

  const Octets rn = get(compose_receipt(n, noon, true));
  const auto r = get(InformationObject::read(rn));
  REQUIRE(r.check().ok());
  CHECK(r.entry_type() == 1);
  CHECK(get(r.ipn()->acknowledgment_mode()) == 1);
  CHECK(get(ber::read_chars(r.ipn()->receipt_time()->element())) == "260102120000Z");
  CHECK(get(ber::read_chars(r.ipn()->supplementary_info()->element())) == "seen");
  CHECK(to_hex(r.ipn()->subject_ipm()->encoded()) == to_hex(id));
  CHECK(to_hex(r.ipn()->intended_recipient()->encoded()) == to_hex(intended));

  const Octets nrn = get(compose_discarded(n, DiscardReason::obsoleted, content));
  const auto d = get(InformationObject::read(nrn));
  REQUIRE(d.check().ok());
  CHECK(d.entry_type() == 2);
  CHECK(get(d.ipn()->non_receipt_reason()) == 0);
  CHECK(get(d.ipn()->discard_reason()) == 1);
  CHECK(to_hex(d.ipn()->returned_ipm()->contents()) == to_hex(ber::read_one(content)->content));

  const Octets forwarded = get(compose_auto_forwarded(n, "on leave"));
  const auto f = get(InformationObject::read(forwarded));
  REQUIRE(f.check().ok());
  CHECK(get(f.ipn()->non_receipt_reason()) == 1);
  CHECK_FALSE(get(f.ipn()->discard_reason()).has_value());
  CHECK(get(ber::read_chars(f.ipn()->auto_forward_comment()->element())) == "on leave");
  CHECK(get(content_format(rn)) == Format::p2);
  CHECK_FALSE(compose_auto_forwarded(n, std::string(257, 'x')).ok());
}
