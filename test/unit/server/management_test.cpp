// The management socket of a whole service: HTTP as any client speaks it.
#include "management/server.hpp"

#include <sys/stat.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <future>

#include "service_fixture.hpp"

using namespace x400;
using namespace x400::server;
using namespace x400::test;
namespace asio = boost::asio;
namespace json = boost::json;
using asio::local::stream_protocol;

namespace {

class Peer {
 public:
  explicit Peer(const std::filesystem::path& socket) : socket_(io_) {
    socket_.connect(stream_protocol::endpoint(socket.string()));
  }
  void send(const std::string& text) { asio::write(socket_, asio::buffer(text)); }
  std::string line() {
    asio::read_until(socket_, asio::dynamic_buffer(read_), "\r\n");
    return read_.substr(0, read_.find("\r\n"));
  }
  std::string rest() {
    boost::system::error_code ended;
    asio::read(socket_, asio::dynamic_buffer(read_), ended);
    return read_;
  }

 private:
  asio::io_context io_;
  stream_protocol::socket socket_;
  std::string read_;
};

std::string ask(const std::filesystem::path& socket, const std::string& request) {
  Peer peer(socket);
  peer.send(request);
  return peer.rest();
}

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n"; }

std::string post(const std::string& path, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

// The lines of a chunked answer.
std::vector<json::object> lines_of(const std::string& answer) {
  std::vector<json::object> lines;
  for (std::size_t at = answer.find('{'); at != std::string::npos; at = answer.find('{', at)) {
    const std::size_t end = answer.find('\n', at);
    lines.push_back(json::parse(answer.substr(at, end - at)).as_object());
    at = end;
  }
  return lines;
}

Config managed_at(const std::filesystem::path& socket) {
  Config config = service_config();
  config.management.socket = socket;
  return config;
}

std::vector<ManagementRoute> echo(std::string path = "/echo") {
  return {{"POST", std::move(path),
           [](const json::object& argument, ManagementAnswer& answer) { answer.finish(argument); }}};
}

}  // namespace

TEST_CASE("the socket is its owner's and group's alone, and goes with the server") {
  TempFolder folder;
  const auto path = folder.path() / "socket";
  {
    auto server = ManagementServer::open(path, echo());
    REQUIRE(server.ok());
    struct stat made {};
    REQUIRE(::stat(path.c_str(), &made) == 0);
    CHECK((made.st_mode & 0777) == 0660);
    CHECK(ManagementServer::open(path, echo()).error().kind() == ErrorKind::exists);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a socket that a killed service left is replaced, a file is not") {
  TempFolder folder;
  const auto path = folder.path() / "socket";
  {
    asio::io_context io;
    stream_protocol::acceptor left(io, stream_protocol::endpoint(path.string()));
  }
  REQUIRE(std::filesystem::exists(path));
  CHECK(ManagementServer::open(path, echo()).ok());
  const auto file = folder.path() / "file";
  folder.write("file", "mine");
  CHECK(ManagementServer::open(file, echo()).error().kind() == ErrorKind::exists);
  CHECK(folder.read("file") == "mine");
  CHECK(ManagementServer::open(folder.path() / std::string(120, 'x'), echo()).error().kind() ==
        ErrorKind::invalid);
}

TEST_CASE("requests that make no sense get their status, and nobody else notices") {
  TempFolder folder;
  const auto path = folder.path() / "socket";
  auto server = ManagementServer::open(path, echo());
  REQUIRE(server.ok());
  CHECK(ask(path, get("/nothing")).starts_with("HTTP/1.1 404 "));
  CHECK(ask(path, get("/echo")).starts_with("HTTP/1.1 405 "));
  CHECK(ask(path, post("/echo", "[1]")).starts_with("HTTP/1.1 400 "));
  CHECK(ask(path, post("/echo", "{")).starts_with("HTTP/1.1 400 "));
  CHECK(ask(path, post("/echo", std::string(100'000, ' '))).starts_with("HTTP/1.1 413 "));
  CHECK(ask(path, "\x03\x00\x00\x0bwhat\r\n\r\n").starts_with("HTTP/1.1 400 "));
  Peer silent(path);
  silent.send("POST /echo HT");
  const auto answer = ask(path, post("/echo", R"({"a":1})"));
  CHECK(answer.starts_with("HTTP/1.1 200 "));
  REQUIRE(lines_of(answer).size() == 1);
  CHECK(lines_of(answer)[0] == json::parse(R"({"result":{"a":1}})").as_object());
}

TEST_CASE("a peer refused in the middle of its request can write it to the end, and reads why") {
  TempFolder folder;
  const auto path = folder.path() / "socket";
  auto server = ManagementServer::open(path, echo());
  REQUIRE(server.ok());
  const std::string request = post("/echo", std::string(1'000'000, ' '));
  const std::size_t head = request.find("\r\n\r\n") + 4;
  Peer peer(path);
  peer.send(request.substr(0, head));
  CHECK(peer.line().starts_with("HTTP/1.1 413 "));
  CHECK_NOTHROW(peer.send(request.substr(head)));
  CHECK(peer.rest().find("too large") != std::string::npos);
}

TEST_CASE("long work tells its progress, then its result, a failure after progress is the last line") {
  TempFolder folder;
  const auto path = folder.path() / "socket";
  auto server = ManagementServer::open(
      path, {{"POST", "/work", [](const json::object& argument, ManagementAnswer& answer) {
                for (int i = 1; i <= 3; ++i) answer.progress({{"step", i}});
                if (argument.contains("fail")) return answer.fail(Error(ErrorKind::io, "broken"));
                answer.finish("done");
              }}});
  REQUIRE(server.ok());
  const auto lines = lines_of(ask(path, post("/work", "")));
  REQUIRE(lines.size() == 4);
  CHECK(lines[2] == json::parse(R"({"progress":{"step":3}})").as_object());
  CHECK(lines[3] == json::parse(R"({"result":"done"})").as_object());
  const auto failed = lines_of(ask(path, post("/work", R"({"fail":true})")));
  REQUIRE(failed.size() == 4);
  CHECK(failed[3] == json::parse(R"({"error":{"kind":"io","text":"broken"}})").as_object());
}

namespace {

// Says lines until nobody wants more, and tells how many were taken.
ManagementRoute endless_lines(std::promise<int>& taken) {
  return {"POST", "/lines", [&taken](const json::object&, ManagementAnswer& answer) {
            const std::string line = '"' + std::string(10'000, 'x') + '"';
            int said = 0;
            while (answer.line(line)) ++said;
            answer.fail(Error(ErrorKind::closed, "no more"));
            taken.set_value(said);
          }};
}

}  // namespace

TEST_CASE("of a long result no line is lost, however late the peer reads") {
  TempFolder folder;
  const auto path = folder.path() / "socket";
  constexpr int count = 5'000;
  auto server = ManagementServer::open(
      path, {{"POST", "/lines", [](const json::object&, ManagementAnswer& answer) {
                const std::string pad(500, 'x');
                for (int i = 0; i < count; ++i)
                  if (!answer.line("{\"n\":" + std::to_string(i) + ",\"pad\":\"" + pad + "\"}")) return;
                answer.finish(count);
              }}});
  REQUIRE(server.ok());
  Peer late(path);
  late.send(post("/lines", ""));
  CHECK(ask(path, get("/nothing")).starts_with("HTTP/1.1 404 "));  // others are served meanwhile
  const auto lines = lines_of(late.rest());
  REQUIRE(lines.size() == count + 1);
  for (int i = 0; i < count; ++i) REQUIRE(lines[i].at("line").as_object().at("n") == i);
  CHECK(lines.back().at("result") == count);
}

TEST_CASE("lines for a peer that has gone end, and so do those that nobody reads when the server ends") {
  TempFolder folder;
  const auto path = folder.path() / "socket";
  std::promise<int> taken;
  auto server = ManagementServer::open(path, {endless_lines(taken)});
  REQUIRE(server.ok());
  SECTION("gone") {
    {
      Peer leaving(path);
      leaving.send(post("/lines", ""));
      CHECK(leaving.line().starts_with("HTTP/1.1 200 "));
    }
    taken.get_future().wait();
  }
  SECTION("the server ends") {
    Peer silent(path);
    silent.send(post("/lines", ""));
    CHECK(silent.line().starts_with("HTTP/1.1 200 "));
    server->reset();
    taken.get_future().wait();
  }
}

TEST_CASE("a handler that says nothing, and one whose peer has gone, both end") {
  TempFolder folder;
  const auto path = folder.path() / "socket";
  std::promise<void> ended;
  auto server =
      ManagementServer::open(path, {{"GET", "/mute", [](const json::object&, ManagementAnswer&) {}},
                                    {"GET", "/endless", [&](const json::object&, ManagementAnswer& answer) {
                                       while (answer.wanted()) std::this_thread::yield();
                                       ended.set_value();
                                     }}});
  REQUIRE(server.ok());
  CHECK(ask(path, get("/mute")).starts_with("HTTP/1.1 500 "));
  {
    Peer leaving(path);
    leaving.send(get("/endless"));
  }
  ended.get_future().wait();
}

TEST_CASE("the end of the server ends long work, and does not wait for peers") {
  TempFolder folder;
  const auto path = folder.path() / "socket";
  std::promise<void> begun;
  auto server =
      ManagementServer::open(path, {{"GET", "/endless", [&](const json::object&, ManagementAnswer& answer) {
                                       begun.set_value();
                                       while (answer.wanted()) std::this_thread::yield();
                                       answer.fail(Error(ErrorKind::closed, "the service stops"));
                                     }}});
  REQUIRE(server.ok());
  Peer peer(path), silent(path);
  peer.send(get("/endless"));
  begun.get_future().wait();
  server->reset();
  CHECK(peer.rest().find("the service stops") != std::string::npos);
}

TEST_CASE("a running service tells its status and its mailboxes") {
  TempFolder folder;
  const auto path = folder.path() / "socket";
  RunningService running(managed_at(path));
  const auto status = lines_of(ask(path, get("/v1/status")));
  REQUIRE(status.size() == 1);
  const auto& result = status[0].at("result").as_object();
  CHECK(result.at("mailboxes") == 2);
  CHECK(result.at("store").as_object().at("writable") == true);
  const auto list = lines_of(ask(path, get("/v1/mailboxes")));
  REQUIRE(list.size() == 1);
  const auto& boxes = list[0].at("result").as_array();
  REQUIRE(boxes.size() == 2);
  CHECK(boxes[0].as_object().at("id") == "alice");
  CHECK(boxes[0].as_object().at("or_addresses").as_array().size() == 1);
  CHECK(running.log_text().find("S115") != std::string::npos);
}

TEST_CASE("a dump wants members of the right kind") {
  TempFolder folder;
  const auto path = folder.path() / "socket";
  RunningService running(managed_at(path));
  CHECK(ask(path, post("/v1/store/dump", R"({"text":1})")).starts_with("HTTP/1.1 400 "));
  CHECK(ask(path, post("/v1/store/dump", R"({"index":"no"})")).starts_with("HTTP/1.1 400 "));
}

TEST_CASE("requests about the archive that make no sense are refused") {
  TempFolder folder;
  const auto path = folder.path() / "socket";
  RunningService running(managed_at(path));
  for (const std::string body :
       {"", R"({"mailbox":1})", R"({"mailbox":"alice","after":-1})", R"({"mailbox":"alice","after":"1"})",
        R"({"mailbox":"alice","limit":0})", R"({"mailbox":"alice","limit":1001})"})
    CHECK(ask(path, post("/v1/archive/list", body)).starts_with("HTTP/1.1 400 "));
  for (const std::string body : {R"({"mailbox":"alice"})", R"({"mailbox":"alice","number":0})",
                                 R"({"mailbox":"alice","number":2147483648})", R"({"number":1})"}) {
    CHECK(ask(path, post("/v1/archive/entry", body)).starts_with("HTTP/1.1 400 "));
    CHECK(ask(path, post("/v1/archive/content", body)).starts_with("HTTP/1.1 400 "));
  }
  CHECK(ask(path, post("/v1/archive/content", R"({"mailbox":"alice","number":1,"offset":-1})"))
            .starts_with("HTTP/1.1 400 "));
  CHECK(ask(path, post("/v1/archive/list", R"({"mailbox":"nobody"})")).starts_with("HTTP/1.1 404 "));
  CHECK(running.log_text().find("S126") == std::string::npos);
}

TEST_CASE("a service that finds another one at its socket does not start") {
  TempFolder folder;
  const auto path = folder.path() / "socket";
  auto other = ManagementServer::open(path, echo());
  REQUIRE(other.ok());
  const Config config = managed_at(path);
  auto log = Log::open({.file = folder.path() / "log", .standard_error = false});
  REQUIRE(log.ok());
  auto script = std::make_shared<StoreScript>();
  auto started = Service::start(config, **log, [&](const auto&, mstore::Submitter*) {
    return Result<std::unique_ptr<mstore::Store>>(std::make_unique<StoreDouble>(script));
  });
  REQUIRE_FALSE(started.ok());
  CHECK(started.error().status == exit_listen);
}
