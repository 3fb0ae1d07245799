// TSDUs with one thing wrong, their lengths right.
#pragma once

#include <random>

#include "x400/base/octets.hpp"

namespace x400::fuzz {

/// One SPDU or parameter left out, doubled, moved or changed, or one value in its user data
/// (mutators/ber.hpp); the lengths around it are right again. What has no SPDUs is changed as values.
Octets mutate_tsdu(View tsdu, std::mt19937& random);

}  // namespace x400::fuzz
