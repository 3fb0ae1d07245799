// Inspection: opens what a crash left, and holds engine, log and score against each other.
#pragma once

#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "score.hpp"
#include "workload.hpp"

namespace x400::mstore::crash {

/// What a round says.
struct Report {
  std::vector<std::string> faults;
  std::uint64_t acknowledged = 0;
  std::vector<std::string> stops;  ///< named points at which it was stopped
  std::string how;                 ///< what was done to the store, for the reader of a failure
};

/// Takes lines and faults from several workers.
class Ledger {
 public:
  Told told() {
    return {[this](const std::string& line) {
              const std::lock_guard lock(mutex_);
              score.line(line);
            },
            [this](const std::string& fault) {
              const std::lock_guard lock(mutex_);
              report.faults.push_back(fault);
            }};
  }
  Score score;
  Report report;

 private:
  std::mutex mutex_;
};

/// Opens, looks, repeats some deliveries, closes; reads the log by the reader of the tests; sometimes takes
/// the index away and looks again. Whatever does not fit goes into the report.
void inspect(Env& env, const backend::Options& options, Ledger& ledger, std::mt19937_64& dice);

/// The index's files are removed.
void lose_index(const backend::Options& options);

}  // namespace x400::mstore::crash
