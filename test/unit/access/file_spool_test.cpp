// Files without names under long PDUs: what is put in comes out, nothing is left behind, and no room is no
// disaster.
#include "x400/access/file_spool.hpp"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <random>

#include "x400_small_disk.hpp"
#include "x400_temp_folder.hpp"

using namespace x400;
using access::FileSpool;
using x400::test::SmallDisk;
using x400::test::TempFolder;

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

FileSpool::Options in(const std::filesystem::path& folder, std::uint64_t keep_free = 0) {
  return {folder, mebibyte, keep_free, {}};
}

Octets random_octets(std::size_t size) {
  Octets octets(size);
  std::mt19937 random(7);
  for (auto& o : octets) o = static_cast<std::uint8_t>(random());
  return octets;
}

}  // namespace

TEST_CASE("file spool: what is put in comes out, whatever the pieces") {
  const TempFolder folder;
  const auto spool = FileSpool::open(in(folder.path()));
  REQUIRE(spool.ok());
  CHECK((*spool)->from() == mebibyte);
  const Octets all = random_octets(40 * mebibyte);
  for (const std::size_t piece : {std::size_t{8000}, std::size_t{3 * mebibyte + 1}, all.size()}) {
    INFO(piece);
    const auto file = (*spool)->open();
    REQUIRE(file);
    CHECK(file->octets().empty());
    for (View rest(all); !rest.empty(); rest = rest.subspan(std::min(piece, rest.size())))
      REQUIRE(file->append(rest.first(std::min(piece, rest.size()))));
    CHECK(equal(file->octets(), all));
    file->cut(mebibyte);
    CHECK(equal(file->octets(), View(all).first(mebibyte)));
    REQUIRE(file->append(View(all).first(10)));
    file->complete();
    CHECK(file->octets().size() == mebibyte + 10);
    CHECK(equal(file->octets().last(10), View(all).first(10)));
  }
}

TEST_CASE("file spool: several at a time do not know each other, and none has a name") {
  const TempFolder folder;
  const auto spool = FileSpool::open(in(folder.path()));
  REQUIRE(spool.ok());
  const auto a = (*spool)->open(), b = (*spool)->open();
  REQUIRE((a && b));
  for (int i = 0; i < 300; ++i) {
    REQUIRE(a->append(Octets(10'000, 0x61)));
    REQUIRE(b->append(Octets(10'000, 0x62)));
  }
  CHECK(equal(a->octets(), Octets(3'000'000, 0x61)));
  CHECK(equal(b->octets(), Octets(3'000'000, 0x62)));
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("file spool: a complete PDU keeps its octets and no descriptor") {
  const TempFolder folder;
  const auto spool = FileSpool::open(in(folder.path()));
  REQUIRE(spool.ok());
  const auto descriptors = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const auto before = descriptors();
  std::vector<std::unique_ptr<osi::SpooledOctets>> files;
  for (int i = 0; i < 10; ++i) {
    files.push_back((*spool)->open());
    REQUIRE(files.back());
    REQUIRE(files.back()->append(Octets(mebibyte, 0x61)));
  }
  CHECK(descriptors() == before + 10);
  for (auto& file : files) file->complete();
  CHECK(descriptors() == before);
  for (const auto& file : files) CHECK(equal(file->octets(), Octets(mebibyte, 0x61)));
}

TEST_CASE("file spool: what the system refuses is told once, and room that is left alone is no trouble") {
  const TempFolder folder;
  std::vector<std::string> told;
  FileSpool::Options options = in(folder.path());
  options.trouble = [&](const std::string& what) { told.push_back(what); };
  const auto spool = FileSpool::open(options);
  REQUIRE(spool.ok());
  const auto works = (*spool)->open();
  REQUIRE(works);
  options.keep_free = std::uint64_t{1} << 60;
  CHECK_FALSE((*FileSpool::open(options).value()).open()->append(Octets(10)));
  CHECK(told.empty());
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  for (int i = 0; i < 3; ++i) CHECK_FALSE((*spool)->open());
  CHECK(works->append(Octets(10, 0x61)));
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK((*spool)->open());
  REQUIRE(told.size() == 1);
  CHECK(told[0] == "a file without a name in " + folder.path().string() + ": Too many open files");
}

TEST_CASE("file spool: a disk with less than keep_free takes nothing") {
  const TempFolder folder;
  const auto spool = FileSpool::open(in(folder.path(), std::uint64_t{1} << 60));
  REQUIRE(spool.ok());
  const auto file = (*spool)->open();
  REQUIRE(file);
  CHECK_FALSE(file->append(Octets(10, 0x61)));
  CHECK(file->octets().empty());
}

TEST_CASE("file spool: what all files have taken counts, and is given back with each") {
  const TempFolder folder;
  const SmallDisk disk(folder.path(), 16);
  if (!disk.ok()) {
    WARN(disk.why_not());
    return;
  }
  const auto spool = FileSpool::open(in(folder.path(), 4 * mebibyte));
  REQUIRE(spool.ok());
  const Octets piece(mebibyte, 0x61);
  auto a = (*spool)->open();
  const auto b = (*spool)->open();
  REQUIRE((a && b));
  for (int i = 0; i < 3; ++i) REQUIRE(a->append(piece));
  REQUIRE(b->append(piece));
  // 12 are there for them, of which as much is left as they take: six in all.
  std::size_t more = 0;
  while (b->append(piece)) REQUIRE(++more <= 16);
  CHECK(more >= 1);
  CHECK(more <= 2);
  a.reset();
  REQUIRE(b->append(piece));
}

TEST_CASE("file spool: a disk that is full says so before anything is written, and has its room back after") {
  const TempFolder folder;
  const SmallDisk disk(folder.path(), 16);
  if (!disk.ok()) {
    WARN(disk.why_not());
    return;
  }
  const auto spool = FileSpool::open(in(folder.path()));
  REQUIRE(spool.ok());
  const Octets piece(mebibyte, 0x61);
  for (int round = 0; round < 3; ++round) {
    const auto file = (*spool)->open();
    REQUIRE(file);
    std::size_t taken = 0;
    while (file->append(piece)) REQUIRE(++taken <= 16);
    // As much is left as was taken: the log wants it for the same message.
    CHECK(taken >= 7);
    CHECK(taken <= 8);
    CHECK(file->octets().size() == taken * mebibyte);
    CHECK(equal(file->octets(), Octets(taken * mebibyte, 0x61)));
  }
  disk.fill();
  const auto file = (*spool)->open();
  CHECK((!file || !file->append(piece)));
}

TEST_CASE("file spool: where files without names do not work, it says so") {
  for (const char* folder : {"/nonexistent", "/proc", "/dev/null"}) {
    INFO(folder);
    const auto spool = FileSpool::open(in(folder));
    REQUIRE_FALSE(spool.ok());
    CHECK(spool.error().kind() == ErrorKind::io);
    CHECK(spool.error().text().find(folder) != std::string::npos);
  }
}
