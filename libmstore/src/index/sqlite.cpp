#include "index/sqlite.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <utility>

#include "index/checked_pages.hpp"

namespace x400::mstore::storage {
namespace {

// What another try later may do: the system had no room, or no descriptor.
bool passing(int system) {
  return system == ENOSPC || system == EDQUOT || system == EMFILE || system == ENFILE;
}

Error sqlite_error(sqlite3* db, std::string_view doing) {
  const int code = db != nullptr ? sqlite3_errcode(db) : SQLITE_NOMEM;
  ErrorKind kind = ErrorKind::io;
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_SCHEMA) kind = ErrorKind::corrupt;
  if (code == SQLITE_IOERR && sqlite3_extended_errcode(db) == SQLITE_IOERR_DATA) kind = ErrorKind::corrupt;
  if (code == SQLITE_INTERRUPT) kind = ErrorKind::closed;
  if (code == SQLITE_FULL || code == SQLITE_BUSY) kind = ErrorKind::unavailable;
  if ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && passing(sqlite3_system_errno(db)))
    kind = ErrorKind::unavailable;
  return Error(kind,
               "index: " + std::string(doing) + ": " + (db != nullptr ? sqlite3_errmsg(db) : "no memory"));
}

View blob_of(sqlite3_value* value) {
  const void* data = sqlite3_value_blob(value);
  return View(static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

}  // namespace

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

// A bind can only fail by a wrong parameter number, which any test of the statement shows at its step.
Query& Query::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(statement_, parameter, value);
  return *this;
}

Query& Query::bind(int parameter, View octets) {
  static constexpr std::uint8_t none = 0;
  sqlite3_bind_blob64(statement_, parameter, octets.empty() ? &none : octets.data(), octets.size(),
                      SQLITE_STATIC);
  return *this;
}

Query& Query::bind(int parameter, std::string_view text) {
  sqlite3_bind_text64(statement_, parameter, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Query& Query::bind_null(int parameter) {
  sqlite3_bind_null(statement_, parameter);
  return *this;
}

Result<bool> Query::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return sqlite_error(db_, sqlite3_sql(statement_));
}

Query& Query::again() {
  sqlite3_reset(statement_);
  return *this;
}

Status Query::run() {
  X400_TRY(row, step());
  if (row) return Error(ErrorKind::internal, "index: a row where none is expected");
  return Ok{};
}

std::int64_t Query::integer(int column) const { return sqlite3_column_int64(statement_, column); }

bool Query::null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

View Query::blob(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  return View(static_cast<const std::uint8_t*>(data),
              static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::string_view Query::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

Database::Database(sqlite3* db) : db_(db) {
  sqlite3_wal_hook(
      db_,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Database*>(self)->wal_pages_ = pages;
        return SQLITE_OK;
      },
      this);
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, bool read_only) {
  sqlite3* db = nullptr;
  const int flags =
      (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, checked_pages());
  if (code != SQLITE_OK) {
    Error error = sqlite_error(db, "open " + path);
    sqlite3_close(db);
    return error;
  }
  sqlite3_busy_timeout(db, 10'000);
  std::unique_ptr<Database> database(new Database(db));
  const auto row_test = [](sqlite3_context* context, int, sqlite3_value** values) {
    const auto* test = static_cast<Database*>(sqlite3_user_data(context))->row_test_;
    if (test == nullptr) return sqlite3_result_error(context, "row_test: no test", -1);
    sqlite3_result_int(
        context, (*test)(sqlite3_value_int64(values[0]), blob_of(values[1]), blob_of(values[2])) ? 1 : 0);
  };
  if (sqlite3_create_function_v2(db, "row_test", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY, database.get(), row_test,
                                 nullptr, nullptr, nullptr) != SQLITE_OK)
    return sqlite_error(db, "row_test");
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

Status Database::execute(const std::string& sql) {
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return sqlite_error(db_, sql);
  return Ok{};
}

Result<Query> Database::prepare(std::string_view sql) {
  auto it = statements_.find(sql);
  if (it == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                           &statement, nullptr) != SQLITE_OK)
      return sqlite_error(db_, sql);
    it = statements_.emplace(std::string(sql), statement).first;
  }
  return Query(db_, it->second);
}

Status Database::sum_pages() {
  if (!reserve_sums(db_)) return sqlite_error(db_, "sums of pages");
  return Ok{};
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

std::int64_t Database::changes() const { return sqlite3_changes64(db_); }

Result<bool> Database::checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  if (code == SQLITE_BUSY) return false;
  if (code != SQLITE_OK) return sqlite_error(db_, "checkpoint");
  return true;
}

RowTest::RowTest(Database& db, Test test) : db_(db), test_(std::move(test)) { db_.row_test_ = &test_; }

RowTest::~RowTest() { db_.row_test_ = nullptr; }

StopWhen::StopWhen(Database& db, std::function<bool()> stop) : db_(db), stop_(std::move(stop)) {
  constexpr int instructions = 200'000;  // of SQLite's machine: some ten milliseconds
  const auto ask = [](void* self) { return static_cast<StopWhen*>(self)->stop_() ? 1 : 0; };
  if (stop_) sqlite3_progress_handler(db_.db_, instructions, ask, this);
}

StopWhen::~StopWhen() { sqlite3_progress_handler(db_.db_, 0, nullptr, nullptr); }

}  // namespace x400::mstore::storage
