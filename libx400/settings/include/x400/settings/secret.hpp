// Secret: a password or key in memory, wiped when it goes; and the files that hold one.
#pragma once

#include <filesystem>
#include <string_view>

#include "x400/base/octets.hpp"

namespace x400::settings {

/// Octets that are overwritten before their memory is given back. Copies are wiped each for itself.
class Secret {
 public:
  Secret() = default;
  explicit Secret(Octets octets) : octets_(std::move(octets)) {}
  explicit Secret(std::string_view text) : octets_(to_octets(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&&) = default;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  View octets() const { return octets_; }
  bool empty() const { return octets_.empty(); }

  /// The same octets? Takes the same time wherever they differ, and whatever the secret's length is.
  bool matches(View other) const;

 private:
  void wipe();
  Octets octets_;
};

/// Longest simple password of X.411 (ub-password-length), in octets.
inline constexpr std::size_t longest_password = 62;

/// Reads a secret from a file: the whole contents but for one line end at their end.
/// Errors: io (cannot be read), refused (others than owner and group may read or write it: chmod o=),
/// invalid (empty, longer than `most` octets, or with a line end inside).
Result<Secret> read_secret_file(const std::filesystem::path& file, std::size_t most = longest_password);

}  // namespace x400::settings
