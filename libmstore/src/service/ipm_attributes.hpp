// Attributes from interpersonal contents (P2, P22, P772): one table for heading fields, one for extensions,
// one for notifications.
//
// Kept are the attributes that a heading or a notification gives; those that are slices of the content
// (heading, body, body parts) are cut out of it when somebody asks (content_attributes.hpp).
#pragma once

#include <optional>
#include <vector>

#include "service/run.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/content/forwarded.hpp"
#include "x400/content/information_object.hpp"

namespace x400::mstore::service {

/// Under which names this copy was delivered, best first: this-recipient, originally-intended, redirection
/// and DL history. The first that the heading names tells what was asked of this recipient.
std::vector<asn1::ORAddress> recipient_names(const AttributeList& envelope);
std::optional<content::RecipientSpecifier> this_recipient(const content::Heading& heading,
                                                          const std::vector<asn1::ORAddress>& names);

/// Errors: malformed, truncated: then nothing of the content is used, not even what was added already.
Status derive_ipm(const content::Ipm& ipm, content::Format format, const std::vector<asn1::ORAddress>& names,
                  AttributeList& to);
Status derive_ipn(const content::Ipn& ipn, AttributeList& to);

/// What the index orders by: the primary (else copy) precedence of P772, else the precedence extension of
/// this recipient (AMHS).
std::optional<std::int32_t> precedence_of(const AttributeList& list);

}  // namespace x400::mstore::service
