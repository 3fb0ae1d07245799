// The credentials that the two sides of a bind send, simple or protected (X.411 8.1.1.1.1.2), and what an
// initiator makes of the answer. How a responder judges its initiators is its own affair.
//
// Threads: functions from any.
#pragma once

#include <string>

#include "x400/asn1/credentials.hpp"
#include "x400/asn1/time.hpp"
#include "x400/base/result.hpp"

namespace x400::access {

/// What an initiator sends: the password as it is, or a hash of it. Error: internal (OpenSSL).
Result<asn1::Credentials> initiator_credentials(asn1::Password password, bool protect_it, asn1::Time now);

/// What a responder answers `initiator` with: a hash made for it if it sent one, else the password in the
/// form, IA5String or OCTET STRING, that the initiator used, as it surely reads its own. Error: internal
/// (OpenSSL).
Result<asn1::Credentials> responder_credentials(View password, const asn1::Credentials& initiator,
                                                asn1::Time now);

/// Empty if `answer`, to a bind with `sent`, shows that the responder has `password`; else why not, to stand
/// behind the responder's name in a log. A wrong password takes the same time wherever it differs; its length
/// is not hidden.
std::string wrong_answer(const asn1::Credentials& answer, const asn1::Credentials& sent, View password);

}  // namespace x400::access
