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

// One step of the instruction, which gives its result only after three others could have begun.
#if defined(__x86_64__)
#define X400_CRC_INSTRUCTION __attribute__((target("sse4.2")))
X400_CRC_INSTRUCTION inline std::uint32_t take8(std::uint32_t c, std::uint64_t word) {
  return static_cast<std::uint32_t>(_mm_crc32_u64(c, word));
}
X400_CRC_INSTRUCTION inline std::uint32_t take1(std::uint32_t c, std::uint8_t octet) {
  return _mm_crc32_u8(c, octet);
}
bool has_instruction() { return __builtin_cpu_supports("sse4.2") != 0; }
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#define X400_CRC_INSTRUCTION
inline std::uint32_t take8(std::uint32_t c, std::uint64_t word) { return __crc32cd(c, word); }
inline std::uint32_t take1(std::uint32_t c, std::uint8_t octet) { return __crc32cb(c, octet); }
bool has_instruction() { return true; }
#else
bool has_instruction() { return false; }
#endif

#if defined(X400_CRC_INSTRUCTION)

// Sums of three lengths of octets are made side by side and put together: the sum so far, as if that many
// zeros came after it, XOR the sum of what really came. The zeros are a multiplication by a power of x.
constexpr std::size_t stride = 1360;  // three are a page of the index but for its last words

constexpr std::uint32_t times(std::uint32_t a, std::uint32_t b) {
  std::uint32_t product = 0;
  for (std::uint32_t bit = 1u << 31; bit != 0; bit >>= 1) {
    if ((a & bit) != 0) product ^= b;
    b = (b >> 1) ^ ((b & 1) != 0 ? polynomial : 0);
  }
  return product;
}

// x to the power of 8 * octets.
constexpr std::uint32_t power_of_zeros(std::size_t octets) {
  std::uint32_t power = 1u << 31;
  for (std::uint32_t square = 1u << 23; octets != 0; octets >>= 1, square = times(square, square))
    if ((octets & 1) != 0) power = times(power, square);
  return power;
}

constexpr auto make_zeros() {
  std::array<std::array<std::uint32_t, 256>, 4> t{};
  const std::uint32_t power = power_of_zeros(stride);
  for (std::uint32_t k = 0; k < 4; ++k)
    for (std::uint32_t bit = 0; bit < 8; ++bit) t[k][1u << bit] = times(power, 1u << (8 * k + bit));
  for (std::uint32_t k = 0; k < 4; ++k)
    for (std::uint32_t i = 1; i < 256; ++i) t[k][i] = t[k][i & (i - 1)] ^ t[k][i & (~i + 1)];
  return t;
}
constexpr auto zeros = make_zeros();

std::uint32_t after_zeros(std::uint32_t c) {
  return zeros[0][c & 255] ^ zeros[1][c >> 8 & 255] ^ zeros[2][c >> 16 & 255] ^ zeros[3][c >> 24];
}

inline std::uint64_t word_at(const std::uint8_t* p) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  return word;
}

X400_CRC_INSTRUCTION std::uint32_t by_instruction(View octets, std::uint32_t before) {
  std::uint32_t c = ~before;
  const std::uint8_t* p = octets.data();
  std::size_t n = octets.size();
  for (; n >= 3 * stride; n -= 3 * stride, p += 3 * stride) {
    std::uint32_t second = 0;
    std::uint32_t third = 0;
    for (std::size_t at = 0; at < stride; at += 8) {
      c = take8(c, word_at(p + at));
      second = take8(second, word_at(p + stride + at));
      third = take8(third, word_at(p + 2 * stride + at));
    }
    c = after_zeros(after_zeros(c) ^ second) ^ third;
  }
  for (; n >= 8; n -= 8, p += 8) c = take8(c, word_at(p));
  for (; n > 0; --n, ++p) c = take1(c, *p);
  return ~c;
}
#else
std::uint32_t by_instruction(View octets, std::uint32_t before) { return crc32c_portable(octets, before); }
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
