// Oid: an OBJECT IDENTIFIER, kept in its encoded form (X.690 8.19), so comparing is comparing octets.
//
// Every name this project knows stands in one header of the values layer; this is only the type.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"
#include "x400/ber/reader.hpp"

namespace x400::ber {

class Oid {
 public:
  Oid() = default;
  /// From arcs, for names in the source: Oid{2, 6, 0, 1, 11}. At least two arcs, the first 0..2, the
  /// second below 40 unless the first is 2 (assert).
  Oid(std::initializer_list<std::uint32_t> arcs);

  /// From contents octets. Refused (malformed): none, an unfinished arc, an arc with a leading 80,
  /// an arc above 2^32-1; (limit): more than 64 octets.
  static Result<Oid> from_contents(View contents);
  /// From "2.6.0.1.11". Refused (malformed): anything else.
  static Result<Oid> parse(std::string_view dotted);

  View contents() const { return View(reinterpret_cast<const std::uint8_t*>(enc_.data()), enc_.size()); }
  bool empty() const { return enc_.empty(); }
  std::string to_string() const;  ///< "2.6.0.1.11"
  /// This with one more arc.
  Oid child(std::uint32_t arc) const;

  friend bool operator==(const Oid&, const Oid&) = default;
  friend auto operator<=>(const Oid&, const Oid&) = default;  ///< a total order, not that of the arcs

 private:
  friend struct std::hash<Oid>;
  void add_arc(std::uint64_t arc);
  std::string enc_;  // fits the small-string buffer for nearly every name of X.400
};

Result<Oid> read_oid(const Element& e);

}  // namespace x400::ber

template <>
struct std::hash<x400::ber::Oid> {
  std::size_t operator()(const x400::ber::Oid& o) const { return std::hash<std::string>()(o.enc_); }
};
