// IndexDisk: the same for SQLite, which does not go through Env. It becomes SQLite's default file system once
// in a process; calls on index.db and its write-ahead log are points, and what was not synced can be undone.
//
// A database being made anew (index.db.new) is not undone: it is synced through Env, which this does not see.
// That that sync is there is shown by the power-cut disk.
//
// Threads: any; one set of Points at a time.
#pragma once

#include <cstdint>
#include <filesystem>

#include "points.hpp"

namespace x400::mstore::crash {

class IndexDisk {
 public:
  /// Installs the file system in SQLite; before any database is opened.
  static IndexDisk& install();

  /// Whose calls are counted and asked for; null: nobody's.
  void use(Points* points);
  /// From now on every call fails. What the files hold stays until settle().
  void cut();
  /// After all databases are closed: takes back what was not synced, but for a part `keep` of its sectors.
  void settle(std::uint64_t seed, double keep);
  /// Forgets what is not synced: the machine goes on.
  void forget();

 private:
  IndexDisk() = default;
};

}  // namespace x400::mstore::crash
