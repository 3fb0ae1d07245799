// Credentials: how the two sides of an MS-bind or MTS-bind prove who they are (X.411 8.1.1.1.1.2).
#pragma once

#include <variant>

#include "x400/asn1/edition.hpp"
#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"
#include "x400/ber/reader.hpp"
#include "x400/ber/writer.hpp"

namespace x400::asn1 {

/// Simple: a password. Compare the octets, whichever form they came in.
struct Password {
  Octets octets;              ///< at most 62 octets by the standard; more are accepted on input up to 1024
  bool octet_string = false;  ///< the form: OCTET STRING or, usual, IA5String
  friend bool operator==(const Password&, const Password&) = default;
};
/// Strong ([0]) and protected ([1]) credentials, kept as they came: the whole tagged value.
struct StrongCredentials {
  Octets encoded;
  friend bool operator==(const StrongCredentials&, const StrongCredentials&) = default;
};
struct ProtectedPassword {
  Octets encoded;
  friend bool operator==(const ProtectedPassword&, const ProtectedPassword&) = default;
};

using Credentials = std::variant<Password, StrongCredentials, ProtectedPassword>;

inline Password ia5_password(std::string_view text) { return {to_octets(text), false}; }

void write(ber::Writer& w, const Credentials& credentials);
/// Errors: malformed (another tag, wrong contents), limit.
Result<Credentials> read_credentials(const ber::Element& element);

}  // namespace x400::asn1
