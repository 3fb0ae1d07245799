// Forwarded messages: contents inside contents, which become child entries of a store.
//
// Four kinds of body part carry one: message (X.420 7.4.7), mm-message (STANAG 4406), content (X.420
// 7.4.16, any content type) and notification (X.420 7.4.14).
//
//   X400_TRY(object, InformationObject::read(content));
//   for (const Forwarded& f : forwarded_messages(*object.ipm())) ...   // depth first, parents before
//   children
//
// Views borrow the outermost content. Values, no shared state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "x400/content/content_type.hpp"
#include "x400/content/information_object.hpp"

namespace x400::content {

struct Forwarded {
  static constexpr std::size_t no_parent = static_cast<std::size_t>(-1);

  std::size_t parent = no_parent;  ///< index in the list of the message it lies in; no_parent: the main one
  std::size_t position = 0;        ///< of its body part in the parent's body, from 1
  std::size_t depth = 1;           ///< 1: directly in the main message
  PartKind part = PartKind::message;

  // What came with it, each absent if the sender left it out.
  std::optional<Field> delivery_time;        ///< UTCTime
  std::optional<Field> delivery_envelope;    ///< OtherMessageDeliveryFields, SET
  std::optional<Field> delivery_identifier;  ///< MessageDeliveryIdentifier (content body part only)

  /// P22 for message, P772 for mm-message and what the type OID says for content. A message of P2 cannot
  /// be told from one of P22.
  Format format = Format::p22;
  ber::Oid content_type;  ///< as an attribute; of `other` formats too

  /// The content as its own envelope would carry it, under its type's tag: context(0) for an IPM,
  /// context(1) for a notification. encoded() gives the octets of mt-content. For a format that is not
  /// interpersonal the octets are in `opaque`.
  Field content;
  View opaque;
  std::shared_ptr<const Octets> joined;  ///< owns what had to be joined from segments

  /// The message inside, where it could be read; without it the child is kept opaque.
  std::optional<Ipm> ipm;
  std::optional<Ipn> ipn;
};

/// Nesting that is followed by default; deeper messages stay inside their parents.
inline constexpr std::size_t default_forwarding_depth = 16;

/// Forwarded messages that are followed in all, whatever the depth, and (max_members) their body parts:
/// bounds what a hostile content can cost.
inline constexpr std::size_t max_forwarded = 1'000;

/// All messages forwarded in `ipm`, to `depth` levels and max_forwarded in number. A part that is broken,
/// or holds no readable message, is left out: it is a body part and no child.
std::vector<Forwarded> forwarded_messages(const Ipm& ipm, std::size_t depth = default_forwarding_depth);

/// The message of one body part, if it is of a kind that carries one. Errors: malformed, truncated.
Result<std::optional<Forwarded>> forwarded_message(const BodyPart& part);

}  // namespace x400::content
