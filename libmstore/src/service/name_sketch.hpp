// NameSketch: tells of nearly every O/R name that it is not the wanted one without decoding it, by the
// standard attributes and the common name in printable characters. A search looks at the name of each entry;
// decoding costs fifty times as much.
//
// Threads: constant once made.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "x400/asn1/or_name.hpp"
#include "x400/ber/reader.hpp"

namespace x400::mstore::service {

class NameSketch {
 public:
  explicit NameSketch(const asn1::ORName& wanted);

  /// False only if the two names are certainly not equal by X.402 18.4, or `value` is no name. `value`: an
  /// O/R name or O/R address, whatever its tag.
  bool may_equal(const ber::Element& value) const;

 private:
  static constexpr std::size_t most_units = 4;
  enum Slot : std::size_t {
    country,
    admd,
    prmd,
    x121,
    terminal,
    numeric,
    first_text,  // from here on there may be other spellings
    organization = first_text,
    surname,
    given,
    initials,
    generation,
    common_name,
    first_unit,
    slots = first_unit + most_units
  };
  // What is read of a value; borrowed.
  struct Read {
    std::array<View, slots> values{};
    bool other_spellings = false;
    bool directory_name = false;
    std::size_t units = 0;
  };
  static bool read(const ber::Element& value, Read& to);
  static bool read_standard(View standard, Read& to);
  static bool read_parts(View parts, std::size_t first, std::size_t count, Read& to);
  static bool read_units(View units, Read& to);
  static bool read_extensions(View extensions, Read& to);
  static bool put(Read& to, std::size_t slot, const ber::Element& value);
  bool may_be_same(std::size_t slot, const Read& read) const;

  struct Wanted {
    bool printable = false;          // then it is the one spelling
    std::vector<std::string> texts;  // folded; none: it has no such attribute
  };
  static Wanted wanted_of(const std::string& value);
  static Wanted wanted_of(const asn1::ORText& value);

  std::array<Wanted, slots> wanted_;
  std::size_t units_ = 0;
  bool address_ = true, directory_name_ = false;
};

}  // namespace x400::mstore::service
