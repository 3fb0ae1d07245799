// Heading: the heading of an interpersonal message (X.420 7.2), read as a view.
//
// read() takes the SET apart and no more. field() and members() give values as received, which is what
// store attributes are made of; the typed functions read one value when it is asked for. check() reads
// everything once, so that a store can decide whether the heading is whole before it trusts any of it.
//
//   X400_TRY(h, Heading::read(set));
//   if (auto s = h.field(HeadingField::subject)) store(subject, s->encoded());
//   X400_TRY(importance, h.importance());          // 1 if the sender left it out
//
// Unknown elements of the SET are passed over, a field twice is malformed. P2 of 1984, P22 and P772
// share this reader: each is a subset of the next.
//
// Borrows the content's octets; values, no shared state.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "x400/content/extensions.hpp"
#include "x400/content/field.hpp"

namespace x400::content {

/// The number is the field's context tag, except that of this_ipm (which is [APPLICATION 11]).
enum class HeadingField : std::uint8_t {
  originator = 0,
  authorizing_users = 1,
  primary_recipients = 2,
  copy_recipients = 3,
  blind_copy_recipients = 4,
  replied_to_ipm = 5,
  obsoleted_ipms = 6,
  related_ipms = 7,
  subject = 8,
  expiry_time = 9,
  reply_time = 10,
  reply_recipients = 11,
  importance = 12,
  sensitivity = 13,
  auto_forwarded = 14,
  extensions = 15,
  this_ipm = 16,
};
inline constexpr std::size_t heading_fields = 17;

/// [APPLICATION 11] SET { user ORName OPTIONAL, user-relative-identifier PrintableString }.
struct IpmIdentifier {
  std::optional<Field> user;  ///< ORName, [APPLICATION 0]
  std::string local;          ///< user-relative-identifier, as received
};
Result<IpmIdentifier> read_ipm_identifier(const Field& f);

/// SET { formal-name ORName, free-form-name [0] TeletexString, telephone-number [1] PrintableString },
/// all optional.
struct OrDescriptor {
  std::optional<Field> formal_name;
  std::optional<Field> free_form_name;
  std::optional<Field> telephone_number;
};
Result<OrDescriptor> read_or_descriptor(const Field& f);

/// The bits of notification-requests (X.420 7.1.3).
struct NotificationRequests {
  bool rn = false, nrn = false, ipm_return = false, an_supported = false, suppress_an = false;
  friend bool operator==(const NotificationRequests&, const NotificationRequests&) = default;
};

struct RecipientSpecifier {
  Field descriptor;  ///< the recipient's ORDescriptor, as an attribute holds it
  OrDescriptor recipient;
  NotificationRequests notify;
  bool reply_requested = false;
  Extensions extensions;

  /// The precedence extension of X.420 (2.6.1.20.1), the one AMHS uses. Errors: malformed.
  Result<std::optional<std::int64_t>> precedence() const;
};
Result<RecipientSpecifier> read_recipient_specifier(const Field& f);

class Heading {
 public:
  /// From the SET. Errors: malformed, truncated.
  static Result<Heading> read(const Field& set);

  const Field& whole() const { return whole_; }
  /// The field under its type's tag (a list field as its SEQUENCE, subject without [8]).
  const std::optional<Field>& field(HeadingField f) const { return fields_[static_cast<std::size_t>(f)]; }
  /// The elements of a list field, or of a list inside an extension; none if it is absent.
  Result<std::vector<Field>> members(HeadingField f) const;

  Result<std::optional<IpmIdentifier>> this_ipm() const { return identifier(HeadingField::this_ipm); }
  Result<std::optional<IpmIdentifier>> replied_to() const { return identifier(HeadingField::replied_to_ipm); }
  Result<std::optional<OrDescriptor>> originator() const;
  /// One of the three lists of recipients.
  Result<std::vector<RecipientSpecifier>> recipients(HeadingField list) const;
  /// authorizing_users or reply_recipients.
  Result<std::vector<OrDescriptor>> descriptors(HeadingField list) const;
  /// obsoleted_ipms or related_ipms.
  Result<std::vector<IpmIdentifier>> identifiers(HeadingField list) const;
  Result<std::int64_t> importance() const;                  ///< 0 low, 1 normal (default), 2 high
  Result<std::optional<std::int64_t>> sensitivity() const;  ///< 1 personal, 2 private, 3 company-confidential
  Result<bool> auto_forwarded() const;                      ///< default false
  /// The subject in UTF-8; characters T.61 cannot name are shown as U+FFFD.
  Result<std::optional<std::string>> subject() const;
  Result<std::optional<std::string>> time(HeadingField f) const;  ///< expiry or reply time, as received
  const Extensions& extensions() const { return extensions_; }

  /// Reads every field by its type, O/R names and the extensions of X.420 and STANAG 4406 included. The
  /// error names the field that is wrong. A missing this-IPM is an error too: the field is mandatory.
  Status check() const;

 private:
  Result<std::optional<IpmIdentifier>> identifier(HeadingField f) const;
  Result<std::optional<std::int64_t>> number(HeadingField f) const;
  Status check_lists() const;
  Status check_values() const;

  Field whole_;
  std::array<std::optional<Field>, heading_fields> fields_;
  Extensions extensions_;
};

/// What a recipient can be asked for, as the attributes rn-requestors, nrn-requestors, reply-requestors
/// want it: the ORDescriptors, in the order primary, copy, blind copy.
enum class Request : std::uint8_t { rn, nrn, reply };
Result<std::vector<Field>> requestors(const Heading& heading, Request request);

}  // namespace x400::content
