// A thin layer over SQLite: prepared statements with errors as Result.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace mtasim {

class Database;

class Statement {
 public:
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, x400::View blob);
  Statement& bind_null(int index);

  /// Whether there is a row. Errors: io.
  x400::Result<bool> step();
  /// step() of a statement that gives no rows.
  x400::Status run();

  std::int64_t integer(int column) const;
  bool is_null(int column) const;
  std::string text(int column) const;
  x400::Octets blob(int column) const;

 private:
  friend class Database;
  Statement(sqlite3* db, sqlite3_stmt* stmt);
  struct Finalize {
    void operator()(sqlite3_stmt* s) const;
  };
  sqlite3* db_;
  std::unique_ptr<sqlite3_stmt, Finalize> stmt_;
};

class Database {
 public:
  /// Every commit is on disk when it returns (WAL, synchronous FULL). Several processes may have it open.
  static x400::Result<Database> open(const std::string& file);

  x400::Status execute(const char* sql);
  /// The SQL is a constant of the program: a fault in it is an internal error.
  x400::Result<Statement> prepare(const char* sql);
  std::int64_t last_id() const;
  std::int64_t changes() const;

  /// Everything or nothing.
  template <class F>
  x400::Status transaction(F&& work) {
    X400_CHECK(execute("BEGIN IMMEDIATE"));
    x400::Status status = work();
    if (status.ok()) status = execute("COMMIT");
    if (!status.ok()) static_cast<void>(execute("ROLLBACK").ok());
    return status;
  }

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace mtasim
