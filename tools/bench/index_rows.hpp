// IndexRows: a bare index: rows put into an SQLite table by a thread of its own, many to a transaction.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "x400/base/result.hpp"

struct sqlite3;

namespace bench {

class IndexRows {
 public:
  static x400::Result<std::unique_ptr<IndexRows>> make(const std::filesystem::path& folder);
  IndexRows(const IndexRows&) = delete;
  IndexRows& operator=(const IndexRows&) = delete;
  ~IndexRows();

  /// Another row is wanted. Waits while too many are.
  void add();

 private:
  explicit IndexRows(std::filesystem::path path) : path_(std::move(path)) {}
  void run();
  bool insert(std::uint64_t count);

  std::filesystem::path path_;
  sqlite3* db_ = nullptr;
  std::uint64_t id_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t waiting_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace bench
