// register (X.411 8.4.1.1): whether an argument or a result has the form of its edition. What it registers is
// the MTA's business; who passes it on must not pass on what the other side cannot read, and the editions
// differ under the same tags: [3] is content types in 1988 and redirections in 1994, [4] labels and
// restrictions.
//
// Threads: functions without state.
#pragma once

#include "x400/asn1/edition.hpp"
#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

namespace x400::asn1::mts {

/// The whole argument. Sizes and values are not checked, O/R names, presentation addresses and extensions not
/// looked into. Errors: truncated, malformed (also a field that the edition does not have), limit.
Status check_register_argument(View argument, Edition edition);

/// The whole result: NULL, in 1994 also what is registered. Errors as above.
Status check_register_result(View result, Edition edition);

}  // namespace x400::asn1::mts
