#include "x400/access/credentials.hpp"

#include <openssl/crypto.h>

#include "x400/access/protected_password.hpp"

namespace x400::access {
namespace {

bool same(View a, View b) { return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0; }

}  // namespace

Result<asn1::Credentials> initiator_credentials(asn1::Password password, bool protect_it, asn1::Time now) {
  if (!protect_it) return asn1::Credentials(std::move(password));
  X400_TRY(made, protect(password, now));
  return asn1::Credentials(std::move(made));
}

Result<asn1::Credentials> responder_credentials(View password, const asn1::Credentials& initiator,
                                                asn1::Time now) {
  if (const auto* hashed = std::get_if<asn1::ProtectedPassword>(&initiator)) {
    X400_TRY(made, protect({to_octets(password), false}, now, hashed));
    return asn1::Credentials(std::move(made));
  }
  const auto* simple = std::get_if<asn1::Password>(&initiator);
  return asn1::Credentials(asn1::Password{to_octets(password), simple && simple->octet_string});
}

std::string wrong_answer(const asn1::Credentials& answer, const asn1::Credentials& sent, View password) {
  if (const auto* hashed = std::get_if<asn1::ProtectedPassword>(&sent)) {
    const auto* proof = std::get_if<asn1::ProtectedPassword>(&answer);
    if (!proof) return "does not answer with protected credentials";
    const auto fault = check_answer(*proof, *hashed, password);
    return fault == ProtectedFault::none
               ? std::string()
               : "answers with protected credentials that are " + std::string(name(fault));
  }
  const auto* simple = std::get_if<asn1::Password>(&answer);
  return simple && same(simple->octets, password) ? std::string() : "answers with a wrong password, or none";
}

}  // namespace x400::access
