#include "x400/content/body.hpp"

#include "x400/asn1/oids.hpp"

namespace x400::content {
namespace {

namespace tags = ber::tags;

// How the octets of a basic part are laid out.
enum class Form : std::uint8_t {
  none,     // no basic form
  two,      // SEQUENCE { parameters, data }
  list,     // SEQUENCE OF: all of it is the data
  octets,   // OCTET STRING
  wrapped,  // EXPLICIT around any value
};

namespace et = asn1::oids::body_part;
namespace mil = asn1::oids::military;

struct Kind {
  PartKind kind;
  std::string_view name;
  int basic_tag;  // -1: extended only
  Form form;
  const ber::Oid* data;
  const ber::Oid* parameters;  // nullptr: the kind has none
};

constexpr Kind kinds[] = {
    {PartKind::ia5_text, "ia5-text", 0, Form::two, &et::et_ia5_text, &et::ep_ia5_text},
    {PartKind::g3_facsimile, "g3-facsimile", 3, Form::two, &et::et_g3_facsimile, &et::ep_g3_facsimile},
    {PartKind::g4_class1, "g4-class1", 4, Form::list, &et::et_g4_class1, nullptr},
    {PartKind::teletex, "teletex", 5, Form::two, &et::et_teletex, &et::ep_teletex},
    {PartKind::videotex, "videotex", 6, Form::two, &et::et_videotex, &et::ep_videotex},
    {PartKind::nationally_defined, "nationally-defined", 7, Form::wrapped, &et::et_nationally_defined,
     nullptr},
    {PartKind::encrypted, "encrypted", 8, Form::two, &et::et_encrypted, &et::ep_encrypted},
    {PartKind::message, "message", 9, Form::two, &et::et_message, &et::ep_message},
    {PartKind::mixed_mode, "mixed-mode", 11, Form::list, &et::et_mixed_mode, nullptr},
    {PartKind::bilaterally_defined, "bilaterally-defined", 14, Form::octets, &et::et_bilaterally_defined,
     nullptr},
    {PartKind::general_text, "general-text", -1, Form::none, &et::et_general_text, &et::ep_general_text},
    {PartKind::file_transfer, "file-transfer", -1, Form::none, &et::et_file_transfer, &et::ep_file_transfer},
    {PartKind::report, "report", -1, Form::none, &et::et_report, nullptr},
    {PartKind::notification, "notification", -1, Form::none, &et::et_notification, &et::ep_notification},
    {PartKind::voice, "voice", -1, Form::none, &et::et_voice, &et::ep_voice},
    {PartKind::forwarded_content, "content", -1, Form::none, &et::et_content, &et::ep_content},
    {PartKind::pkcs7, "pkcs7", -1, Form::none, &et::et_pkcs7, nullptr},
    {PartKind::adatp3, "adatp3", -1, Form::none, &mil::et_adatp3, &mil::et_adatp3_parameters},
    {PartKind::corrections, "corrections", -1, Form::none, &mil::et_corrections,
     &mil::et_corrections_parameters},
    {PartKind::forwarded_encrypted, "forwarded-encrypted", -1, Form::none, &mil::et_forwarded_encrypted,
     &mil::et_forwarded_encrypted_parameters},
    {PartKind::mm_message, "mm-message", -1, Form::none, &mil::et_mm_message, &mil::et_mm_message_parameters},
    {PartKind::acp127_data, "acp127-data", -1, Form::none, &mil::et_acp127_data,
     &mil::et_acp127_data_parameters},
};

const Kind* by_basic_tag(ber::Tag tag) {
  if (tag.cls != ber::Class::context) return nullptr;
  for (const Kind& k : kinds)
    if (k.basic_tag == static_cast<int>(tag.number)) return &k;
  return nullptr;
}

bool starts_with(View octets, View prefix) {
  return octets.size() > prefix.size() && equal(octets.first(prefix.size()), prefix);
}

// The content body part's OID goes on with the content type (X.420 7.4.16).
PartKind kind_of(const ber::Oid& data) {
  for (const Kind& k : kinds) {
    if (*k.data == data) return k.kind;
    if (k.kind == PartKind::forwarded_content && starts_with(data.contents(), k.data->contents()))
      return k.kind;
  }
  return PartKind::other_extended;
}

// SEQUENCE { parameters, data }, each under its own tag.
Status split_two(View contents, BodyPart& part) {
  ber::Reader r(contents);
  X400_TRY(parameters, r.next());
  part.parameters = Field(parameters);
  X400_TRY(data, r.next());
  part.data = Field(data);
  return r.finish();
}

Status read_basic(const Kind& k, const ber::Element& e, BodyPart& part) {
  part.whole = Field(e, k.form == Form::octets ? tags::octet_string : tags::sequence);
  if (k.form == Form::octets) {
    part.data = part.whole;
    return Ok{};
  }
  if (!e.constructed) return Error(ErrorKind::malformed, std::string(k.name) + " is primitive");
  if (k.form == Form::list) {
    part.data = part.whole;
    return Ok{};
  }
  if (k.form == Form::two) return split_two(e.content, part);
  X400_TRY(inner, ber::read_one(e.content));
  part.whole = Field(inner);
  part.data = part.whole;
  return Ok{};
}

Status take_parameters(const ber::Element& e, BodyPart& part) {
  X400_TRY(x, read_external(Field(e, tags::external)));
  part.parameters_type = x.reference;
  part.joined_parameters = x.joined;
  X400_TRY(value, x.value());
  part.parameters = value;
  return Ok{};
}

Status take_data(const ber::Element& e, BodyPart& part) {
  X400_TRY(x, read_external(Field(e)));
  if (!x.reference) return Error(ErrorKind::malformed, "extended body part without a type");
  part.type = x.reference;
  part.kind = kind_of(*x.reference);
  part.joined_data = x.joined;
  X400_TRY(value, x.value());
  part.data = value;
  return Ok{};
}

// The data first: a part whose parameters are broken still has its kind.
Status read_extended(const ber::Element& e, BodyPart& part) {
  part.kind = PartKind::other_extended;
  part.extended = true;
  part.whole = Field(e, tags::sequence);
  if (!e.constructed) return Error(ErrorKind::malformed, "extended body part is primitive");
  ber::Reader r(e.content);
  X400_TRY(parameters, r.next_if(ber::context(0)));
  X400_TRY(data, r.expect(tags::external));
  X400_CHECK(take_data(data, part));
  if (parameters) X400_CHECK(take_parameters(*parameters, part));
  return r.finish();
}

}  // namespace

std::string_view name(PartKind kind) {
  for (const Kind& k : kinds)
    if (k.kind == kind) return k.name;
  return kind == PartKind::unknown ? "unknown" : "extended";
}

BodyPart read_body_part(const ber::Element& e) {
  BodyPart part;
  Status status = Ok{};
  if (e.tag == ber::context(15)) {
    status = read_extended(e, part);
  } else if (const Kind* k = by_basic_tag(e.tag)) {
    part.kind = k->kind;
    part.type = *k->data;
    status = read_basic(*k, e, part);
    if (part.parameters && k->parameters != nullptr) part.parameters_type = *k->parameters;
  } else {
    part.whole = Field(e);
  }
  if (!status.ok()) part.broken = status.error().text();
  return part;
}

Result<std::vector<BodyPart>> read_body(const Field& body) {
  if (body.type() != tags::sequence) return Error(ErrorKind::malformed, "body is " + to_string(body.type()));
  X400_TRY(members, body.members());
  std::vector<BodyPart> out;
  out.reserve(members.size());
  for (const Field& f : members) out.push_back(read_body_part(f.element()));
  return out;
}

}  // namespace x400::content
