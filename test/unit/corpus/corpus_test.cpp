#include <catch2/catch.hpp>
#include <set>

#include "corpus/files.hpp"
#include "corpus/maker.hpp"
#include "source_folder.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/content/ats.hpp"
#include "x400/content/edi.hpp"
#include "x400/content/file_transfer.hpp"
#include "x400/content/forwarded.hpp"
#include "x400/content/military.hpp"
#include "x400/content/text_parts.hpp"
#include "x400_temp_folder.hpp"

using namespace x400;
using namespace x400::corpus;
using content::InformationObject;

namespace {

const std::filesystem::path source = test::source_folder() / "corpus";

// One maker for all cases: the large messages are made once.
Maker& maker() {
  static Maker m(source, default_users());
  return m;
}

const Made& made(const std::string& name) {
  const auto m = maker().make(name);
  INFO((m.ok() ? name : m.error().text()));
  REQUIRE(m.ok());
  return **m;
}

std::vector<std::string> names(const std::string& prefix = "") {
  const auto all = maker().names();
  REQUIRE(all.ok());
  std::vector<std::string> out;
  for (const std::string& n : *all)
    if (n.compare(0, prefix.size(), prefix) == 0) out.push_back(n);
  return out;
}

Status make_from(const test::TempFolder& folder, const std::string& name) {
  Maker m(folder.path(), default_users());
  const auto r = m.make(name);
  if (!r.ok()) return r.error();
  return Ok{};
}

}  // namespace

TEST_CASE("every content is what its envelope says") {
  for (const std::string& name : names()) {
    INFO(name);
    const Made& m = made(name);
    CHECK(m.envelope.content_size == m.content.size());
    CHECK(m.envelope.content_file.empty() == m.content.empty());
    CHECK_FALSE(m.envelope.about.empty());
    CHECK_FALSE(m.envelope.recipients.empty());
    if (m.content.empty() || m.envelope.content_type == "35") continue;
    const auto object = InformationObject::read(m.content);
    REQUIRE(object.ok());
    CHECK(object->check().ok());
    if (object->ipm() == nullptr) continue;
    for (const auto& part : object->ipm()->body) CHECK(part.broken == "");
    CHECK_FALSE(m.envelope.eits.empty());
  }
}

TEST_CASE("identifiers are unique and fit an MTS identifier") {
  std::set<std::string> seen;
  for (const std::string& name : names()) {
    CHECK(made(name).envelope.identifier.size() <= 32);
    CHECK(seen.insert(made(name).envelope.identifier).second);
  }
}

TEST_CASE("a second run makes the same octets") {
  Maker again(source, default_users());
  for (const std::string& name : names()) {
    INFO(name);
    const auto m = again.make(name);
    REQUIRE(m.ok());
    CHECK(equal((*m)->content, made(name).content));
    CHECK(write_envelope((*m)->envelope) == write_envelope(made(name).envelope));
  }
}

TEST_CASE("the octets are those of the manifest, on every machine") {
  const auto wanted = read_file(source / "MANIFEST.sha256");
  REQUIRE(wanted.ok());
  const auto have = manifest(maker());
  REQUIRE(have.ok());
  CHECK(*have == chars(*wanted));
}

TEST_CASE("an envelope is read back as it was written") {
  const test::TempFolder folder;
  for (const std::string& name : names()) {
    INFO(name);
    const Made& m = made(name);
    const std::string text = write_envelope(m.envelope);
    folder.write(name + ".toml", text);
    const auto read = read_envelope(folder.path() / (name + ".toml"));
    REQUIRE(read.ok());
    CHECK(write_envelope(*read) == text);
    CHECK(read->delivered == m.envelope.delivered);
    CHECK(read->qualifier_high == m.envelope.qualifier_high);
  }
  const Made& plain = made("text-plain");
  REQUIRE(write_file(folder.path() / "text-plain.content", plain.content).ok());
  CHECK(equal(*read_content(folder.path(), plain.envelope), plain.content));
  REQUIRE(write_file(folder.path() / "text-plain.content", View(plain.content).first(9)).ok());
  CHECK(read_content(folder.path(), plain.envelope).error().kind() == ErrorKind::corrupt);
  CHECK(read_envelope(folder.path() / "none.toml").error().kind() == ErrorKind::not_found);
}

TEST_CASE("ATS messages at five priorities") {
  std::set<std::string> letters;
  for (const std::string& name : names("ats-")) {
    const Made& m = made(name);
    const auto object = InformationObject::read(m.content);
    const auto body = content::text(object->ipm()->body.at(0));
    REQUIRE(body.ok());
    const auto ats = content::parse_ats_header(*body);
    REQUIRE(ats.has_value());
    const auto& info = content::info(ats->header.priority);
    letters.insert(std::string(info.letters));
    CHECK(m.envelope.priority == info.mts_priority);
    CHECK(m.envelope.content_type == "22");
  }
  CHECK(letters == std::set<std::string>{"SS", "DD", "FF", "GG", "KK"});
}

TEST_CASE("military orders at six precedences") {
  std::set<std::int64_t> codes;
  for (const std::string& name : names("p772-")) {
    const Made& m = made(name);
    CHECK(m.envelope.content_type == "1.3.26.0.4406.0.4.1");
    const auto object = InformationObject::read(m.content);
    const auto heading = content::read_military_heading(object->ipm()->heading.extensions());
    REQUIRE(heading.ok());
    const auto* info = content::precedence_info(*heading->primary_precedence);
    REQUIRE(info != nullptr);
    codes.insert(*heading->primary_precedence);
    CHECK(m.envelope.priority == info->priority);
    CHECK(m.envelope.qualifier_high == info->qualifier_high);
  }
  CHECK(codes == std::set<std::int64_t>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("attachments are the files themselves") {
  for (const std::string& name : names("file-")) {
    INFO(name);
    const Made& m = made(name);
    const auto object = InformationObject::read(m.content);
    const auto file = content::read_file_transfer(object->ipm()->body.at(1));
    REQUIRE(file.ok());
    if (name == "file-20mb") {
      CHECK(file->primary().size() == 20 * 1024 * 1024);
      CHECK(m.envelope.from_package.empty());
      continue;
    }
    const std::string& from = m.envelope.from_package;
    const auto original = read_file(from.substr(from.find(' ') + 1));
    REQUIRE(original.ok());
    CHECK(equal(file->primary(), *original));
  }
}

TEST_CASE("a forwarded message in a forwarded message, each octet for octet") {
  const auto object = InformationObject::read(made("forward-twice").content);
  const auto all = content::forwarded_messages(*object->ipm());
  REQUIRE(all.size() == 2);
  CHECK(equal(all[0].content.encoded(), made("forward-once").content));
  CHECK(equal(all[1].content.encoded(), made("ats-gg-metar").content));
  CHECK(all[1].parent == 0);
  CHECK(all[1].delivery_time.has_value());
  CHECK(all[1].delivery_envelope.has_value());
}

TEST_CASE("accents, EDIFACT, three hundred recipients, a receipt") {
  const auto t61 = InformationObject::read(made("text-t61").content);
  CHECK(content::text(t61->ipm()->body.at(0))->find("Béatrice") != std::string::npos);
  const auto general = InformationObject::read(made("text-general").content);
  CHECK(content::character_sets(general->ipm()->body.at(0)).ok());
  CHECK(content::text(general->ipm()->body.at(0))->find("12 °C") != std::string::npos);
  const auto edim = content::read_edim(made("edi-orders").content);
  REQUIRE(edim.ok());
  CHECK(edim->message_types == std::vector<std::string>{"ORDERS"});
  CHECK(made("many-recipients").envelope.recipients.size() == 300);
  CHECK(InformationObject::read(made("receipt-plain").content)->entry_type() == 1);
}

TEST_CASE("reports of both kinds, one with the content returned") {
  const Made& delivered = made("report-delivered");
  CHECK(delivered.envelope.kind == Envelope::Kind::report);
  CHECK(delivered.envelope.reported.at(0).delivered.has_value());
  CHECK(delivered.envelope.subject == made("text-plain").envelope.identifier);
  const Made& failed = made("report-failed");
  CHECK_FALSE(failed.envelope.reported.at(0).delivered.has_value());
  CHECK(failed.envelope.reported.at(0).reason == 1);
  CHECK(failed.content.empty());
  CHECK(equal(made("report-returned").content, made("forward-once").content));
  CHECK(made("report-mixed").envelope.reported.size() == 2);
}

TEST_CASE("the users can be others") {
  Users users = default_users();
  users["alice"] = *asn1::parse_or_address("C=YY;ADMD=OTHER;S=Someone");
  Maker other(source, users);
  const auto m = other.make("text-plain");
  REQUIRE(m.ok());
  CHECK(asn1::print_f401((*m)->envelope.originator) == "S=Someone; A=OTHER; C=YY");
  CHECK_FALSE(equal((*m)->content, made("text-plain").content));
}

TEST_CASE("mistakes in descriptions are named") {
  const test::TempFolder folder;
  const std::string head = "kind = \"ipm\"\nfrom = \"alice\"\nto = [\"bob\"]\ntime = 2026-01-15T10:00:00Z\n";
  const auto text_of = [&](const std::string& description) {
    folder.write("x.toml", description);
    const auto status = make_from(folder, "x");
    REQUIRE_FALSE(status.ok());
    return status.error().text();
  };
  const auto has = [](const std::string& text, const char* what) {
    return text.find(what) != std::string::npos;
  };
  CHECK(has(text_of(head + "colour = \"red\"\n"), "line 5: unknown key colour"));
  CHECK(has(text_of("kind = 7\n" + head.substr(head.find('\n') + 1)), "kind"));
  CHECK(has(text_of("kind = \"ipm\"\n"), "time"));
  CHECK(has(text_of(head + "[[part]]\ntype = \"odour\"\n"), "odour"));
  CHECK(has(text_of(head + "[[part]]\ntype = \"message\"\nmessage = \"x\"\n"), "depends on itself"));
  CHECK(has(text_of(head + "[[part]]\ntype = \"file\"\npath = \"/no/such\"\npackage = \"nosuch\"\n"),
            "nosuch"));
  CHECK(has(text_of("kind = \"ipm\"\nfrom = \"zoe\"\nto = []\ntime = 2026-01-15T10:00:00Z\n"), "zoe"));
  CHECK(has(text_of("= broken"), "x.toml:1"));
}
