// Field: one value inside a received content, under the tag of its own type.
//
// Fields of X.420 are mostly context-tagged, while the attribute made of one holds the value under its
// type's tag: subject is `A8 07 14 05 ...` in the heading and `14 05 ...` as an attribute. A Field knows
// both without copying: received() is what stands in the content, encoded() what an attribute holds.
// Contents octets are never re-encoded.
//
// Fields borrow the octets of the content, which must outlive them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"
#include "x400/ber/oid.hpp"
#include "x400/ber/reader.hpp"

namespace x400::content {

/// Elements of one list that are read: recipients, body parts, extensions. ub-recipients of X.411; no list
/// of X.420 has a higher bound, and a hostile content must not cost a hundred times its size in memory.
inline constexpr std::size_t max_members = 32'767;

class Field {
 public:
  Field() = default;
  /// A value as it stands, its tag being that of its type.
  explicit Field(const ber::Element& e) : Field(e, e.tag) {}
  /// A value whose own tag `type` was replaced by the field's (IMPLICIT).
  Field(const ber::Element& e, ber::Tag type) : e_(e), type_(type) {}

  ber::Tag type() const { return type_; }
  bool constructed() const { return e_.constructed; }
  View contents() const { return e_.content; }
  View received() const { return e_.whole; }

  /// The value under its type's tag, for the readers of x400::ber.
  ber::Element element() const { return {type_, e_.constructed, e_.whole, e_.content}; }
  /// Its encoding under its type's tag: as received where the tag is already that, else with a new
  /// identifier and a definite length in front of the contents as received.
  Octets encoded() const;
  std::size_t encoded_size() const;

  /// The values directly inside, each under the tag it has. Errors: malformed, truncated; malformed
  /// also for a primitive; limit above max_members.
  Result<std::vector<Field>> members() const;

 private:
  ber::Element e_;
  ber::Tag type_;
};

}  // namespace x400::content
