#include "x400/content/text_parts.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "general_text.hpp"
#include "take_extension.hpp"
#include "x400/asn1/text.hpp"

namespace x400::content {
namespace {

namespace tags = ber::tags;
namespace text_of = asn1::text;

const Field* data_of(const BodyPart& part) { return part.data ? &*part.data : nullptr; }

Error no_data(const BodyPart& part) {
  return Error(ErrorKind::malformed,
               std::string(name(part.kind)) + ": " + (part.broken.empty() ? "no data" : part.broken));
}

Result<std::string> ia5(const Field& f) {
  Octets joined;
  X400_TRY(octets, ber::read_octets(f.element(), joined));
  return text_of::from_ia5(octets);
}

Result<std::string> teletex(const Field& pages) {
  X400_TRY(members, pages.members());
  std::string out;
  for (std::size_t i = 0; i < members.size(); ++i) {
    Octets joined;
    X400_TRY(octets, ber::read_octets(members[i].element(), joined));
    if (i > 0) out += '\f';
    out += text_of::from_t61(octets);
  }
  return out;
}

// CHOICE { lineOriented [0] IA5String, setOriented [1] SEQUENCE OF IA5String }.
Result<std::string> adatp3(const Field& f) {
  if (f.type() == ber::context(0)) return ia5(f);
  X400_TRY(lines, f.members());
  std::string out;
  for (const Field& line : lines) {
    X400_TRY(one, ia5(line));
    out += one;
    out += "\r\n";
  }
  return out;
}

Result<std::string> general(const BodyPart& part, const Field& f) {
  X400_TRY(sets, character_sets(part));
  Octets joined;
  X400_TRY(octets, ber::read_octets(f.element(), joined));
  return decode_general_text(octets, sets);
}

}  // namespace

bool is_text(PartKind kind) {
  switch (kind) {
    case PartKind::ia5_text:
    case PartKind::teletex:
    case PartKind::general_text:
    case PartKind::adatp3:
    case PartKind::acp127_data:
    case PartKind::corrections: return true;
    default: return false;
  }
}

Result<std::string> text(const BodyPart& part) {
  if (!is_text(part.kind)) return Error(ErrorKind::unsupported, std::string(name(part.kind)) + " is no text");
  const Field* f = data_of(part);
  if (f == nullptr) return no_data(part);
  switch (part.kind) {
    case PartKind::teletex: return teletex(*f);
    case PartKind::general_text: return general(part, *f);
    case PartKind::adatp3: return adatp3(*f);
    default: return ia5(*f);
  }
}

Result<std::vector<std::int64_t>> character_sets(const BodyPart& part) {
  if (part.kind != PartKind::general_text)
    return Error(ErrorKind::unsupported, std::string(name(part.kind)) + " has no character sets");
  std::vector<std::int64_t> out;
  if (!part.parameters) return out;
  X400_TRY(members, part.parameters->members());
  for (const Field& f : members) {
    X400_TRY(n, read_number(f));
    out.push_back(n);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string decode_general_text(View octets, const std::vector<std::int64_t>& registrations) {
  return GeneralTextDecoder(registrations).decode(octets);
}

}  // namespace x400::content
