// The limit of open files: an association is one, and one more while a long PDU comes.
#pragma once

#include <cstddef>

namespace x400::server {

/// Raises the soft limit to the hard one; gives what may be open now.
std::size_t raise_file_limit();
/// What is needed for so many associations, with room for the store's own files.
inline std::size_t files_for(std::size_t associations) { return 2 * associations + 512; }

}  // namespace x400::server
