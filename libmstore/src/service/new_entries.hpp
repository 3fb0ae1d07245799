// From what arrives to the entries that are made of it: the main entry and its children, attributes derived.
//
// Children (X.413 6.3, X.420): one for each forwarded message, depth first, and one for the returned content
// of a report. They bear no octets of their own where their content is a slice of the main entry's.
#pragma once

#include <optional>
#include <vector>

#include "backend/types.hpp"
#include "service/run.hpp"
#include "x400/mstore/types.hpp"

namespace x400::mstore::service {

struct Derivation {
  std::size_t forwarding_depth = 16;
};

/// The content of [0] is left to the caller to fill in; children refer to it.
using NewEntries = std::vector<backend::NewEntry>;

/// `envelope`: the attributes derived from it. A content that cannot be read gives an entry all the same.
NewEntries delivered_message(AttributeList envelope, View content, const Derivation& derivation);
/// `content`: returned content, if there is one; it belongs to the main entry, [1] is its slice.
NewEntries delivered_report(AttributeList envelope, std::optional<View> content,
                            const Derivation& derivation);
/// `entry_class`: submission or draft.
NewEntries submitted_message(AttributeList envelope, View content, backend::EntryClass entry_class,
                             const Derivation& derivation);
NewEntries submitted_probe(AttributeList envelope);
/// The entry of a log for an event: what is known of the envelope, no content. `entry_class` is that of the
/// log, `logged` the type of what is logged.
backend::NewEntry log_entry(const AttributeList& envelope, backend::EntryClass entry_class, EntryType logged);

}  // namespace x400::mstore::service
