#include "x400/content/ipm_extensions.hpp"

#include "take_extension.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/text.hpp"

namespace x400::content {
namespace {

namespace tags = ber::tags;
namespace ext = asn1::oids::ipm_extension;

Result<ber::Oid> oid(const Field& f) { return ber::read_oid(f.element()); }

template <Result<std::string> (*Read)(const Field&)>
Result<std::vector<std::string>> list(const Field& f) {
  X400_TRY(members, f.members());
  std::vector<std::string> out;
  for (const Field& m : members) {
    X400_TRY(one, Read(m));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

Result<std::string> read_universal_or_bmp(const Field& f) {
  ber::Element e = f.element();
  if (e.tag == tags::set) {
    ber::Reader r(e.content);
    while (!r.at_end()) {
      X400_TRY(inner, r.next());
      if (inner.tag != tags::printable_string) e = inner;
    }
  }
  Octets joined;
  if (e.tag == tags::bmp_string) {
    X400_TRY(octets, ber::read_octets(e, joined));
    return asn1::text::from_bmp(octets);
  }
  if (e.tag == tags::universal_string) {
    X400_TRY(octets, ber::read_octets(e, joined));
    return asn1::text::from_universal(octets);
  }
  return Error(ErrorKind::malformed, to_string(e.tag) + " for a BMPString or UniversalString");
}

Result<IpmExtensions> read_ipm_extensions(const Extensions& x) {
  IpmExtensions out;
  out.incomplete_copy = x.find(ext::incomplete_copy) != nullptr;
  X400_CHECK(take_extension(x, ext::languages, "languages", out.languages, list<read_characters>));
  X400_CHECK(take_extension(x, ext::auto_submitted, "auto-submitted", out.auto_submitted, read_number));
  X400_CHECK(take_extension(x, ext::authorization_time, "authorization-time", out.authorization_time,
                            read_characters));
  X400_CHECK(take_extension(x, ext::extended_subject, "extended-subject", out.extended_subject,
                            read_universal_or_bmp));
  X400_CHECK(take_extension(x, ext::manual_handling_instructions, "manual-handling-instructions",
                            out.manual_handling_instructions, list<read_universal_or_bmp>));
  X400_CHECK(take_extension(x, ext::originators_reference, "originators-reference", out.originators_reference,
                            read_universal_or_bmp));
  X400_CHECK(take_extension(x, ext::precedence_policy_identifier, "precedence-policy-identifier",
                            out.precedence_policy, oid));
  return out;
}

}  // namespace x400::content
