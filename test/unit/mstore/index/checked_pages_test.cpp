// Sums of the index's pages: what SQLite itself would believe is found out.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "index/sqlite.hpp"
#include "x400_temp_folder.hpp"

using namespace x400;
using namespace x400::mstore::storage;
using x400::test::TempFolder;

namespace {

constexpr std::streamoff page = 4096;

std::unique_ptr<Database> open(const std::filesystem::path& path, bool read_only = true) {
  auto db = Database::open(path.string(), read_only);
  REQUIRE(db.ok());
  return std::move(*db);
}

void fill(const std::filesystem::path& path, bool sums) {
  const auto db = open(path, false);
  if (sums) REQUIRE(db->sum_pages().ok());
  REQUIRE(db->execute("CREATE TABLE t(n INTEGER PRIMARY KEY, b BLOB)").ok());
  REQUIRE(db->execute("PRAGMA journal_mode=WAL").ok());
  REQUIRE(db->execute("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n<200) "
                      "INSERT INTO t SELECT n, zeroblob(900) FROM c")
              .ok());
}

// All octets of all rows; or what went wrong.
Result<std::size_t> read_all(const std::filesystem::path& path) {
  X400_TRY(db, Database::open(path.string(), true));
  X400_TRY(rows, db->prepare("SELECT b FROM t"));
  std::size_t octets = 0;
  while (true) {
    X400_TRY(row, rows.step());
    if (!row) return octets;
    octets += rows.blob(0).size();
  }
}

void flip(const std::filesystem::path& path, std::streamoff at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(at);
  const int octet = file.get();
  file.seekp(at);
  file.put(static_cast<char>(octet ^ 1));
}

}  // namespace

TEST_CASE("a flipped octet in any page of a summed database is corrupt") {
  const TempFolder folder;
  const auto whole = folder.path() / "whole", hit = folder.path() / "hit";
  fill(whole, true);
  REQUIRE(*read_all(whole) == 200 * 900);
  const auto pages = static_cast<std::streamoff>(std::filesystem::file_size(whole)) / page;
  REQUIRE(pages > 40);
  for (std::streamoff n = 0; n < pages; ++n) {
    INFO("page " << n);
    std::filesystem::copy_file(whole, hit, std::filesystem::copy_options::overwrite_existing);
    flip(hit, n * page + 2000);
    const auto read = read_all(hit);
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().kind() == ErrorKind::corrupt);
  }
}

TEST_CASE("a page at another one's place is corrupt") {
  const TempFolder folder;
  const auto path = folder.path() / "db";
  fill(path, true);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  std::string octets(page, '\0');
  file.seekg(20 * page);
  file.read(octets.data(), page);
  file.seekp(21 * page);
  file.write(octets.data(), page);
  file.close();
  CHECK(read_all(path).error().kind() == ErrorKind::corrupt);
}

TEST_CASE("a database without sums is read as it is") {
  const TempFolder folder;
  const auto path = folder.path() / "db";
  fill(path, false);
  CHECK(*read_all(path) == 200 * 900);
  flip(path, 20 * page + 2000);
  CHECK(read_all(path).ok());  // which is why there are sums
}
