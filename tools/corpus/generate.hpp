// Octets made up for large attachments.
#pragma once

#include "x400/base/octets.hpp"

namespace x400::corpus {

/// The same octets for the same size everywhere; they do not compress.
Octets generated_octets(std::size_t size);

}  // namespace x400::corpus
