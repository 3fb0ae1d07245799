// The files of an index.
#pragma once

#include "env/env.hpp"

namespace x400::mstore::storage {

inline Path file_of(const Path& folder) { return folder / "index.db"; }
inline Path with(Path path, const char* suffix) {
  path += suffix;
  return path;
}

// SQLite works on real files, whatever Env the log has.
inline Env& disk() { return real_env(); }

inline Status remove_database(const Path& path) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal", ".damaged"})
    X400_CHECK(disk().remove(with(path, suffix)));
  return Ok{};
}

}  // namespace x400::mstore::storage
