#include "env/env.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "mstore/memory_env.hpp"
#include "x400_temp_folder.hpp"

using namespace x400;
using namespace x400::mstore;
using x400::mstore::test::Call;
using x400::mstore::test::FaultEnv;
using x400::mstore::test::MemoryEnv;
using x400::test::TempFolder;

namespace {

// What the engine relies on, of every Env.
void check_contract(Env& env, const Path& folder) {
  REQUIRE(env.make_folder(folder).ok());
  REQUIRE(env.make_folder(folder).ok());
  const Path path = folder / "file";
  CHECK(env.open(path, OpenMode::read).error().kind() == ErrorKind::not_found);
  CHECK(env.open(path, OpenMode::write).error().kind() == ErrorKind::not_found);
  CHECK_FALSE(*env.exists(path));
  auto file = env.open(path, OpenMode::create_new);
  REQUIRE(file.ok());
  CHECK(env.open(path, OpenMode::create_new).error().kind() == ErrorKind::exists);
  CHECK(*env.exists(path));

  const std::vector<View> parts{view("abc"), View{}, view("defgh")};
  REQUIRE((*file)->write(10, parts).ok());
  REQUIRE((*file)->sync().ok());
  CHECK(*(*file)->size() == 18);
  Octets octets(10);
  CHECK(*(*file)->read(9, octets) == 9);
  CHECK(octets[0] == 0);
  CHECK(chars(View(octets).subspan(1, 8)) == "abcdefgh");
  CHECK(*(*file)->read(100, octets) == 0);
  Octets four(4);
  const auto cached = (*file)->read_cached(11, four);  // a file system may not be able to tell
  REQUIRE(cached.ok());
  if (*cached) {
    CHECK(**cached == 4);
    CHECK(chars(four) == "bcde");
  }
  const auto beyond = (*file)->read_cached(16, octets);  // all of it, or nothing, or as read() does
  REQUIRE(beyond.ok());
  CHECK((!*beyond || **beyond == 2));
  REQUIRE((*file)->truncate(12).ok());
  CHECK(*(*file)->size() == 12);

  REQUIRE(replace_file(env, folder / "b", view("one")).ok());
  REQUIRE(replace_file(env, folder / "b", view("two")).ok());
  CHECK(chars(*read_file(env, folder / "b", 10)) == "two");
  CHECK(read_file(env, folder / "b", 2).error().kind() == ErrorKind::limit);
  CHECK(*env.list(folder) == std::vector<std::string>{"b", "file"});
  CHECK(*env.identity(folder / "b") != *env.identity(path));
  REQUIRE(env.remove(path).ok());
  REQUIRE(env.remove(path).ok());
  REQUIRE(env.sync_folder(folder).ok());
  CHECK(*env.list(folder) == std::vector<std::string>{"b"});

  auto lock = env.lock(folder / "lock");
  REQUIRE(lock.ok());
  CHECK(env.lock(folder / "lock").error().kind() == ErrorKind::unavailable);
  lock->reset();
  CHECK(env.lock(folder / "lock").ok());

  std::array<std::uint8_t, 16> a{};
  std::array<std::uint8_t, 16> b{};
  REQUIRE(env.random(a).ok());
  REQUIRE(env.random(b).ok());
  CHECK(a != b);
}

}  // namespace

TEST_CASE("the system keeps the contract of Env") {
  TempFolder folder;
  check_contract(real_env(), folder.path() / "f");
  CHECK(real_env().open("/nowhere/at/all", OpenMode::create).error().kind() == ErrorKind::not_found);
}

TEST_CASE("the memory file system keeps the contract of Env") {
  MemoryEnv env;
  check_contract(env, "/f");
}

TEST_CASE("a write of more parts than the system takes at once is whole") {
  TempFolder folder;
  auto file = real_env().open(folder.path() / "f", OpenMode::create);
  std::vector<std::string> texts;
  for (int i = 0; i < 3000; ++i) texts.push_back(std::to_string(i) + ";");
  std::vector<View> parts;
  std::string all;
  for (const std::string& text : texts) {
    parts.push_back(view(text));
    all += text;
  }
  REQUIRE((*file)->write(5, parts).ok());
  Octets octets(all.size());
  REQUIRE(*(*file)->read(5, octets) == all.size());
  CHECK(chars(octets) == all);
}

TEST_CASE("a power cut keeps what was synced and any part of the rest") {
  MemoryEnv env;
  REQUIRE(env.make_folder("/f").ok());
  auto file = env.open("/f/a", OpenMode::create);
  REQUIRE((*file)->write(0, Octets(2048, 1)).ok());
  REQUIRE((*file)->sync().ok());
  CHECK_FALSE(*env.power_cut(1, 0)->exists("/f/a"));  // its name was not synced
  REQUIRE(env.sync_folder("/f").ok());
  CHECK_FALSE(*env.power_cut(1, 0)->exists("/f/a"));  // nor its folder's
  REQUIRE(env.sync_folder("/").ok());
  REQUIRE((*file)->write(0, Octets(2048, 2)).ok());
  CHECK(env.power_cut(1, 0)->octets("/f/a") == Octets(2048, 1));
  CHECK(env.power_cut(1, 1)->octets("/f/a") == Octets(2048, 2));
  CHECK(env.kill()->octets("/f/a") == Octets(2048, 2));
  bool torn = false;
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const Octets octets = env.power_cut(seed, 0.5)->octets("/f/a");
    torn = torn || (std::count(octets.begin(), octets.end(), 1) > 0 &&
                    std::count(octets.begin(), octets.end(), 2) > 0);
  }
  CHECK(torn);
  env.cut_at_sync(1, 7, 0);
  CHECK_FALSE((*file)->sync().ok());
  CHECK_FALSE((*file)->write(0, Octets(1)).ok());
  CHECK(env.left()->octets("/f/a") == Octets(2048, 1));
}

TEST_CASE("faults come at the call asked for") {
  MemoryEnv memory;
  FaultEnv env(memory);
  REQUIRE(env.make_folder("/f").ok());
  auto file = env.open("/f/a", OpenMode::create);
  env.fail(2, Error(ErrorKind::io, "broken"), [](Call c) { return c == Call::write; });
  CHECK((*file)->write(0, view("abcd")).ok());
  CHECK_FALSE((*file)->write(4, view("efgh")).ok());
  CHECK((*file)->sync().ok());
  CHECK(chars(memory.octets("/f/a")) == "abcdef");
  CHECK((*file)->write(4, view("efgh")).ok());
  CHECK(env.calls() == 3);
}
