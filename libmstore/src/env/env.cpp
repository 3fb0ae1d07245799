#include "env/env.hpp"

#include <time.h>

namespace x400::mstore {

std::int64_t Env::monotonic() {
  timespec t{};
  ::clock_gettime(CLOCK_BOOTTIME, &t);
  return static_cast<std::int64_t>(t.tv_sec) * 1000 + t.tv_nsec / 1'000'000;
}

Result<Octets> read_file(Env& env, const Path& path, std::uint64_t limit) {
  X400_TRY(file, env.open(path, OpenMode::read));
  X400_TRY(size, file->size());
  if (size > limit) return Error(ErrorKind::limit, "larger than it may be: " + path.string());
  Octets octets(size);
  X400_TRY(got, file->read(0, octets));
  octets.resize(got);
  return octets;
}

Status replace_file(Env& env, const Path& path, View octets) {
  Path next = path;
  next += ".new";
  {
    X400_TRY(file, env.open(next, OpenMode::create));
    X400_CHECK(file->truncate(0));
    X400_CHECK(file->write(0, octets));
    X400_CHECK(file->sync());
  }
  X400_CHECK(env.rename(next, path));
  return env.sync_folder(path.parent_path());
}

}  // namespace x400::mstore
