#include "x400/access/admission.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cstdint>

namespace x400::access {

std::string counted_address(const std::string& address) {
  using namespace boost::asio::ip;
  boost::system::error_code error;
  const auto read = make_address(address, error);
  if (error || !read.is_v6()) return address;
  if (read.to_v6().is_v4_mapped()) return make_address_v4(v4_mapped, read.to_v6()).to_string();
  auto octets = read.to_v6().to_bytes();
  std::fill(octets.begin() + 8, octets.end(), std::uint8_t{0});
  return address_v6(octets).to_string() + "/64";
}

std::optional<std::string> Admission::admit(const std::string& address) {
  const std::string counted = counted_address(address);
  const std::lock_guard lock(mutex_);
  if (count_ >= most_) return "limit of " + std::to_string(most_) + " associations";
  const auto found = per_address_.try_emplace(counted, 0).first;
  if (found->second >= most_per_address_)
    return "limit of " + std::to_string(most_per_address_) + " associations from one address";
  ++found->second;
  ++count_;
  return std::nullopt;
}

void Admission::leave(const std::string& address) {
  const std::string counted = counted_address(address);
  const std::lock_guard lock(mutex_);
  const auto found = per_address_.find(counted);
  if (--found->second == 0) per_address_.erase(found);
  --count_;
}

std::size_t Admission::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

}  // namespace x400::access
