#include "service/duplicate_key.hpp"

#include <openssl/evp.h>

#include <memory>

#include "x400/asn1/oids.hpp"
#include "x400/ber/walk.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;

// Looked up once: OpenSSL would search its providers at each use of EVP_sha256().
const EVP_MD* sha256() {
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> fetched(
      EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_free);
  return fetched.get();
}

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    good_ = context_ && sha256() && EVP_DigestInit_ex(context_.get(), sha256(), nullptr) == 1;
  }
  /// With its length in front, so that no two lists of parts have the same octets.
  void add(View part) {
    std::uint8_t size[8];
    for (int i = 0; i < 8; ++i)
      size[i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(part.size()) >> (8 * i));
    good_ = good_ && EVP_DigestUpdate(context_.get(), size, sizeof size) == 1 &&
            EVP_DigestUpdate(context_.get(), part.data(), part.size()) == 1;
  }
  void add(std::string_view part) { add(view(part)); }
  Result<Octets> finish() {
    Octets out(32);
    if (!good_ || EVP_DigestFinal_ex(context_.get(), out.data(), nullptr) != 1)
      return Error(ErrorKind::internal, "SHA-256 failed");
    return out;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
  bool good_ = false;
};

// A repeat may be encoded anew: lengths in one form.
void add_value(Digest& digest, View value) {
  auto definite = ber::to_definite(value);
  digest.add(definite.ok() ? View(*definite) : value);
}

void add_attribute(Digest& digest, std::string_view name, const AttributeList& list, const ber::Oid& type) {
  digest.add(name);
  if (const Attribute* found = list.find(type))
    for (const Octets& value : found->values) add_value(digest, value);
}

}  // namespace

// Not in it: the delivery time and trace, which a repeat may carry anew.
Result<Octets> message_key(const AttributeList& envelope, View content) {
  Digest digest;
  digest.add("message");
  add_attribute(digest, "identifier", envelope, a::message_identifier);
  add_attribute(digest, "this", envelope, a::this_recipient_name);
  add_attribute(digest, "intended", envelope, a::originally_intended_recipient_name);
  add_attribute(digest, "expansion", envelope, a::dl_expansion_history);
  add_attribute(digest, "redirection", envelope, a::redirection_history);
  digest.add(content);
  return digest.finish();
}

Result<Octets> report_key(const AttributeList& envelope, const std::vector<EnvelopeExtension>& extensions,
                          std::optional<View> returned_content) {
  Digest digest;
  digest.add("report");
  add_attribute(digest, "subject", envelope, a::subject_submission_identifier);
  add_attribute(digest, "recipients", envelope, a::per_recipient_report_delivery_fields);
  digest.add("mta");
  for (const EnvelopeExtension& x : extensions)
    if (x.standard == extension::reporting_mta_name && x.value) add_value(digest, x.value->whole);
  digest.add("content");
  if (returned_content) digest.add(*returned_content);
  return digest.finish();
}

}  // namespace x400::mstore::service
