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

/// `to` has the attributes of the envelope: under the names there the heading is searched for what was asked
/// of this recipient (this-recipient first, then originally-intended, redirection and DL history).
/// Errors: malformed, truncated: then nothing of the content is used, not even what was added already.
Status derive_ipm(const content::Ipm& ipm, content::Format format, AttributeList& to);
Status derive_ipn(const content::Ipn& ipn, AttributeList& to);

/// What the index orders by: the primary (else copy) precedence of P772, else the precedence extension of
/// this recipient (AMHS).
std::optional<std::int32_t> precedence_of(const AttributeList& list);

}  // namespace x400::mstore::service
