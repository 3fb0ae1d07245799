// Where each attribute of a stored entry is found, so that reading one costs no more than it must.
#pragma once

#include "x400/ber/oid.hpp"

namespace x400::mstore::service {

enum class Home {
  made,     ///< from the columns of the row: number, status, ...
  row,      ///< kept in the row: what lists ask for
  content,  ///< cut from the content when asked for
  record    ///< kept with the record
};

Home home_of(const ber::Oid& type);

/// Body part types are attribute types too: their data (2.6.1.4.n, military .7.n) and parameters
/// (2.6.1.11.n). They are in no table, as anybody may define them; these arcs are known.
bool is_body_part_type(const ber::Oid& type);

/// Whether this store makes the attribute. Others of the table are known and absent from every entry: those
/// of operations and auto-actions that it does not perform.
bool derived(const ber::Oid& type);

}  // namespace x400::mstore::service
