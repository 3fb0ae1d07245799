// Files and digests.
#pragma once

#include <filesystem>
#include <string>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

namespace x400::corpus {

/// Errors: not_found, io.
Result<Octets> read_file(const std::filesystem::path& path);
/// Errors: io.
Status write_file(const std::filesystem::path& path, View octets);
/// Lower-case hexadecimal.
std::string sha256(View octets);

}  // namespace x400::corpus
