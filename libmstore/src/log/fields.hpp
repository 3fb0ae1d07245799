// Fixed-width fields of the log's formats: little-endian, no padding of their own.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

namespace x400::mstore::storage {

template <class T>
void put_field(std::uint8_t* at, T value) {
  static_assert(std::is_unsigned_v<T>);
  for (std::size_t i = 0; i < sizeof(T); ++i) at[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

template <class T>
T get_field(const std::uint8_t* at) {
  static_assert(std::is_unsigned_v<T>);
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value | static_cast<T>(at[i]) << (8 * i));
  return value;
}

/// Appends fields.
class FieldWriter {
 public:
  explicit FieldWriter(Octets& to) : to_(to) {}
  void u8(std::uint8_t v) { to_.push_back(v); }
  void u16(std::uint16_t v) { put(v); }
  void u32(std::uint32_t v) { put(v); }
  void u64(std::uint64_t v) { put(v); }
  void i64(std::int64_t v) { put(static_cast<std::uint64_t>(v)); }
  /// Length (32 bits) and octets.
  void run(View v) {
    u32(static_cast<std::uint32_t>(v.size()));
    append(to_, v);
  }

 private:
  template <class T>
  void put(T v) {
    const std::size_t at = to_.size();
    to_.resize(at + sizeof(T));
    put_field(to_.data() + at, v);
  }
  Octets& to_;
};

/// Reads fields; beyond the end all are zero and ok() is false.
class FieldReader {
 public:
  explicit FieldReader(View from) : from_(from) {}
  std::uint8_t u8() { return get<std::uint8_t>(); }
  std::uint16_t u16() { return get<std::uint16_t>(); }
  std::uint32_t u32() { return get<std::uint32_t>(); }
  std::uint64_t u64() { return get<std::uint64_t>(); }
  std::int64_t i64() { return static_cast<std::int64_t>(get<std::uint64_t>()); }
  View run() { return take(u32()); }
  View take(std::size_t n) {
    if (n > from_.size()) {
      ok_ = false;
      from_ = {};
      return {};
    }
    const View v = from_.first(n);
    from_ = from_.subspan(n);
    return v;
  }
  std::size_t left() const { return from_.size(); }
  bool ok() const { return ok_; }

 private:
  template <class T>
  T get() {
    const View v = take(sizeof(T));
    return v.empty() ? T{0} : get_field<T>(v.data());
  }
  View from_;
  bool ok_ = true;
};

}  // namespace x400::mstore::storage
