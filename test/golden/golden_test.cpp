// Stores that earlier versions made: each opens, holds what it held, and goes on.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "backend/local.hpp"
#include "mstore/clock_env.hpp"
#include "mstore/workload.hpp"
#include "source_folder.hpp"
#include "x400_temp_folder.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::backend;
namespace fs = std::filesystem;

namespace {

std::vector<fs::path> golden_stores() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(x400::test::source_folder() / "golden"))
    if (entry.is_directory()) found.push_back(entry.path());
  return found;
}

std::string text_of(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("golden stores: opened, checked, printed, gone on with") {
  const auto stores = golden_stores();
  REQUIRE_FALSE(stores.empty());
  for (const fs::path& original : stores) {
    INFO(original.string());
    x400::test::TempFolder temp;
    const fs::path folder = temp.path() / "store";
    fs::copy(original, folder, fs::copy_options::recursive);

    std::set<std::string> kinds;
    std::set<std::string> types;
    const auto dumped = dump({folder}, {.json = true, .index = true}, [&](std::string_view line) {
      const auto value = [&](std::string_view name) {
        const std::string begin = "\"" + std::string(name) + "\":\"";
        const std::size_t at = line.find(begin);
        if (at == std::string_view::npos) return std::string();
        return std::string(
            line.substr(at + begin.size(), line.find('"', at + begin.size()) - at - begin.size()));
      };
      kinds.insert(value("is"));
      types.insert(value("type"));
      return Proceed::go_on;
    });
    CHECK_FALSE(dumped.damaged);
    CHECK_FALSE(dumped.unread);
    for (const char* type : {"mailbox", "entry", "status", "remove", "modify", "item", "event", "counter"})
      CHECK(types.contains(type));
    for (const char* kind : {"segment", "batch", "catalogue", "follower", "clean-shutdown", "large-content"})
      CHECK(kinds.contains(kind));

    const auto synchronised = synchronise(folder);
    REQUIRE(synchronised.ok());
    CHECK(synchronised->entries_removed + synchronised->entries_changed == 0);
    const auto report = check(folder);
    REQUIRE(report.ok());
    for (const Problem& p : report->problems) {
      INFO(p.text);
      CHECK(false);
    }

    // Made by the machine's clock, for which the duplicate keys of then are too old.
    for (const char* name : {"index.db", "index.db-wal", "index.db-shm"})
      fs::remove(folder / "shard0" / name);
    Options options;
    options.folder = folder;
    options.create = false;
    x400::mstore::test::ClockEnv env;  // duplicate keys of then are remembered
    env.milliseconds += 24ll * 3600 * 1000;
    for (int round = 0; round < 2; ++round) {
      auto store = open_local(options, env);
      REQUIRE(store.ok());
      for (const Finding& f : (*store)->findings()) CHECK(f.kind == Finding::Kind::index_rebuilt);
      CHECK(x400::mstore::test::whole(**store) == text_of(original.string() + ".txt"));
      NewEntry again = x400::mstore::test::message("again");
      again.duplicate_key = to_octets("key first 1");  // deleted
      CHECK((*store)->commit(x400::mstore::test::creating(1, again))->duplicate);
    }
    auto store = open_local(options, env);
    const SequenceNumber next = (*store)->mailbox(1)->next;
    CHECK((*store)
              ->commit(x400::mstore::test::creating(1, x400::mstore::test::message("new")))
              ->numbers.at(0) == next);
  }
}
