// The information objects of interpersonal messaging: IPM and IPN (X.420 clause 7 and 8), read as views.
//
//   X400_TRY(object, InformationObject::read(content));
//   if (const Ipm* m = object.ipm()) use(m->heading, m->body);
//   if (const Ipn* n = object.ipn()) use(n->kind(), n->subject_ipm());
//
// P2, P22 and P772 are one syntax; which of them a content is, only its envelope says (content_type.hpp).
// An error means that the content cannot be read as an interpersonal message. A store keeps such a
// content all the same and gives it no IPM attributes.
//
// Depth: forwarded messages are not entered by read(); see forwarded.hpp. Octets of definite length cost
// the same however deep they nest; of indefinite length more than ber::max_depth levels are an error.
//
// Views borrow `content`, which must outlive them. Values, no shared state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "x400/content/body.hpp"
#include "x400/content/heading.hpp"

namespace x400::content {

/// SEQUENCE { heading, body }.
struct Ipm {
  Field whole;  ///< type tag SEQUENCE; retag with context(0) for the content of a forwarded message
  Heading heading;
  Field body_field;  ///< the Body, SEQUENCE OF
  std::vector<BodyPart> body;

  /// `whole` holds the SEQUENCE under any tag. Errors: malformed, truncated.
  static Result<Ipm> read(const Field& whole);
};

/// SET of the common fields and one of three kinds of notification.
class Ipn {
 public:
  enum class Kind : std::uint8_t { non_receipt = 0, receipt = 1, other = 2 };

  /// `whole` holds the SET under any tag. Errors: malformed, truncated.
  static Result<Ipn> read(const Field& whole);

  const Field& whole() const { return whole_; }
  Kind kind() const { return kind_; }

  // Common fields.
  const std::optional<Field>& subject_ipm() const { return subject_; }          ///< IPMIdentifier
  const std::optional<Field>& originator() const { return originator_; }        ///< ORDescriptor
  const std::optional<Field>& intended_recipient() const { return intended_; }  ///< ORDescriptor
  const std::optional<Field>& conversion_eits() const { return eits_; }         ///< [APPLICATION 5]
  const std::optional<Field>& extensions() const { return extensions_; }        ///< SET OF

  // Non-receipt. Absent fields and other kinds: nothing.
  Result<std::optional<std::int64_t>> non_receipt_reason() const;  ///< 0 discarded, 1 auto-forwarded
  Result<std::optional<std::int64_t>> discard_reason() const;  ///< 0 expired, 1 obsoleted, 2 ended, 3 deleted
  std::optional<Field> auto_forward_comment() const;           ///< PrintableString
  std::optional<Field> returned_ipm() const;                   ///< IPM, SEQUENCE

  // Receipt.
  std::optional<Field> receipt_time() const;  ///< UTCTime
  /// 0 manual (default), 1 automatic; nothing for other kinds.
  Result<std::optional<std::int64_t>> acknowledgment_mode() const;
  std::optional<Field> supplementary_info() const;  ///< PrintableString

  /// Extensions of the kind: nrn-extensions, rn-extensions or, for other, its own fields. SET OF.
  std::optional<Field> kind_extensions() const;

  /// A field of the kind by its context tag, its type tag being `type`.
  std::optional<Field> kind_field(std::uint32_t tag, ber::Tag type) const;

  /// Reads every field by its type. A missing subject-ipm, non-receipt-reason or receipt-time is an error.
  Status check() const;

 private:
  Status take(const ber::Element& e);
  Status take_choice(const ber::Element& e);
  Result<std::optional<std::int64_t>> number(Kind kind, std::uint32_t tag, ber::Tag type) const;
  Status check_kind() const;

  Field whole_;
  Kind kind_ = Kind::other;
  std::optional<Field> subject_, originator_, intended_, eits_, extensions_;
  std::optional<Field> choice_;            // the fields of the kind, a SET
  std::vector<ber::Element> kind_fields_;  // its members
};

class InformationObject {
 public:
  /// From the octets of a content: exactly one InformationObject. Errors: malformed, truncated, limit.
  static Result<InformationObject> read(View content);

  const Ipm* ipm() const { return std::get_if<Ipm>(&value_); }
  const Ipn* ipn() const { return std::get_if<Ipn>(&value_); }
  /// ipm-entry-type (2.6.1.6.0): 0 ipm, 1 rn, 2 nrn, 3 on.
  int entry_type() const;
  /// check() of the heading or of the notification.
  Status check() const;

 private:
  explicit InformationObject(std::variant<Ipm, Ipn> value) : value_(std::move(value)) {}
  std::variant<Ipm, Ipn> value_;
};

}  // namespace x400::content
