// From what arrives to the entries that are made of it: the main entry and its children, attributes derived.
//
// Children (X.413 6.3, X.420): one for each forwarded message, depth first, and one for the returned content
// of a report. They bear no octets of their own where their content is a slice of the main entry's.
#pragma once

#include <optional>
#include <vector>

#include "backend/types.hpp"
#include "x400/base/octets.hpp"

namespace x400::mstore::service {

struct Derivation {
  std::size_t forwarding_depth = 16;
};

/// The content of [0] is left to the caller to fill in; children refer to it.
using NewEntries = std::vector<backend::NewEntry>;

/// Errors: malformed, truncated: of the envelope only.
Result<NewEntries> delivered_message(View envelope, View content, const Derivation& derivation);
/// `content`: returned content, if there is one; it belongs to the main entry, [1] is its slice.
Result<NewEntries> delivered_report(View envelope, std::optional<View> content, const Derivation& derivation);
/// `entry_class`: submission or draft.
Result<NewEntries> submitted_message(View envelope, View content, backend::EntryClass entry_class,
                                     const Derivation& derivation);
Result<NewEntries> submitted_probe(View envelope);

}  // namespace x400::mstore::service
