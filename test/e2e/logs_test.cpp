// keep_logs of mstored.toml: the delivery log of the mailboxes that have one, and of no other.
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "mstored_process.hpp"
#include "user.hpp"

using namespace x400;
using namespace x400::test;

namespace {

// Entries that the store holds, those of logs and all others.
std::int64_t entries_in(const Mstored& store) {
  const std::string data = (store.folder.path() / "data").string();
  std::FILE* out = ::popen((std::string(X400_MSTORECTL) + " store check --json " + data).c_str(), "r");
  REQUIRE(out);
  std::string text;
  for (int c = std::fgetc(out); c != EOF; c = std::fgetc(out)) text += static_cast<char>(c);
  INFO(text);
  REQUIRE(::pclose(out) == 0);
  return boost::json::parse(text).as_object().at("entries").to_number<std::int64_t>();
}

void replace(const std::filesystem::path& file, const std::string& what, const std::string& by) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  std::string whole = text.str();
  const auto at = whole.find(what);
  REQUIRE(at != std::string::npos);
  std::ofstream(file) << whole.replace(at, what.size(), by);
}

}  // namespace

TEST_CASE("mstored: deliveries are logged where keep_logs says so, and what was logged stays") {
  Mstored store(0, "keep_logs = true\n");  // of bob, the last mailbox
  store.start();
  access::Runtime runtime(1);
  {
    DeliveringMta mta(runtime, store.p3);
    REQUIRE(mta.deliver("m1", alice_name, message("s", "t")).is_result());
    REQUIRE(mta.deliver("m2", bob_name, message("s", "t")).is_result());
    User bob(runtime, store.p7, bob_name, "pw-b");
    REQUIRE(bob.list().size() == 1);
    REQUIRE(bob.remove({1}).is_result());
    CHECK(bob.list().empty());
  }
  CHECK(store.stop() == 0);
  CHECK(entries_in(store) == 2);  // alice's message, and in bob's log his

  // Mailboxes that are there already follow the file at the next start.
  replace(store.config, "keep_logs = true\n", "keep_logs = false\n[defaults]\nkeep_logs = true\n");
  store.start();
  {
    DeliveringMta mta(runtime, store.p3);
    REQUIRE(mta.deliver("m3", alice_name, message("s", "t")).is_result());
    REQUIRE(mta.deliver("m4", bob_name, message("s", "t")).is_result());
  }
  CHECK(store.stop() == 0);
  CHECK(entries_in(store) == 5);  // and two messages, and alice's in her log
}
