// Attributes that are slices of a message: heading, body, body parts, and the two summaries of the body.
#pragma once

#include <optional>
#include <vector>

#include "service/run.hpp"
#include "x400/content/information_object.hpp"

namespace x400::mstore::service {

class Entry;

/// Values of the attribute; none: the message has none of that kind.
Result<std::vector<Octets>> content_attribute(const ber::Oid& type, Entry& entry,
                                              const content::InformationObject& object);

/// Which body parts a Fetch of this attribute gives, in the order of the values: positions from 1. Of types
/// that give no body part as a whole (heading, parameters, summaries): none.
std::vector<std::size_t> parts_given(const ber::Oid& type, const content::Ipm& ipm);

}  // namespace x400::mstore::service
