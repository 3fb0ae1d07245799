// Frames of SQLite's write-ahead log: head and page in one write, and no head ever left behind.
#include "index/wal_frames.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "index/sqlite.hpp"
#include "x400_temp_folder.hpp"

using namespace x400;
using namespace x400::mstore::storage;
using x400::test::TempFolder;

namespace {

constexpr int head = WalFrames::head_size, page = WalFrames::page;

std::string octets_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::int64_t integer(Database& db, const char* sql) {
  auto rows = db.prepare(sql);
  REQUIRE(rows.ok());
  REQUIRE(*rows->step());
  return rows->integer(0);
}

}  // namespace

TEST_CASE("a head that continues the log waits for its page") {
  WalFrames frames;
  const std::string h(head, 'h'), p(page, 'p');
  frames.written(32);
  REQUIRE(frames.put_aside(h.data(), head, 32));
  const std::uint8_t* frame = frames.frame(p.data(), page, 32 + head);
  REQUIRE(frame != nullptr);
  CHECK(frames.head_at() == 32);
  CHECK(std::string(frame, frame + head + page) == h + p);
  CHECK(frames.head() == nullptr);
}

TEST_CASE("other heads are written at once") {
  WalFrames frames;
  const std::string h(head, 'h');
  CHECK_FALSE(frames.put_aside(h.data(), head, 32));  // nothing was written before
  frames.written(32);
  CHECK_FALSE(frames.put_aside(h.data(), head, 32 + head + page));
  CHECK_FALSE(frames.put_aside(h.data(), head - 1, 32));
  frames.interrupted();
  CHECK_FALSE(frames.put_aside(h.data(), head, 32));
}

TEST_CASE("a head whose page does not come is given back, once") {
  WalFrames frames;
  const std::string h(head, 'h'), p(page, 'p');
  frames.written(32);
  REQUIRE(frames.put_aside(h.data(), head, 32));
  CHECK(frames.frame(p.data(), page, 32) == nullptr);
  CHECK(frames.frame(p.data(), page - 1, 32 + head) == nullptr);
  const std::uint8_t* held = frames.head();
  REQUIRE(held != nullptr);
  CHECK(std::string(held, held + head) == h);
  CHECK(frames.head_at() == 32);
  CHECK(frames.head() == nullptr);
}

// A transaction larger than SQLite's memory for it writes pages twice, which has SQLite sum the frames anew
// and write heads alone. What the log then holds, SQLite reads by itself, without these functions.
TEST_CASE("a log written by large transactions is whole") {
  const TempFolder folder;
  const auto path = folder.path() / "db";
  auto db = Database::open(path.string(), false);
  REQUIRE(db.ok());
  REQUIRE((*db)->sum_pages().ok());
  REQUIRE((*db)->execute("PRAGMA journal_mode=WAL").ok());
  REQUIRE((*db)->execute("PRAGMA wal_autocheckpoint=0").ok());
  REQUIRE((*db)->execute("PRAGMA cache_size=10").ok());
  REQUIRE((*db)->execute("CREATE TABLE t(n INTEGER PRIMARY KEY, b BLOB)").ok());
  const int rounds = 5;
  for (int i = 0; i < rounds; ++i) {
    REQUIRE((*db)->execute("BEGIN").ok());
    REQUIRE((*db)
                ->execute("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<400) "
                          "INSERT INTO t(b) SELECT randomblob(900) FROM c")
                .ok());
    REQUIRE((*db)->execute("UPDATE t SET b=randomblob(901) WHERE n%7=0").ok());
    REQUIRE((*db)->execute("COMMIT").ok());
  }
  // As a crash leaves it: a copy of both files is opened by somebody else.
  const auto copy = folder.path() / "copy";
  std::filesystem::copy_file(path, copy);
  std::filesystem::copy_file(path.string() + "-wal", copy.string() + "-wal");
  const std::string log = octets_of(copy.string() + "-wal");
  REQUIRE(log.size() % (head + page) == 32);
  auto other = Database::open(copy.string(), false);
  REQUIRE(other.ok());
  CHECK(integer(**other, "SELECT count(*) FROM t") == rounds * 400);
  CHECK(integer(**other, "SELECT count(*) FROM t WHERE length(b)=901") == rounds * 400 / 7);
  auto check = (*other)->prepare("PRAGMA integrity_check");
  REQUIRE(check.ok());
  REQUIRE(*check->step());
  CHECK(check->text(0) == "ok");
}
