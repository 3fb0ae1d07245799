#include "log/crc32c.hpp"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace x400::mstore::storage {
namespace {

constexpr std::uint32_t polynomial = 0x82f63b78;  // reflected

constexpr auto make_tables() {
  std::array<std::array<std::uint32_t, 256>, 8> t{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ ((c & 1) != 0 ? polynomial : 0);
    t[0][i] = c;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t i = 0; i < 256; ++i) t[k][i] = (t[k - 1][i] >> 8) ^ t[0][t[k - 1][i] & 255];
  return t;
}
constexpr auto tables = make_tables();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t by_instruction(View octets, std::uint32_t before) {
  std::uint64_t c = ~before;
  const std::uint8_t* p = octets.data();
  std::size_t n = octets.size();
  for (; n >= 8; n -= 8, p += 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    c = _mm_crc32_u64(c, word);
  }
  auto r = static_cast<std::uint32_t>(c);
  for (; n > 0; --n, ++p) r = _mm_crc32_u8(r, *p);
  return ~r;
}
bool has_instruction() { return __builtin_cpu_supports("sse4.2") != 0; }
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
std::uint32_t by_instruction(View octets, std::uint32_t before) {
  std::uint32_t c = ~before;
  const std::uint8_t* p = octets.data();
  std::size_t n = octets.size();
  for (; n >= 8; n -= 8, p += 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    c = __crc32cd(c, word);
  }
  for (; n > 0; --n, ++p) c = __crc32cb(c, *p);
  return ~c;
}
bool has_instruction() { return true; }
#else
std::uint32_t by_instruction(View octets, std::uint32_t before) { return crc32c_portable(octets, before); }
bool has_instruction() { return false; }
#endif

}  // namespace

std::uint32_t crc32c_portable(View octets, std::uint32_t before) {
  std::uint32_t c = ~before;
  const std::uint8_t* p = octets.data();
  std::size_t n = octets.size();
  for (; n >= 8; n -= 8, p += 8) {
    const std::uint32_t low =
        c ^ (static_cast<std::uint32_t>(p[0]) | static_cast<std::uint32_t>(p[1]) << 8 |
             static_cast<std::uint32_t>(p[2]) << 16 | static_cast<std::uint32_t>(p[3]) << 24);
    c = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^ tables[4][low >> 24] ^
        tables[3][p[4]] ^ tables[2][p[5]] ^ tables[1][p[6]] ^ tables[0][p[7]];
  }
  for (; n > 0; --n, ++p) c = (c >> 8) ^ tables[0][(c ^ *p) & 255];
  return ~c;
}

std::uint32_t crc32c(View octets, std::uint32_t before) {
  static const bool fast = has_instruction();
  return fast ? by_instruction(octets, before) : crc32c_portable(octets, before);
}

}  // namespace x400::mstore::storage
