// Edition: which text of X.413 and X.411 an association speaks.
#pragma once

namespace x400::asn1 {

/// Decided by the application context alone. e1988: CCITT X.413 and X.411 of 1988 and 1992; e1994: ITU-T of
/// 1994 to 1999.
enum class Edition { e1988, e1994 };

}  // namespace x400::asn1
