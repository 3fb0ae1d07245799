// ProtectedFields: what is inside protected credentials (X.411 8.1.1.1.1.2, ProtectedPassword): a signature
// over password, times and random numbers, with times and random numbers beside it. A password has no key to
// encipher with, so the signature is a plain hash, named by its algorithm identifier; who makes and checks it
// is x400/access/protected_password.hpp.
//
// Threads: values.
#pragma once

#include <optional>
#include <string>

#include "x400/asn1/credentials.hpp"
#include "x400/ber/oid.hpp"
#include "x400/ber/reader.hpp"

namespace x400::asn1 {

struct ProtectedFields {
  ber::Oid algorithm;
  ber::Bits signature;
  std::optional<std::string> time1, time2;  ///< UTCTime, as written
  std::optional<ber::Bits> random1, random2;

  ProtectedPassword encode() const;
  /// Errors: truncated, malformed, limit (random numbers beyond 1024 octets). Members of later editions are
  /// skipped.
  static Result<ProtectedFields> decode(const ProtectedPassword& credentials);

  /// What the signature is made of: the DER octets of SET { password, time1, time2, random1, random2 }. They
  /// hold the password: wipe them.
  Octets to_be_signed(const Password& password) const;
};

}  // namespace x400::asn1
