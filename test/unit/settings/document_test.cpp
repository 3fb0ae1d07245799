#include "x400/settings/document.hpp"

#include <catch2/catch.hpp>

#include "x400_temp_folder.hpp"

using namespace x400;
using namespace x400::settings;
using Catch::Contains;

namespace {

Document parsed(std::string_view text) {
  auto document = Document::parse(text, "/etc/test.toml");
  REQUIRE(document.ok());
  return *document;
}

std::string faults_of(const Document& document) {
  const Status status = document.finish();
  return status.ok() ? std::string() : status.error().text();
}

}  // namespace

TEST_CASE("document: values of every type come back, nothing is left over") {
  Document d = parsed(R"(
name = "a"
count = 7
on = true
wait = "10 s"
room = "64 KiB"
list = ["x", "y"]
[one]
k = "v"
[[many]]
n = 1
[[many]]
n = 2
)");
  Table t = d.root();
  CHECK(t.text("name") == "a");
  CHECK(t.integer("count") == 7);
  CHECK(t.boolean("on") == true);
  CHECK(t.duration("wait") == std::chrono::seconds(10));
  CHECK(t.size("room") == 65536u);
  CHECK(t.texts("list") == std::vector<std::string>{"x", "y"});
  CHECK(t.table("one")->text("k") == "v");
  auto many = t.tables("many");
  REQUIRE(many.size() == 2);
  CHECK(many[0].integer("n") == 1);
  CHECK(many[1].integer("n") == 2);
  CHECK(faults_of(d).empty());
}

TEST_CASE("document: absent keys give nothing and are no fault") {
  Document d = parsed("");
  Table t = d.root();
  CHECK_FALSE(t.text("a"));
  CHECK_FALSE(t.integer("b"));
  CHECK_FALSE(t.boolean("c"));
  CHECK_FALSE(t.duration("d"));
  CHECK_FALSE(t.size("e"));
  CHECK_FALSE(t.choice("f", {"x"}));
  CHECK(t.texts("g").empty());
  CHECK_FALSE(t.table("h"));
  CHECK(t.tables("i").empty());
  CHECK_FALSE(t.path("j"));
  CHECK(faults_of(d).empty());
}

TEST_CASE("document: an unknown key is a fault with its place and the nearest known key") {
  Document d = parsed("[log]\nlevle = \"info\"\n");
  auto log = d.root().table("log");
  REQUIRE(log);
  CHECK_FALSE(log->text("level"));
  CHECK(faults_of(d) == "/etc/test.toml:2:1: unknown key \"levle\" in [log]; is \"level\" meant?");
}

TEST_CASE("document: an unknown key far from all names those known") {
  Document d = parsed("zebra = 1\n");
  Table t = d.root();
  CHECK_FALSE(t.text("store"));
  CHECK(faults_of(d) ==
        "/etc/test.toml:1:1: unknown key \"zebra\" at the top; remove it, known here are: store");
}

TEST_CASE("document: an unknown table is reported once, not key by key") {
  Document d = parsed("[nothing]\na = 1\nb = 2\n");
  (void)d.root();
  CHECK(d.faults().size() == 1);
}

TEST_CASE("document: wrong types are faults that say what to write") {
  Document d = parsed("a = 1\nb = \"x\"\nc = \"yes\"\nd = 10\ne = 5\nf = \"x\"\n[g]\n[[h]]\n");
  Table t = d.root();
  CHECK_FALSE(t.text("a"));
  CHECK_FALSE(t.integer("b"));
  CHECK_FALSE(t.boolean("c"));
  CHECK_FALSE(t.duration("d"));
  CHECK_FALSE(t.size("e"));
  CHECK(t.texts("f").empty());
  CHECK(t.tables("g").empty());
  CHECK_FALSE(t.table("h"));
  const std::string text = faults_of(d);
  CHECK_THAT(text, Contains("test.toml:1:5: a must be a text in quotes, not a whole number"));
  CHECK_THAT(text, Contains("test.toml:2:5: b must be a whole number, not a text"));
  CHECK_THAT(text, Contains("test.toml:3:5: c must be true or false, not a text"));
  CHECK_THAT(text, Contains("d needs a unit; write for instance d = \"10 s\""));
  CHECK_THAT(text, Contains("e needs a unit"));
  CHECK_THAT(text, Contains("f must be a list of texts"));
  CHECK_THAT(text, Contains("write [[g]], in double brackets"));
  CHECK_THAT(text, Contains("write [h] once, not [[h]]"));
}

TEST_CASE("document: numbers and words out of range") {
  Document d = parsed("a = 0\nb = 9\nc = \"loud\"\nd = \"3 weeks\"\ne = \"9999999999 TiB\"\nf = \"-1 s\"\n");
  Table t = d.root();
  CHECK_FALSE(t.integer("a", 1));
  CHECK_FALSE(t.integer("b", 1, 8));
  CHECK_FALSE(t.choice("c", {"info", "debug"}));
  CHECK_FALSE(t.duration("d"));
  CHECK_FALSE(t.size("e"));
  CHECK_FALSE(t.duration("f"));
  CHECK(d.faults().size() == 6);
  CHECK_THAT(faults_of(d), Contains("a is 0; it must be at least 1"));
  CHECK_THAT(faults_of(d), Contains("b is 9; it must be at least 1 and at most 8"));
  CHECK_THAT(faults_of(d), Contains("c is \"loud\"; it must be one of \"info\", \"debug\""));
  CHECK_THAT(faults_of(d), Contains("\"3 weeks\" is not a whole number with a unit"));
}

TEST_CASE("document: required keys") {
  Document d = parsed("[store]\nempty = \"\"\nlist = []\n");
  auto store = d.root().table("store");
  REQUIRE(store);
  CHECK(store->required_text("id", "id = \"alice\"").empty());
  CHECK(store->required_text("empty", "empty = \"x\"").empty());
  CHECK(store->required_texts("list", "list = [\"x\"]").empty());
  CHECK(store->required_texts("none", "none = [\"x\"]").empty());
  const std::string text = faults_of(d);
  CHECK_THAT(text, Contains("id is missing in [store]; write id = \"alice\""));
  CHECK_THAT(text, Contains("empty is empty; write empty = \"x\""));
  CHECK_THAT(text, Contains("list is an empty list; write list = [\"x\"]"));
  CHECK_THAT(text, Contains("none is missing in [store]"));
}

TEST_CASE("document: faults come in the order of the file") {
  Document d = parsed("zz = 1\nb = 1\n");
  Table t = d.root();
  CHECK_FALSE(t.text("b"));
  const auto faults = d.faults();
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].place.line == 1);
  CHECK(faults[1].place.line == 2);
}

TEST_CASE("document: paths are relative to the file, whatever the working folder is") {
  Document d = parsed("a = \"secrets/x\"\nb = \"/abs/y\"\nc = \"../up\"\n");
  Table t = d.root();
  CHECK(t.path("a") == std::filesystem::path("/etc/secrets/x"));
  CHECK(t.path("b") == std::filesystem::path("/abs/y"));
  CHECK(t.path("c") == std::filesystem::path("/up"));
}

TEST_CASE("document: what is not TOML is refused with its place") {
  const auto broken = Document::parse("a = 1\nb = \n", "/etc/test.toml");
  REQUIRE_FALSE(broken.ok());
  CHECK(broken.error().kind() == ErrorKind::malformed);
  CHECK_THAT(broken.error().text(), Contains("/etc/test.toml:2:"));
  const auto twice = Document::parse("a = 1\na = 2\n", "/etc/test.toml");
  REQUIRE_FALSE(twice.ok());
  CHECK_THAT(twice.error().text(), Contains("/etc/test.toml:2:"));
}

TEST_CASE("document: files") {
  const test::TempFolder folder;
  const auto file = folder.write("a.toml", "x = 1\n");
  auto document = Document::read(file);
  REQUIRE(document.ok());
  CHECK(document->root().integer("x") == 1);
  CHECK(document->folder() == folder.path());
  const auto absent = Document::read(folder.path() / "none.toml");
  REQUIRE_FALSE(absent.ok());
  CHECK(absent.error().kind() == ErrorKind::io);
  CHECK_THAT(absent.error().text(), Contains("none.toml: No such file"));
  CHECK_FALSE(Document::read(folder.path()).ok());
}
