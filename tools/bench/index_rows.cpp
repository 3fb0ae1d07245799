#include "index_rows.hpp"

#include <sqlite3.h>

#include <array>

namespace bench {

using namespace x400;

namespace {
constexpr std::uint64_t most_waiting = 8192;
constexpr std::size_t attributes = 300;  // octets of what a row keeps of a message
}  // namespace

Result<std::unique_ptr<IndexRows>> IndexRows::make(const std::filesystem::path& folder) {
  std::unique_ptr<IndexRows> made(new IndexRows(folder / "floor.db"));
  const bool ok =
      sqlite3_open(made->path_.c_str(), &made->db_) == SQLITE_OK &&
      sqlite3_exec(made->db_,
                   "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=16384;"
                   "CREATE TABLE entries(id INTEGER PRIMARY KEY, box INTEGER, status INTEGER, size INTEGER,"
                   " list BLOB); CREATE INDEX by_status ON entries(box, status);",
                   nullptr, nullptr, nullptr) == SQLITE_OK;
  if (!ok) return Error(ErrorKind::io, std::string("SQLite: ") + sqlite3_errmsg(made->db_));
  made->thread_ = std::thread([index = made.get()] { index->run(); });
  return made;
}

IndexRows::~IndexRows() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  sqlite3_close(db_);
  std::error_code ec;
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_.string() + suffix, ec);
}

void IndexRows::add() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_ < most_waiting; });
  if (++waiting_ == 1) changed_.notify_all();
}

void IndexRows::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stop_ || waiting_ > 0; });
    if (waiting_ == 0) return;
    const std::uint64_t count = waiting_;
    lock.unlock();
    const bool ok = insert(count);
    lock.lock();
    waiting_ -= count;
    changed_.notify_all();
    if (!ok) return;
  }
}

bool IndexRows::insert(std::uint64_t count) {
  const std::array<char, attributes> list{};
  sqlite3_stmt* put = nullptr;
  bool ok =
      sqlite3_exec(db_, "BEGIN", nullptr, nullptr, nullptr) == SQLITE_OK &&
      sqlite3_prepare_v2(db_, "INSERT INTO entries VALUES(?1,?2,0,2000,?3)", -1, &put, nullptr) == SQLITE_OK;
  for (std::uint64_t i = 0; ok && i < count; ++i) {
    sqlite3_bind_int64(put, 1, static_cast<sqlite3_int64>(++id_));
    sqlite3_bind_int64(put, 2, static_cast<sqlite3_int64>(id_ % 16));
    sqlite3_bind_blob(put, 3, list.data(), static_cast<int>(list.size()), SQLITE_STATIC);
    ok = sqlite3_step(put) == SQLITE_DONE;
    sqlite3_reset(put);
  }
  sqlite3_finalize(put);
  return ok && sqlite3_exec(db_, "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK;
}

}  // namespace bench
