// Thin wrapper of SQLite: the only header that names it.
//
// Errors: corrupt (the file is damaged or no database), unavailable (disk full, too many open files), io
// (anything else), closed (StopWhen). Threads: a Database and its statements belong to one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace x400::mstore::storage {

/// A prepared statement in use; reset when it goes.
class Query {
 public:
  Query(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
  Query(Query&& other) noexcept : db_(other.db_), statement_(std::exchange(other.statement_, nullptr)) {}
  Query& operator=(Query&&) = delete;
  ~Query();

  /// Parameters count from 1. Octets and text must live until the last step.
  Query& bind(int parameter, std::int64_t value);
  Query& bind(int parameter, View octets);
  Query& bind(int parameter, std::string_view text);
  Query& bind_null(int parameter);

  /// True: there is a row.
  Result<bool> step();
  /// To be stepped from the start again, with what is bound.
  Query& again();
  /// For statements without rows.
  Status run();

  // Columns count from 0; views live until the next step.
  std::int64_t integer(int column) const;
  bool null(int column) const;
  View blob(int column) const;
  std::string_view text(int column) const;

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_;
};

class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const std::string& path, bool read_only);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  /// Before the first table of a new one: its pages carry sums (checked_pages.hpp).
  Status sum_pages();
  /// One or several statements without parameters.
  Status execute(const std::string& sql);
  /// Prepared once per text, kept. One use of a text at a time.
  Result<Query> prepare(std::string_view sql);
  bool in_transaction() const;
  /// Rows changed by the last statement.
  std::int64_t changes() const;
  /// Pages in the write-ahead log after the last commit.
  int wal_pages() const { return wal_pages_; }
  /// RESTART checkpoint; false: readers were in the way.
  Result<bool> checkpoint();

 private:
  friend class StopWhen;
  friend class RowTest;
  explicit Database(sqlite3* db);
  sqlite3* db_;
  int wal_pages_ = 0;
  const std::function<bool(std::int64_t, View, View)>* row_test_ = nullptr;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
};

/// While it lives, the SQL function row_test(a, b, c) of the database answers what `test` says of three
/// values: an integer and two blobs, which are views into the row. Without it the function is an error. One
/// at a time for a database, which outlives it.
class RowTest {
 public:
  using Test = std::function<bool(std::int64_t, View, View)>;
  RowTest(Database& db, Test test);
  RowTest(const RowTest&) = delete;
  RowTest& operator=(const RowTest&) = delete;
  ~RowTest();

 private:
  Database& db_;
  Test test_;
};

/// While it lives, statements of the database that take long end with `closed` when `stop` says so, which is
/// asked every few milliseconds of their work, on their thread. One at a time for a database, which outlives
/// it.
class StopWhen {
 public:
  StopWhen(Database& db, std::function<bool()> stop);
  StopWhen(const StopWhen&) = delete;
  StopWhen& operator=(const StopWhen&) = delete;
  ~StopWhen();

 private:
  Database& db_;
  std::function<bool()> stop_;
};

}  // namespace x400::mstore::storage
