// The reader that the campaign trusts, on what a broken store leaves behind.
#include "log_reader.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "mstore/messages.hpp"
#include "mstore/store_folder.hpp"
#include "x400_temp_folder.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::backend;
using namespace x400::mstore::test;
using x400::test::TempFolder;

TEST_CASE("log reader: a segment shorter than what its header or its successor tells is a fault") {
  const TempFolder folder;
  const Options options = small_store(folder.path());
  {
    auto store = open_local(options, real_env());
    REQUIRE(store.ok());
    const MailboxNumber box = *(*store)->create_mailbox("alice", {});
    for (int i = 0; i < 40; ++i)
      REQUIRE((*store)->commit(creating(box, message(std::string(100'000, 'x')))).ok());
    REQUIRE((*store)->close().ok());
  }
  CHECK(crash::read_log(real_env(), options.folder).seen.faults.empty());
  std::set<std::filesystem::path> segments;
  for (const auto& file : std::filesystem::directory_iterator(options.folder / "shard0" / "log"))
    segments.insert(file.path());
  REQUIRE(segments.size() > 2);
  const auto& first = *segments.begin();
  std::filesystem::resize_file(first, std::filesystem::file_size(first) / 2);
  const auto seen = crash::read_log(real_env(), options.folder).seen;
  REQUIRE_FALSE(seen.faults.empty());
  CHECK(seen.faults[0].find(first.filename().string() + ": ") != std::string::npos);
  CHECK(seen.faults[0].find(" octets of ") != std::string::npos);
}
