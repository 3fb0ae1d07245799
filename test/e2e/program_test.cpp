// The program itself: its exit statuses, signals, and what it says about its configuration.
#include <sys/socket.h>
#include <sys/un.h>

#include "mstored_process.hpp"
#include "user.hpp"

using namespace x400;
using namespace x400::test;

TEST_CASE("mstored: a good configuration is in order, a bad one is refused with its places") {
  Mstored store;
  MstoredRun good({"-c", store.config.string(), "--check-config"});
  CHECK(good.wait() == 0);
  store.folder.write("bad.toml", store.folder.read("mstored.toml") + "[limits]\nassociation = 5\n");
  MstoredRun bad({"-c", (store.folder.path() / "bad.toml").string(), "--check-config"});
  CHECK(bad.line_with("unknown key").find("is \"associations\" meant?") != std::string::npos);
  CHECK(bad.wait() == 3);
  MstoredRun absent({"-c", (store.folder.path() / "none.toml").string()});
  CHECK(absent.wait() == 3);
  CHECK(MstoredRun({"--nonsense"}).wait() == 2);
  CHECK(MstoredRun({"--version"}).wait() == 0);
}

TEST_CASE("mstored: SIGTERM and SIGINT end it in order, SIGHUP opens the log anew") {
  Mstored store(0, "[log]\nfile = \"log\"\nstderr = true\n");
  store.start();
  store.run->signal(SIGHUP);
  CHECK_FALSE(store.run->line_with(" S106 ").empty());
  store.run->signal(SIGTERM);
  CHECK_FALSE(store.run->line_with(" S104 ").empty());
  CHECK(store.run->wait() == 0);
  CHECK(store.folder.read("log").find(" S104 service stopped") != std::string::npos);
  store.start();
  store.run->signal(SIGINT);
  CHECK(store.run->wait() == 0);
}

TEST_CASE("mstored: an address in use and a store in use have exit statuses of their own") {
  Mstored store;
  store.start();
  // The same store by a second process.
  MstoredRun second({"-c", store.config.string()});
  CHECK_FALSE(second.line_with(" S108 ").empty());
  CHECK(second.wait() == 4);
  // Another store on the same port.
  Mstored other(0,
                "[[listen]]\nprotocol = \"p7\"\naddress = \"127.0.0.1:" + std::to_string(store.p7) + "\"\n");
  MstoredRun busy({"-c", other.config.string()});
  CHECK_FALSE(busy.line_with(" S108 ").empty());
  CHECK(busy.wait() == 5);
}

TEST_CASE("mstored: tells the service manager when it is ready and when it stops") {
  Mstored store;
  const std::string path = (store.folder.path() / "notify").string();
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  REQUIRE(socket >= 0);
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof name.sun_path);
  path.copy(name.sun_path, path.size());
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  store.start();
  ::unsetenv("NOTIFY_SOCKET");
  const auto told = [&] {
    char text[256];
    const ssize_t n = ::recv(socket, text, sizeof text, 0);
    return std::string(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  };
  CHECK(told() == "READY=1");
  CHECK(store.stop() == 0);
  CHECK(told() == "STOPPING=1");
  ::close(socket);
}

TEST_CASE("mstored: mailboxes follow the configuration from start to start") {
  Mstored store;
  store.start();
  access::Runtime runtime(1);
  {
    DeliveringMta mta(runtime, store.p3);
    REQUIRE(mta.deliver("m1", alice_name, message("s", "t")).is_result());
  }
  CHECK(store.stop() == 0);
  // Alice marries, bob leaves.
  std::string text = store.folder.read("mstored.toml");
  const auto surname = text.find("S=Alice");
  text.replace(surname, 7, "S=Baker");
  text.resize(text.find("[[mailbox]]\nid = \"bob\""));
  store.folder.write("mstored.toml", text);
  store.start();
  CHECK_FALSE(connect_user(runtime, store.p7, user_bind(alice_name, "pw-a")).ok());
  CHECK_FALSE(connect_user(runtime, store.p7, user_bind(bob_name, "pw-b")).ok());
  User baker(runtime, store.p7, "C=XX;ADMD=TEST;O=Org;S=Baker", "pw-a");
  CHECK(baker.list().size() == 1);
}

TEST_CASE("mstorectl: a password from a pipe becomes a hash that knows it") {
  const auto run = [](const std::string& input, const std::string& more) {
    const std::string command =
        "printf '" + input + "' | " X400_MSTORECTL " password-hash --stdin " + more + " 2>&1";
    std::FILE* out = ::popen(command.c_str(), "r");
    REQUIRE(out);
    std::string text;
    for (int c = std::fgetc(out); c != EOF; c = std::fgetc(out)) text += static_cast<char>(c);
    return std::pair(text, WEXITSTATUS(::pclose(out)));
  };
  const auto [text, status] = run("geheim\\n", "--cost 16");
  CHECK(status == 0);
  REQUIRE(text.ends_with("\n"));
  const auto hash = settings::PasswordHash::parse(text.substr(0, text.size() - 1));
  REQUIRE(hash.ok());
  CHECK(hash->check(view("geheim")).value());
  CHECK(run("", "").second == 1);
  CHECK(run("two\\nlines\\n", "").second == 1);
  CHECK(run(std::string(63, 'x'), "").second == 1);
  CHECK(run("x", "--cost 17").second == 1);
  CHECK(run("x", "--nonsense").second == 2);
}
