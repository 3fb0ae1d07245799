#include "x400/content/file_transfer.hpp"

#include "x400/asn1/text.hpp"

namespace x400::content {
namespace {

namespace tags = ber::tags;

// GraphicString: ISO 646 in practice, often Latin-1.
Result<std::string> graphic(const ber::Element& e) {
  Octets joined;
  X400_TRY(octets, ber::read_octets(e, joined));
  return asn1::text::from_latin1(octets);
}

// Pathname: SEQUENCE OF GraphicString; the file is the last.
Status take_pathname(const ber::Element& choice, FileTransfer& f) {
  X400_TRY(parts, Field(choice).members());
  if (parts.empty()) return Ok{};
  X400_TRY(text, graphic(parts.back().element()));
  f.name = std::move(text);
  return Ok{};
}

// Date-and-Time-Attribute: CHOICE { no-value-available [0] NULL, actual-values [1] GeneralizedTime }.
Status take_time(const ber::Element& attribute, FileTransfer& f) {
  X400_TRY(e, ber::read_one(attribute.content));
  if (e.tag != ber::context(1)) return Ok{};
  X400_TRY(text, ber::read_chars(e));
  f.modified = std::move(text);
  return Ok{};
}

// Object-Size-Attribute: CHOICE { no-value-available [0] NULL, actual-values [1] INTEGER }.
Status take_size(const ber::Element& attribute, FileTransfer& f) {
  X400_TRY(e, ber::read_one(attribute.content));
  if (e.tag != ber::context(1)) return Ok{};
  X400_TRY(n, ber::read_integer(e));
  f.size = n;
  return Ok{};
}

// The attributes of ISO 8571-4: the pathname's CHOICE is [0] or [23], the others stand under their number.
Status take_attributes(const ber::Element& set, FileTransfer& f) {
  ber::Reader r(set.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == ber::context(0) || e.tag == ber::context(23)) X400_CHECK(take_pathname(e, f));
    if (e.tag == ber::context(5)) X400_CHECK(take_time(e, f));
    if (e.tag == ber::context(13)) X400_CHECK(take_size(e, f));
  }
  return Ok{};
}

Status take_application(const ber::Element& reference, FileTransfer& f) {
  X400_TRY(e, ber::read_one(reference.content));
  if (e.tag != ber::context(0)) return Ok{};
  X400_TRY(oid, ber::Oid::from_contents(e.content));
  f.application = std::move(oid);
  return Ok{};
}

Status take_description(const ber::Element& strings, FileTransfer& f) {
  X400_TRY(members, Field(strings).members());
  std::string out;
  for (const Field& m : members) {
    X400_TRY(text, graphic(m.element()));
    if (!out.empty()) out += ' ';
    out += text;
  }
  f.description = std::move(out);
  return Ok{};
}

Status take_environment(const ber::Element& environment, FileTransfer& f) {
  ber::Reader r(environment.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == ber::context(0)) X400_CHECK(take_application(e, f));
    if (e.tag == ber::context(3)) X400_CHECK(take_description(e, f));
  }
  return Ok{};
}

// CHOICE { document-type [0] SEQUENCE { OID, ... }, constraint-set-and-abstract-syntax [1] ... }.
Status take_contents_type(const ber::Element& type, FileTransfer& f) {
  X400_TRY(e, ber::read_one(type.content));
  if (e.tag != ber::context(0)) return Ok{};
  ber::Reader r(e.content);
  X400_TRY(oid, r.expect(tags::oid));
  X400_TRY(value, ber::read_oid(oid));
  f.document_type = std::move(value);
  return Ok{};
}

Status take_parameters(const Field& parameters, FileTransfer& f) {
  ber::Reader r(parameters.contents());
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == ber::context(1)) X400_CHECK(take_contents_type(e, f));
    if (e.tag == ber::context(2)) X400_CHECK(take_environment(e, f));
    if (e.tag == ber::context(3)) f.compressed = true;
    if (e.tag == ber::context(4)) X400_CHECK(take_attributes(e, f));
  }
  return Ok{};
}

Status take_data(const Field& external, FileTransfer& f) {
  X400_TRY(x, read_external(external));
  if (x.encoding == External::Encoding::single_asn1_type) {
    X400_TRY(value, x.value());
    if (value.type() == tags::octet_string) {
      Octets joined;
      X400_TRY(octets, ber::read_octets(value.element(), joined));
      if (value.constructed()) {
        f.joined.push_back(std::make_shared<const Octets>(std::move(joined)));
        octets = *f.joined.back();
      }
      f.data.push_back(octets);
      return Ok{};
    }
  }
  if (x.joined) f.joined.push_back(x.joined);
  f.data.push_back(x.octets);
  return Ok{};
}

}  // namespace

Result<FileTransfer> read_file_transfer(const BodyPart& part) {
  if (part.kind != PartKind::file_transfer)
    return Error(ErrorKind::unsupported, std::string(name(part.kind)) + " is no file transfer");
  if (!part.data) return Error(ErrorKind::malformed, "file transfer: " + part.broken);
  FileTransfer f;
  if (part.parameters) (void)take_parameters(*part.parameters, f).ok();
  X400_TRY(externals, part.data->members());
  for (const Field& external : externals) X400_CHECK(take_data(external, f));
  if (part.joined_data) f.joined.push_back(part.joined_data);
  return f;
}

}  // namespace x400::content
