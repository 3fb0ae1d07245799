#include "database.hpp"

#include <sqlite3.h>

namespace mtasim {
namespace {

using namespace x400;

Error error_of(sqlite3* db, const char* what) {
  return Error(ErrorKind::io, std::string(what) + ": " + sqlite3_errmsg(db));
}

}  // namespace

Statement::Statement(sqlite3* db, sqlite3_stmt* stmt) : db_(db), stmt_(stmt) {}
void Statement::Finalize::operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }

Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(stmt_.get(), index, value);
  return *this;
}
Statement& Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text64(stmt_.get(), index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}
Statement& Statement::bind(int index, View blob) {
  sqlite3_bind_blob64(stmt_.get(), index, blob.empty() ? static_cast<const void*>("") : blob.data(),
                      blob.size(), SQLITE_TRANSIENT);
  return *this;
}
Statement& Statement::bind_null(int index) {
  sqlite3_bind_null(stmt_.get(), index);
  return *this;
}

Result<bool> Statement::step() {
  const int rc = sqlite3_step(stmt_.get());
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  return error_of(db_, "queue");
}

Status Statement::run() {
  X400_CHECK(step());
  return Ok{};
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(stmt_.get(), column); }
bool Statement::is_null(int column) const { return sqlite3_column_type(stmt_.get(), column) == SQLITE_NULL; }
std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(stmt_.get(), column));
  return std::string(text ? text : "", static_cast<std::size_t>(sqlite3_column_bytes(stmt_.get(), column)));
}
Octets Statement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(stmt_.get(), column));
  return Octets(data, data + sqlite3_column_bytes(stmt_.get(), column));
}

void Database::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

Result<Database> Database::open(const std::string& file) {
  Database database;
  sqlite3* db = nullptr;
  const int rc = sqlite3_open(file.c_str(), &db);
  database.db_.reset(db);
  if (rc != SQLITE_OK) return error_of(db, file.c_str());
  sqlite3_busy_timeout(db, 10'000);
  X400_CHECK(database.execute("PRAGMA journal_mode=WAL"));
  X400_CHECK(database.execute("PRAGMA synchronous=FULL"));
  return database;
}

Status Database::execute(const char* sql) {
  if (sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return error_of(db_.get(), sql);
  return Ok{};
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* stmt = nullptr;
  if (sqlite3_prepare_v2(db_.get(), sql, -1, &stmt, nullptr) != SQLITE_OK) return error_of(db_.get(), sql);
  return Statement(db_.get(), stmt);
}

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(db_.get()); }
std::int64_t Database::changes() const { return sqlite3_changes64(db_.get()); }

}  // namespace mtasim
