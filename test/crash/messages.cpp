#include "messages.hpp"

#include <cstring>

namespace x400::mstore::crash {
namespace {

constexpr std::string_view title = "message ";

std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  return x ^ x >> 29;
}

std::uint64_t hash(View octets) {
  std::uint64_t h = octets.size();
  std::size_t at = 0;
  for (; at + 8 <= octets.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, octets.data() + at, 8);
    h = mixed(h ^ word) + 0x9e3779b97f4a7c15u;
  }
  for (; at < octets.size(); ++at) h = mixed(h ^ octets[at]);
  return h;
}

}  // namespace

Octets content_of(std::uint64_t message, std::size_t size) {
  Octets octets = to_octets(std::string(title) + std::to_string(message) + ":");
  const std::size_t begin = octets.size();
  if (octets.size() < size) octets.resize(size);
  std::uint64_t x = mixed(message * 0x9e3779b97f4a7c15u + 1);
  for (std::size_t at = begin; at < octets.size(); at += 8) {
    x = x * 6364136223846793005u + 1442695040888963407u;
    std::memcpy(octets.data() + at, &x, std::min<std::size_t>(8, octets.size() - at));
  }
  return octets;
}

Octets attributes_of(std::uint64_t message) { return content_of(message, 40 + message % 500); }
Octets list_of(std::uint64_t message) { return to_octets("list of " + std::to_string(message)); }
Octets key_of(std::uint64_t message) { return to_octets("key of " + std::to_string(message)); }

Content describe(View octets) {
  Content content;
  content.there = true;
  content.size = octets.size();
  content.hash = hash(octets);
  if (const std::string_view text = chars(octets); text.starts_with(title))
    content.message = std::strtoull(std::string(text.substr(title.size(), 20)).c_str(), nullptr, 10);
  return content;
}

Content expected(std::uint64_t message, std::size_t size, bool child) {
  const Octets whole = content_of(message, size);
  return describe(View(whole).subspan(child ? 1 : 0));
}

}  // namespace x400::mstore::crash
