// Identity: the file that says what a folder is, and where in it things lie.
#pragma once

#include "log/recovery.hpp"

namespace x400::mstore::backend {

using namespace storage;

struct Identity {
  StoreId store{};
  std::uint32_t format = format_major;
  std::uint32_t shards = 1;
};

Path identity_path(const Path& folder);
Status make_identity(Env& env, const Path& folder);
/// corrupt: no message store. unsupported: of a later format, or of more shards than are built.
Result<Identity> read_identity(Env& env, const Path& folder);

/// Of one shard.
LogFolders log_folders(const Path& shard);

}  // namespace x400::mstore::backend
