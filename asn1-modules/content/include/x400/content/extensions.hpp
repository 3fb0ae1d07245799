// Extensions of X.420: SET OF SEQUENCE { type OBJECT IDENTIFIER, value ANY DEFAULT NULL }.
//
// The heading, each recipient specifier and each kind of notification carry such a set. Unknown ones
// are kept and can be shown by their identifier.
#pragma once

#include <optional>
#include <vector>

#include "x400/content/field.hpp"

namespace x400::content {

struct Extension {
  ber::Oid type;
  std::optional<Field> value;  ///< absent means NULL (X.420 7.1.17)
  Field whole;                 ///< the SEQUENCE
};

class Extensions {
 public:
  Extensions() = default;
  /// From a SET OF. Errors: malformed, truncated.
  static Result<Extensions> read(const Field& set_of);

  const std::vector<Extension>& all() const { return all_; }
  /// The first extension of this type; nullptr if there is none.
  const Extension* find(const ber::Oid& type) const;
  /// Its value, if it is there and has one.
  std::optional<Field> value(const ber::Oid& type) const;

 private:
  std::vector<Extension> all_;
};

}  // namespace x400::content
