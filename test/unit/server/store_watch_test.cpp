// What the operator is told of the store while it runs.
#include "service/store_watch.hpp"

#include <catch2/catch.hpp>

#include "store_double.hpp"
#include "x400_temp_folder.hpp"

using namespace x400;
using namespace x400::server;
using namespace x400::test;

namespace {

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("store watch: each change of the store's state is told once, and each damage") {
  const TempFolder folder;
  const auto log =
      Log::open({.level = Level::debug, .file = folder.path() / "log", .standard_error = false}).value();
  const auto script = std::make_shared<StoreScript>();
  script->findings = {"found at the start"};
  const StoreDouble store(script);
  StoreWatch watch(store, *log);
  const auto become = [&](std::optional<Error> why) {
    script->writable(std::move(why));
    watch.look();
    watch.look();
    return folder.read("log");
  };
  CHECK(become(std::nullopt).empty());
  std::string text = become(Error(ErrorKind::unavailable, "no room"));
  CHECK(count(text, " S131 ") == 1);
  CHECK(count(text, "no room") == 1);
  text = become(Error(ErrorKind::io, "sync failed"));
  CHECK(count(text, " S132 ") == 1);
  text = become(std::nullopt);
  CHECK(count(text, " S133 ") == 1);
  {
    const std::lock_guard lock(script->mutex);
    script->findings.push_back("mailbox 1, entry 2: damaged");
  }
  text = become(std::nullopt);
  CHECK(count(text, " S134 ") == 1);
  CHECK(count(text, "found at the start") == 0);
}
