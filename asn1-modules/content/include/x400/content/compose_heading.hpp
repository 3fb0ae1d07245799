// Composing the heading of an interpersonal message.
//
// What goes in is text in UTF-8 and values; what comes out is BER of definite lengths, SET members in the
// order of their tags. Rules of X.420 that a reader may rely on are enforced (invalid): an rn request
// implies nrn, ipm-return needs nrn, a request needs the formal name, bounds of the upper-bounds module.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "x400/asn1/or_name.hpp"
#include "x400/asn1/time.hpp"
#include "x400/content/heading.hpp"

namespace x400::content {

struct NewExtension {
  ber::Oid type;
  Octets value;  ///< encoded; empty means NULL and is left out
};

struct NewIdentifier {
  std::optional<asn1::EncodedORName> user;
  std::string local;  ///< up to 64 printable characters
};

struct NewDescriptor {
  std::optional<asn1::EncodedORName> formal_name;
  std::string free_form_name;    ///< UTF-8, up to 64 characters that T.61 has; empty: absent
  std::string telephone_number;  ///< up to 32 printable characters; empty: absent

  NewDescriptor() = default;
  NewDescriptor(asn1::EncodedORName name) : formal_name(std::move(name)) {}  // NOLINT: a name is one
};

struct NewRecipient {
  NewDescriptor who;
  NotificationRequests notify;
  bool reply_requested = false;
  std::optional<int> precedence;  ///< 0..127, the recipient extension of X.420
  std::vector<NewExtension> extensions;
};

enum class Importance : std::uint8_t { low = 0, normal = 1, high = 2 };
enum class Sensitivity : std::uint8_t { personal = 1, private_ = 2, company_confidential = 3 };

struct NewHeading {
  NewIdentifier this_ipm;
  std::optional<NewDescriptor> originator;
  std::vector<NewDescriptor> authorizing_users;
  std::vector<NewRecipient> primary, copy, blind_copy;
  std::optional<NewIdentifier> replied_to;
  std::vector<NewIdentifier> obsoleted, related;
  std::string subject;  ///< UTF-8, up to 128 characters that T.61 has; empty: absent. Else extended_subject
  std::optional<asn1::Time> expiry_time, reply_time;
  std::vector<NewDescriptor> reply_recipients;
  Importance importance = Importance::normal;
  std::optional<Sensitivity> sensitivity;
  bool auto_forwarded = false;
  std::vector<NewExtension> extensions;  ///< see the makers below
};

/// The Heading, a SET. Errors: invalid, naming the field.
Result<Octets> encode_heading(const NewHeading& heading);
/// An ORDescriptor under `tag`, as an IPN's fields want it. Errors: invalid.
Result<Octets> encode_descriptor(const NewDescriptor& d, ber::Tag tag = ber::tags::set);
/// An IPMIdentifier. Errors: invalid.
Result<Octets> encode_identifier(const NewIdentifier& id, ber::Tag tag = ber::application(11));

// Makers of heading extensions (X.420 annex A). Errors: invalid (bounds, characters).

NewExtension authorization_time(asn1::Time time);
NewExtension auto_submitted(int kind);  ///< 0 not, 1 generated, 2 replied
NewExtension precedence_policy(const ber::Oid& policy);
Result<NewExtension> extended_subject(std::string_view utf8);       ///< up to 256 characters
Result<NewExtension> originators_reference(std::string_view utf8);  ///< up to 64 characters
Result<NewExtension> languages(const std::vector<std::string>& codes);

}  // namespace x400::content
