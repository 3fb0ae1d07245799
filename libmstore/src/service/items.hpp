// Kinds of items the service keeps in a mailbox. The values are stored: never reuse one.
#pragma once

#include <cstdint>

#include "x400/base/octets.hpp"
#include "x400/mstore/types.hpp"

namespace x400::mstore::service::items {

inline constexpr std::uint16_t registrations = 1;  ///< key empty: everything Register-MS has set
inline constexpr std::uint16_t alert = 2;          ///< key entry, registration: matched, user not told yet
inline constexpr std::uint16_t submission = 3;     ///< key entry: the MTA has not answered
inline constexpr std::uint16_t submitted = 4;  ///< key MTS identifier (canonical): entry of class submission
inline constexpr std::uint16_t report = 5;     ///< key report's entry, submission's entry: recipients told of

inline constexpr std::uint16_t archived = 6;    ///< key entry: in the archive; due when it may leave
inline constexpr std::uint16_t quota_told = 7;  ///< key class: soft quotas the operator was told of
inline constexpr std::uint16_t clock = 8;       ///< key empty, first mailbox only: the clock as last seen
inline constexpr std::uint16_t subject =
    9;  ///< key MTS identifier (canonical): submitted here; due: forgotten

inline void put32(Octets& to, std::uint32_t n) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(n >> shift));
}
inline Octets key32(std::uint32_t n) {
  Octets key;
  put32(key, n);
  return key;
}
/// Of the four octets at `at`; 0 if there are not so many.
inline std::uint32_t get32(View octets, std::size_t at = 0) {
  if (octets.size() < at + 4) return 0;
  return static_cast<std::uint32_t>(octets[at]) << 24 | static_cast<std::uint32_t>(octets[at + 1]) << 16 |
         static_cast<std::uint32_t>(octets[at + 2]) << 8 | octets[at + 3];
}

}  // namespace x400::mstore::service::items
