// mstorectl archive: what users deleted and a hold keeps, read by the administrator from the running service
// and from the closed store.
#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>

#include "mstored_process.hpp"
#include "user.hpp"

using namespace x400;
using namespace x400::test;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

struct Ran {
  std::string out;
  int status = 0;
};

Ran archive(const std::string& arguments) {
  std::FILE* out = ::popen((std::string(X400_MSTORECTL) + " archive " + arguments + " 2>&1").c_str(), "r");
  REQUIRE(out);
  Ran ran;
  for (int c = std::fgetc(out); c != EOF; c = std::fgetc(out)) ran.out += static_cast<char>(c);
  ran.status = WEXITSTATUS(::pclose(out));
  return ran;
}

Octets octets_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return to_octets(text);
}

bool has(const Ran& ran, const std::string& text) { return ran.out.find(text) != std::string::npos; }

// Alice has deleted messages 1 and 3, of 3. `how`: where mstorectl finds them.
void check_archive(const fs::path& folder, const std::string& how, const std::vector<Octets>& contents) {
  const Ran list = archive("list alice --json" + how);
  INFO(list.out);
  REQUIRE(list.status == 0);
  const std::size_t second = list.out.find('\n') + 1;
  const auto first = json::parse(list.out.substr(0, second - 1)).as_object();
  CHECK(first.at("number") == 1);
  CHECK(first.at("by") == "user");
  CHECK(first.at("octets") == contents[0].size());
  CHECK(json::parse(list.out.substr(second, list.out.size() - second - 1)).as_object().at("number") == 3);
  CHECK(has(archive("list alice" + how), "delivered-message"));
  CHECK(archive("list bob --json" + how).out.empty());

  const Ran show = archive("show alice 1" + how);
  CHECK(show.status == 0);
  CHECK(has(show, "Archived:"));
  CHECK(has(show, "a secret word"));
  const Ran attributes = archive("show alice 1 --json" + how);
  CHECK(attributes.status == 0);
  CHECK(has(attributes, "\"name\":\"mt-message-identifier\""));
  CHECK(has(attributes, "\"name\":\"mt-message-delivery-envelope\""));
  CHECK(has(attributes, "\"name\":\"subject\""));
  CHECK_FALSE(has(attributes, "\"name\":\"mt-content\""));

  fs::create_directory(folder);
  REQUIRE(archive("export alice --to " + folder.string() + how).status == 0);
  CHECK(octets_of(folder / "1.content") == contents[0]);
  CHECK(octets_of(folder / "3.content") == contents[2]);
  CHECK(octets_of(folder / "1.json") == to_octets(attributes.out));
  CHECK_FALSE(fs::exists(folder / "2.content"));
  CHECK((fs::status(folder / "3.content").permissions() & fs::perms::mask) ==
        (fs::perms::owner_read | fs::perms::owner_write));
  const Ran again = archive("export alice 3 --to " + folder.string() + how);
  CHECK(again.status == 1);
  CHECK(has(again, "3.content"));

  CHECK(archive("show alice 2" + how).status == 1);  // it is in the In Box
  CHECK(archive("list nobody" + how).status == 1);
  CHECK(archive("show alice 0" + how).status == 2);
  CHECK(archive("show alice" + how).status == 2);
  CHECK(archive("export alice --to /nowhere" + how).status == 2);
}

}  // namespace

TEST_CASE("mstorectl archive: deleted under a hold, and read by the administrator all the same") {
  TempFolder temp;
  const std::string socket = (temp.path() / "socket").string();
  Mstored store(0, "[management]\nsocket = \"" + socket + "\"\n[defaults]\nhold = \"30 d\"\n");
  store.start();
  const std::vector<Octets> contents{message("first", "a secret word"), message("second", "kept"),
                                     message("third", std::string(2'500'000, 'x'))};
  {
    access::Runtime runtime(1);
    DeliveringMta mta(runtime, store.p3);
    for (std::size_t i = 0; i < contents.size(); ++i)
      REQUIRE(mta.deliver("m" + std::to_string(i), alice_name, contents[i]).is_result());
    User alice(runtime, store.p7, alice_name, "pw-a");
    REQUIRE(alice.list().size() == 3);
    REQUIRE(alice.remove({1, 3}).is_result());
    CHECK(alice.list().size() == 1);
  }
  const std::string data = (store.folder.path() / "data").string();
  REQUIRE(::setenv("MSTORED_SOCKET", socket.c_str(), 1) == 0);
  check_archive(temp.path() / "of_service", "", contents);
  CHECK(archive("list alice --store " + data).status != 0);  // the service has it open
  CHECK(store.stop() == 0);
  const std::string log = store.run->printed();
  CHECK(log.find(" S126 archive read mailbox=alice number=1 what=content") != std::string::npos);
  // Each piece of a content: who begins behind its first octet has read it too.
  const std::string piece = " S126 archive read mailbox=alice number=3 what=content";
  int pieces = 0;
  for (std::size_t at = log.find(piece); at != std::string::npos; at = log.find(piece, at + 1)) ++pieces;
  CHECK(pieces >= 3);
  CHECK(archive("list alice").status == 3);

  ::unsetenv("MSTORED_SOCKET");
  check_archive(temp.path() / "of_store", " --store " + data, contents);
  CHECK(archive("list alice --store " + temp.path().string()).status == 1);  // no store there
  CHECK_FALSE(fs::exists(temp.path() / "lock"));
  store.start();
  CHECK(store.stop() == 0);
}
