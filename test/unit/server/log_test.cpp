#include "log/log.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <set>
#include <thread>

#include "service/log_observer.hpp"
#include "source_folder.hpp"
#include "x400_temp_folder.hpp"

using namespace x400;
using namespace x400::server;

namespace {

std::string checkout() { return test::source_folder().parent_path().string(); }

std::string read_all(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::size_t lines(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

constexpr std::int64_t moment = 1'772'366'400'123;  // 2026-03-01 12:00:00.123

}  // namespace

TEST_CASE("log: a line of text") {
  CHECK(text_line(moment, events::listening, {{"protocol", "p7"}, {"port", 102}, {"open", true}}) ==
        "2026-03-01T12:00:00.123Z info S109 listening protocol=p7 port=102 open=true");
}

TEST_CASE("log: values from peers cannot forge lines or fields") {
  CHECK(text_line(moment, events::listening,
                  {{"a", "x y"}, {"b", ""}, {"c", "q\"\\"}, {"d", "l\n2\xC3\xA9"}}) ==
        R"(2026-03-01T12:00:00.123Z info S109 listening a="x y" b="" c="q\"\\" d="l\x0a2\xc3\xa9")");
}

TEST_CASE("log: a line of JSON") {
  CHECK(json_line(moment, events::listening, {{"port", 102}, {"v", "a\"b\\\n\xC3\xA9"}, {"on", false}}) ==
        "{\"time\":\"2026-03-01T12:00:00.123Z\",\"level\":\"info\",\"id\":\"S109\",\"event\":\"listening\","
        "\"port\":102,"
        "\"v\":\"a\\\"b\\\\\\u000a\xC3\xA9\",\"on\":false}");
}

TEST_CASE("log: JSON stays UTF-8 whatever comes") {
  // Overlong, surrogate, beyond U+10FFFF, cut off, stray continuation: each octet as a Latin-1 character.
  CHECK(json_line(moment, events::listening, {{"v", "\xC0\x80"}}).find("\\u00c0\\u0080") !=
        std::string::npos);
  CHECK(json_line(moment, events::listening, {{"v", "\xED\xA0\x80"}}).find("\\u00ed\\u00a0\\u0080") !=
        std::string::npos);
  CHECK(json_line(moment, events::listening, {{"v", "\xF4\x90\x80\x80"}}).find("\\u00f4\\u0090") !=
        std::string::npos);
  CHECK(json_line(moment, events::listening, {{"v", "\xE2\x82"}}).find("\\u00e2\\u0082") !=
        std::string::npos);
  CHECK(json_line(moment, events::listening, {{"v", "\x80"}}).find("\\u0080") != std::string::npos);
  CHECK(json_line(moment, events::listening, {{"v", "\xF0\x9F\x93\xA7"}}).find("\xF0\x9F\x93\xA7") !=
        std::string::npos);
}

TEST_CASE("log: into a file, levels below the wanted one are left out") {
  const test::TempFolder folder;
  auto log =
      Log::open({.level = Level::warning, .file = folder.path() / "log", .standard_error = false}).value();
  log->write(events::listening);
  log->write(events::shutdown_cut_short);
  const std::string text = folder.read("log");
  CHECK(lines(text) == 1);
  CHECK(text.find("warning S105 shutdown cut short") != std::string::npos);
  const auto mode = std::filesystem::status(folder.path() / "log").permissions();
  CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
}

TEST_CASE("log: reopened after rotation") {
  const test::TempFolder folder;
  auto log = Log::open({.file = folder.path() / "log", .standard_error = false}).value();
  log->write(events::service_ready);
  std::filesystem::rename(folder.path() / "log", folder.path() / "log.1");
  log->write(events::listening);
  REQUIRE(log->reopen().ok());
  log->write(events::service_stopped);
  CHECK(lines(folder.read("log.1")) == 2);
  CHECK(lines(folder.read("log")) == 1);
}

TEST_CASE("log: when it cannot be reopened the old file goes on") {
  const test::TempFolder folder;
  std::filesystem::create_directory(folder.path() / "d");
  auto log = Log::open({.file = folder.path() / "d/log", .standard_error = false}).value();
  std::filesystem::rename(folder.path() / "d", folder.path() / "e");
  const Status status = log->reopen();
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().kind() == ErrorKind::io);
  log->write(events::service_ready);
  CHECK(lines(folder.read("e/log")) == 1);
}

TEST_CASE("log: a file that cannot be opened is an error") {
  const auto log = Log::open({.file = "/nonexistent/folder/log"});
  REQUIRE_FALSE(log.ok());
  CHECK(log.error().kind() == ErrorKind::io);
}

TEST_CASE("log: lines of many threads stay whole") {
  const test::TempFolder folder;
  auto log = Log::open({.file = folder.path() / "log", .standard_error = false}).value();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        log->write(events::listening, {{"t", t}, {"i", i}, {"end", true}});
        if (t == 0 && i % 50 == 0) (void)log->reopen().ok();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::ifstream in(folder.path() / "log");
  std::string line;
  int count = 0;
  while (std::getline(in, line)) {
    ++count;
    CHECK(line.ends_with(" end=true"));
    CHECK(line.starts_with("20"));
  }
  CHECK(count == 800);
}

TEST_CASE("events: ids and names are unique, ids have an area and three digits, texts are there") {
  std::set<std::string_view> ids, names;
  for (const Event& e : all_events()) {
    INFO(e.id);
    CHECK(ids.insert(e.id).second);
    CHECK(names.insert(e.name).second);
    CHECK(e.id.size() == 4);
    CHECK(std::string_view("SABODT").find(e.id[0]) != std::string_view::npos);
    CHECK_FALSE(e.text.empty());
    CHECK(e.paragraph.size() > 20);
    CHECK(e.paragraph.ends_with("."));
  }
  CHECK_FALSE(ids.empty());
}

TEST_CASE("events: docs/events.md is the table") {
  CHECK(read_all(checkout() + "/docs/events.md") == events_document());
}

TEST_CASE("events: each is logged somewhere") {
  std::string sources;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(checkout() + "/server/src"))
    if (entry.path().extension() == ".cpp") sources += read_all(entry.path());
  for (const Event& e : all_events()) {
    INFO(e.name);
    const std::string use = "events::" + std::string(e.name);
    const auto at = sources.find(use);
    CHECK(at != std::string::npos);
  }
}

TEST_CASE("log: what may hold a password is not shown") {
  test::TempFolder folder;
  const auto log = Log::open({.level = Level::debug, .file = folder.path() / "log", .standard_error = false});
  LogObserver observer(**log);
  // An invocation of Change-Credentials in a presentation context, and what of it is no secret.
  const Octets apdu = *from_hex("a11502010502010831 0d a008 1606 736563726574 0500");
  const std::string secret = "736563726574";
  access::RejectNote reject;
  reject.octets = apdu;
  observer.rejected({}, reject);
  access::Ending ending;
  ending.octets = apdu;
  observer.closed({}, ending);
  access::RefusalNote refusal;
  refusal.octets = *from_hex("6010 a208 1606" + secret);
  for (const auto layer : {osi::Layer::presentation, osi::Layer::acse, osi::Layer::rtse, osi::Layer::rose}) {
    refusal.layer = layer;
    observer.refused({}, refusal);
  }
  std::string text = folder.read("log");
  CHECK(lines(text) == 6);
  CHECK(text.find(secret) == std::string::npos);
  CHECK(text.find("octets=a115020105020108310da008...") != std::string::npos);
  // Selectors and the like are.
  refusal.layer = osi::Layer::session;
  refusal.octets = *from_hex("0d020102");
  observer.refused({}, refusal);
  CHECK(folder.read("log").find("octets=0d020102") != std::string::npos);
}
