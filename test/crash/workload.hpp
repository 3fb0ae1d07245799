// Workload: several workers on a store, each telling what it does (score.hpp). Every kind of change of the
// backend, contents of every way to the disk, alone and with many outstanding.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "backend/options.hpp"
#include "env/env.hpp"

namespace x400::mstore::crash {

/// Small segments, so that every way of the log comes soon: contents below 512 KiB lie in filled batches,
/// from there in unfilled ones, from large_content on in files.
backend::Options store_options(const Path& folder);

struct WorkOptions {
  std::uint64_t seed = 0;
  std::uint64_t first = 1;  ///< number of its first message; no other life uses it or higher ones
  int workers = 3;
  int operations = 40;    ///< of each
  bool cleaning = true;   ///< one of them cleans now and then, besides the thread of the store
  bool refusals = false;  ///< refusals are told and gone on from; else they are a fault
};

struct Told {
  std::function<void(const std::string&)> line;   ///< for the score; from any thread
  std::function<void(const std::string&)> fault;  ///< a promise broken before the workers' eyes
};

/// Returns when all workers are through, or nothing is taken any more.
void work(backend::Backend& store, const WorkOptions& options, const Told& told);

/// Delivers again what was delivered before: each is a duplicate of the same number. Changes nothing.
void repeat(backend::Backend& store, std::uint32_t mailbox, std::uint64_t message, std::uint32_t number,
            const Told& told);

}  // namespace x400::mstore::crash
