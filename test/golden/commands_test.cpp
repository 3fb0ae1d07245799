// mstorectl store and mstore-dump, as an operator calls them: what they print and how they end.
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "source_folder.hpp"
#include "x400_temp_folder.hpp"

namespace fs = std::filesystem;

namespace {

struct Ran {
  std::string out;
  int status = 0;
};

Ran run(const std::string& command) {
  std::FILE* out = ::popen((command + " 2>&1").c_str(), "r");
  REQUIRE(out != nullptr);
  Ran ran;
  for (int c = std::fgetc(out); c != EOF; c = std::fgetc(out)) ran.out += static_cast<char>(c);
  ran.status = WEXITSTATUS(::pclose(out));
  return ran;
}

bool has(const Ran& ran, const std::string& text) { return ran.out.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("mstorectl store and mstore-dump on a store, a damaged one, and none") {
  x400::test::TempFolder temp;
  const fs::path folder = temp.path() / "store";
  fs::copy(x400::test::source_folder() / "golden" / "format-1.0", folder, fs::copy_options::recursive);
  const std::string store = std::string(X400_MSTORECTL) + " store ";
  const std::string at = " " + folder.string();

  Ran ran = run(store + "sync --json --progress" + at);
  INFO(ran.out);
  CHECK(ran.status == 0);
  CHECK(has(ran, "\"replaced\":true"));
  CHECK(has(ran, "\"entries_removed\":0"));
  CHECK(has(ran, "reading"));
  CHECK(has(run(store + "sync --json" + at), "\"replaced\":false"));
  CHECK(has(run(store + "sync" + at), "index is what the log says"));
  ran = run(store + "rebuild" + at);
  CHECK(ran.status == 0);
  CHECK(has(ran, "index replaced"));
  ran = run(store + "check --json" + at);
  CHECK(ran.status == 0);
  CHECK(has(ran, "\"good\":true"));
  CHECK(has(ran, "\"problems\":[]"));
  CHECK(has(run(store + "check" + at), "all is well"));

  ran = run(std::string(X400_MSTORE_DUMP) + at);
  CHECK(ran.status == 0);
  CHECK(has(ran, "record lsn=1."));
  CHECK(has(ran, "catalogue offset="));
  CHECK(has(ran, "index schema="));
  CHECK(has(run(std::string(X400_MSTORE_DUMP) + " --json" + at), "{\"is\":\"segment\""));
  CHECK_FALSE(has(run(std::string(X400_MSTORE_DUMP) + " --no-index" + at), "index schema="));
  CHECK(run(store + "dump" + at).status == 0);

  fs::path segment;
  for (const auto& file : fs::directory_iterator(folder / "shard0" / "log"))
    segment = segment.empty() ? file.path() : std::min(segment, file.path());
  {
    std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 + 64 + 70);
    file.put('\x7f');
  }
  ran = run(store + "check" + at);
  INFO(ran.out);
  CHECK(ran.status == 4);
  CHECK(has(ran, "damage: "));
  CHECK(has(ran, segment.filename().string()));
  CHECK(run(std::string(X400_MSTORE_DUMP) + at).status == 1);
  CHECK(run(std::string(X400_MSTORE_DUMP) + " " + segment.string()).status == 1);
  CHECK(run(store + "dump" + at).status == 4);

  CHECK(run(store + "check " + temp.path().string()).status == 1);
  CHECK(run("MSTORED_SOCKET=/nowhere " + store + "check").status == 3);  // the service is asked
  CHECK(run(store).status == 2);
  CHECK(run(std::string(X400_MSTORE_DUMP)).status == 2);
  CHECK(run(std::string(X400_MSTORE_DUMP) + " /nowhere").status == 2);
}
