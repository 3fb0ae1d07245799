// docs/formats.md tells the truth: its example is read, and written again, by the code.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "log/bodies.hpp"
#include "log/crc32c.hpp"
#include "log/scan.hpp"
#include "mstore/memory_env.hpp"
#include "source_folder.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::storage;

namespace {

// The octets of the ```hex block: an offset, sixteen octets at most, words.
Octets example() {
  std::ifstream file(x400::test::source_folder().parent_path() / "docs" / "formats.md");
  std::string line;
  while (std::getline(file, line) && line != "```hex") {
  }
  Octets octets;
  while (std::getline(file, line) && line != "```") {
    if (line.empty()) continue;
    const std::size_t offset = std::stoul(line.substr(0, 6), nullptr, 16);
    auto row = from_hex(line.substr(8, 47));
    REQUIRE(row.ok());
    octets.resize(offset);
    append(octets, *row);
  }
  return octets;
}

}  // namespace

TEST_CASE("the example of docs/formats.md is what it says") {
  const Octets octets = example();
  REQUIRE(octets.size() == 0x1128);
  const auto header = decode_segment_header(octets);
  REQUIRE(header.ok());
  CHECK(header->segment == 1);
  CHECK(header->epoch == 1);
  CHECK(header->created == 1767225600000);
  CHECK(encode(*header) == Octets(octets.begin(), octets.begin() + segment_header_size));

  mstore::test::MemoryEnv env;
  env.set_octets("/segment", octets);
  const auto file = env.open("/segment", OpenMode::read);
  ScanRange range;
  range.from = {1, segment_header_size, 0};
  range.to = octets.size();
  int batches = 0;
  const auto scan = scan_segment(**file, *header, range, [&](const ScannedBatch& batch) -> Status {
    ++batches;
    REQUIRE(batch.records.size() == 2);
    const ScannedRecord& made = batch.records[0];
    CHECK(made.header.type == RecordType::mailbox);
    CHECK(chars(decode_mailbox(made.body)->id) == "alice");
    const ScannedRecord& entry = batch.records[1];
    CHECK(entry.header.number == 1);
    CHECK(entry.header.lsn == make_lsn(1, 2));
    CHECK(entry.header.content_size == 5);
    CHECK(entry.header.block_crcs.at(0) == crc32c(view("hello")));
    const auto body = decode_entry(entry.body);
    REQUIRE(body.ok());
    CHECK(body->priority == 2);
    CHECK(body->size == 5);
    CHECK(chars(body->attributes) == "ATTR");
    CHECK(equal(encode(*body), entry.body));
    Octets again(entry.header.header_size());
    encode(entry.header, header->salt, again.data());
    CHECK(equal(again, View(octets).subspan(entry.offset, again.size())));
    return Ok{};
  });
  REQUIRE(scan.ok());
  CHECK(batches == 1);
  CHECK(scan->damage.empty());
  CHECK_FALSE(scan->torn_to);
  CHECK(scan->end == LogPosition{1, octets.size(), make_lsn(1, 2)});
}
