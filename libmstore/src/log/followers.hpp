// Followers: who reads the log behind the store's back (audit, standby, archive), and how far each has come.
// Cleaning and removal wait for them, up to a bound.
//
// A follower has a name and a position, kept in a file, so that it is waited for after a restart too.
//
// Threads: any.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "log/segments.hpp"

namespace x400::mstore::storage {

class Followers {
 public:
  /// `folder` is made when there is a first follower.
  Followers(Env& env, Path folder) : env_(env), folder_(std::move(folder)) {}
  /// What is there from before; a file that cannot be understood counts as a follower that has read nothing.
  Status load();

  /// Registers, or finds what was registered: where it stands. `name`: 1 to 64 of a-z, 0-9, '-'.
  Result<LogPosition> follow(const std::string& name, const LogPosition& from);
  /// It has read, and made safe, all before the position. Durable on return.
  Status advance(const std::string& name, const LogPosition& to);
  /// It reads no more and is not waited for.
  Status leave(const std::string& name);
  std::vector<LogPosition> positions() const;
  /// Where the slowest stands that has `bound` octets of the log or less before it; nothing: nobody is waited
  /// for.
  std::optional<LogPosition> slowest(const Segments& segments, std::uint64_t bound) const;

 private:
  Status write(const std::string& name, const LogPosition& position);

  Env& env_;
  const Path folder_;
  mutable std::mutex mutex_;
  std::map<std::string, LogPosition> positions_;
};

}  // namespace x400::mstore::storage
