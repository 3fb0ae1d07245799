// Admission: how many connections there may be, in all and from one address. Listeners that share one count
// together, or each further port of a service would be as many connections more for everybody.
//
// Threads: all functions from any.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace x400::access {

/// What limits count an address by: IPv4 as it is, IPv6 cut to its /64 ("2001:db8::/64"), which is what one
/// customer has, so that nobody has as many addresses as he likes. `address` without port or brackets; what
/// is none is returned as it is.
std::string counted_address(const std::string& address);

class Admission {
 public:
  Admission(std::size_t most, std::size_t most_per_address)
      : most_(most), most_per_address_(most_per_address) {}
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  /// Nothing, or why not. Who was admitted leaves, with the same address.
  std::optional<std::string> admit(const std::string& address);
  void leave(const std::string& address);
  std::size_t count() const;

 private:
  const std::size_t most_, most_per_address_;
  mutable std::mutex mutex_;
  std::size_t count_ = 0;
  std::unordered_map<std::string, std::size_t> per_address_;
};

}  // namespace x400::access
