// The child: works on a store until it is killed.
#pragma once

#include <cstdint>
#include <string>

namespace x400::mstore::crash {

struct ChildOptions {
  std::string folder;
  int score = 1;  ///< file descriptor for the lines of the score
  std::uint64_t seed = 0;
  std::uint64_t first = 1;  ///< number of its first message; no other child uses it or higher ones
  int threads = 4;
  int kill_at_call = 0;      ///< of Env; 0: whoever started it kills
  bool writes_only = false;  ///< only writes count as calls: what was told too early is lost then
  int operations = 1000;     ///< per thread, then it closes the store
};

/// 0: all operations done; anything else is a fault (told on stderr).
int run_child(const ChildOptions& options);

}  // namespace x400::mstore::crash
