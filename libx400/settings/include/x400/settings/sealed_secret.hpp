// SealKey: keeps passwords that a program must be able to read back (protected credentials want the password
// itself) in a form that is worth nothing without a key, which lies elsewhere.
//
// A sealed password is one line, "sealed$1$BASE64": AES-256-GCM with a random nonce, bound to the name it
// belongs to, so that it cannot be given to somebody else. The key is the SHA-256 of the key file's line,
// which `mstorectl seal-key` makes of 32 random octets.
//
// Threads: values; all functions from any.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "x400/base/result.hpp"
#include "x400/settings/secret.hpp"

namespace x400::settings {

class SealKey {
 public:
  /// A line for a new key file. Error: internal (OpenSSL).
  static Result<std::string> make_line();
  /// The file's rules are those of every secret file; its line has at least 32 characters. Errors: io,
  /// refused, invalid.
  static Result<SealKey> read(const std::filesystem::path& file);

  /// `owner`: whose it is, for instance the id of a mailbox. Error: internal.
  Result<std::string> seal(const Secret& secret, std::string_view owner) const;
  /// Errors: malformed (no sealed password), refused (another key, another owner, changed).
  Result<Secret> open(std::string_view sealed, std::string_view owner) const;

 private:
  explicit SealKey(Secret key) : key_(std::move(key)) {}
  Secret key_;
};

}  // namespace x400::settings
