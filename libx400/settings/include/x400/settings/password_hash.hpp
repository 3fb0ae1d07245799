// PasswordHash: a password kept as an scrypt hash (RFC 7914), so that a stolen configuration file
// does not give the passwords away.
//
// Text form, one line without spaces, standard base64 with padding:
//   scrypt$N$r$p$SALT$HASH        scrypt$16384$8$1$q83v...==$Kx0...=
// N is the cost (a power of two), r the block size, p the parallelism; memory is 128*N*r octets.
//
// Passwords are octets: X.411 has an IA5String and an OCTET STRING form and both compare by octets.
// Threads: values; all functions may be called from anywhere. check() and make() take about 55 ms and
// 16 MiB with the default cost: never call them on a thread that serves associations.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "x400/base/octets.hpp"

namespace x400::settings {

class PasswordHash {
 public:
  struct Cost {
    std::uint64_t n = 16384;  ///< power of two, 2 to 2^20
    std::uint32_t r = 8;      ///< 1 to 32
    std::uint32_t p = 1;      ///< 1 to 16
    friend bool operator==(const Cost&, const Cost&) = default;
  };
  static constexpr std::size_t salt_size = 16;
  static constexpr std::size_t hash_size = 32;
  /// What one check may use; a costlier hash is refused when it is read. Octets.
  static constexpr std::uint64_t most_memory = 256ULL << 20;

  /// Hashes a password with a new random salt. Errors: invalid (cost), internal (OpenSSL).
  static Result<PasswordHash> make(View password, Cost cost);
  static Result<PasswordHash> make(View password) { return make(password, Cost()); }
  /// Reads the text form. Errors: malformed, limit (cost beyond the bounds above).
  static Result<PasswordHash> parse(std::string_view text);

  std::string text() const;
  const Cost& cost() const { return cost_; }

  /// Is this the password? An OpenSSL failure (no memory) is an error, never "no".
  Result<bool> check(View password) const;

  friend bool operator==(const PasswordHash&, const PasswordHash&) = default;

 private:
  PasswordHash() = default;
  Cost cost_;
  Octets salt_;
  Octets hash_;
};

}  // namespace x400::settings
