// Catalogues: what a segment's catalogue says is what the segment holds, and without one nothing is lost.
#include "log/catalogue.hpp"

#include <catch2/catch.hpp>

#include "log/bodies.hpp"
#include "log/crc32c.hpp"
#include "log/log.hpp"
#include "mstore/memory_env.hpp"
#include "space/cataloguer.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::storage;
using x400::mstore::test::FaultEnv;
using x400::mstore::test::MemoryEnv;

namespace {

const LogFolders folders{"/log", "/torn"};

struct NoSink final : BatchSink {
  void wait_room() override {}
  void take(std::shared_ptr<const SyncedBatch>) override {}
};

LogRecord record(RecordType type, MailboxNumber mailbox, SequenceNumber number, Octets body,
                 std::size_t content_size = 0) {
  LogRecord r;
  r.header.type = type;
  r.header.mailbox = mailbox;
  r.header.number = number;
  r.header.time = 1000 + number;
  r.body = std::move(body);
  r.header.body_size = static_cast<std::uint32_t>(r.body.size());
  r.header.body_crc = crc32c(r.body);
  auto content = std::make_shared<Octets>(content_size, static_cast<std::uint8_t>(number));
  r.content = *content;
  r.owner = content;
  describe_content(r.header, r.content);
  return r;
}

// One of each type, and an entry of this number that takes the room.
std::vector<LogRecord> records(SequenceNumber number) {
  std::vector<LogRecord> out;
  out.push_back(record(RecordType::mailbox, 3, 0, encode(MailboxBody{view("carol"), view("p")})));
  EntryBody entry;
  entry.priority = 2;
  entry.size = 150'000;
  entry.duplicate_key = view("key");
  entry.list_attributes = view("list");
  entry.variable = view("variable");
  entry.attributes = view("attributes that only a reader wants");
  out.push_back(record(RecordType::entry, 3, number, encode(entry), 150'000));
  out.push_back(record(RecordType::status, 3, 0,
                       encode(StatusBody{EntryBase::stored, RetrievalStatus::listed, false, {{1, number}}})));
  RemoveBody remove;
  remove.entries.push_back({number, 0, 5, to_octets("key")});
  out.push_back(record(RecordType::remove, 4, 0, encode(remove)));
  ModifyBody modify;
  modify.variable = view("other");
  out.push_back(record(RecordType::modify, 3, number, encode(modify)));
  ItemBody item;
  item.kind = 1;
  item.key = view("k");
  item.value = view("v");
  out.push_back(record(RecordType::item, 3, 0, encode(item)));
  out.push_back(record(RecordType::event, 3, 0, encode(EventBody{7, view("told")})));
  out.push_back(record(RecordType::counter, 5, 0, encode(CounterBody{77, 4444})));
  return out;
}

backend::Options options() {
  backend::Options o;
  o.segment_size = 1u << 20;
  o.fill_ahead = 0;
  return o;
}

RecoveredLog recover(Env& env) {
  auto recovered = recover_log(env, folders, StoreId{}, {});
  INFO((recovered.ok() ? "" : recovered.error().text()));
  REQUIRE(recovered.ok());
  return std::move(*recovered);
}

// Three segments, the last as a crash leaves it.
std::unique_ptr<MemoryEnv> make() {
  MemoryEnv env;
  REQUIRE(env.make_folder("/log").ok());
  NoSink sink;
  auto log = Log::start(env, folders, StoreId{}, options(), recover(env), sink);
  REQUIRE(log.ok());
  for (SequenceNumber n = 1; n <= 15; ++n) {
    const auto ticket = std::make_shared<Log::Ticket>();
    REQUIRE((*log)->enqueue(records(n), Log::Wait::lead, nullptr, ticket).ok());
    (*log)->settle(*ticket);
  }
  REQUIRE((*log)->segments().all().size() == 3);
  return env.kill();
}

int write_all(Segments& segments) {
  space::Cataloguer cataloguer(segments);
  for (int written = 0;; ++written) {
    const auto step = cataloguer.step();
    INFO((step.ok() ? "" : step.error().text()));
    REQUIRE(step.ok());
    if (!*step) return written;
  }
}

SegmentContents contents(Segments& segments, std::uint32_t number) {
  const Segment segment = *segments.find(number);
  auto opened = segments.open(number, segment.header.generation);
  REQUIRE(opened.ok());
  auto read = read_contents(*opened->file, segment);
  REQUIRE(read.ok());
  return std::move(*read);
}

void check_same(const SegmentContents& from_catalogue, const SegmentContents& from_scan) {
  CHECK_FALSE(from_catalogue.scanned);
  CHECK(from_scan.scanned);
  std::size_t at = 0;
  for (const CatalogueRecord& s : from_scan.catalogue.records) {
    REQUIRE(at < from_catalogue.catalogue.records.size());
    const CatalogueRecord& c = from_catalogue.catalogue.records[at++];
    CHECK(c.header.type == s.header.type);
    CHECK(c.header.lsn == s.header.lsn);
    CHECK(c.header.time == s.header.time);
    CHECK(c.header.mailbox == s.header.mailbox);
    CHECK(c.header.number == s.header.number);
    CHECK(c.header.flags == s.header.flags);
    CHECK(c.header.record_size() == s.header.record_size());
    CHECK(c.header.header_size() == s.header.header_size());
    CHECK(c.offset == s.offset);
    if (s.header.type == RecordType::event) {
      CHECK(c.body.empty());
      continue;
    }
    if (s.header.type != RecordType::entry) {
      CHECK(equal(c.body, s.body));
      continue;
    }
    auto whole = decode_entry(s.body);
    auto kept = decode_entry(c.body);
    REQUIRE((whole.ok() && kept.ok()));
    CHECK(kept->attributes.empty());
    whole->attributes = {};
    CHECK(encode(*whole) == encode(*kept));
  }
  CHECK(at == from_catalogue.catalogue.records.size());
  REQUIRE(from_catalogue.catalogue.mailboxes.size() == from_scan.catalogue.mailboxes.size());
  for (const auto& [number, m] : from_scan.catalogue.mailboxes) {
    CHECK(from_catalogue.catalogue.mailboxes.at(number).next == m.next);
    CHECK(from_catalogue.catalogue.mailboxes.at(number).last_time == m.last_time);
  }
}

}  // namespace

TEST_CASE("sealed segments get catalogues that say what the segments hold, also those a crash left") {
  const auto env = make();
  const auto bare = env->kill();
  RecoveredLog recovered = recover(*env);
  CHECK(write_all(*recovered.segments) == 3);
  CHECK(write_all(*recovered.segments) == 0);
  RecoveredLog without = recover(*bare);
  for (std::uint32_t n = 1; n <= 3; ++n)
    check_same(contents(*recovered.segments, n), contents(*without.segments, n));
  CHECK(contents(*recovered.segments, 1).catalogue.mailboxes.at(5).next == 77);

  // The next opening finds them, and the log where it ended before.
  for (int round = 0; round < 2; ++round) {
    RecoveredLog again = recover(*env);
    CHECK(again.findings.empty());
    CHECK(again.end == recovered.end);
    CHECK(write_all(*again.segments) == 0);
    CHECK_FALSE(contents(*again.segments, 3).scanned);
  }
}

TEST_CASE("a catalogue that is damaged or cut costs only the scan") {
  const auto env = make();
  RecoveredLog recovered = recover(*env);
  write_all(*recovered.segments);
  const Segment first = recovered.segments->all().front();
  const Path path = recovered.segments->path(first.header);
  const Octets whole = env->octets(path);
  const auto expected = contents(*recovered.segments, 1).catalogue.mailboxes.at(3).next;
  for (std::size_t at = first.end; at < whole.size(); at += 13) {
    const bool cut = at % 2 == 0;
    INFO((cut ? "cut at " : "flipped at ") << at - first.end);
    auto copy = env->kill();
    Octets octets = whole;
    if (cut)
      octets.resize(at);
    else
      octets[at] ^= 0x10;
    copy->set_octets(path, octets);
    RecoveredLog again = recover(*copy);
    CHECK(again.findings.empty());
    const SegmentContents read = contents(*again.segments, 1);
    CHECK(read.catalogue.mailboxes.at(3).next == expected);
    CHECK(read.damage.empty());
    if (whole[at] != 0) CHECK(read.scanned);
  }
}

TEST_CASE("a damaged segment gets no catalogue: a rebuild must see the damage") {
  const auto env = make();
  Octets octets = env->octets("/log/00000001.0000");
  octets[segment_header_size + 5000] ^= 1;
  env->set_octets("/log/00000001.0000", octets);
  RecoveredLog recovered = recover(*env);
  write_all(*recovered.segments);
  const SegmentContents read = contents(*recovered.segments, 1);
  CHECK(read.scanned);
  CHECK_FALSE(read.damage.empty());
  CHECK_FALSE(contents(*recovered.segments, 2).scanned);
}

TEST_CASE("a catalogue that cannot be written leaves the log as it was") {
  const auto memory = make();
  FaultEnv env(*memory);
  for (int n = 1;; ++n) {
    INFO("call " << n);
    bool reached = true;
    {
      RecoveredLog recovered = recover(env);
      NoSink sink;  // as a store does it: the last segment has a successor before it gets its catalogue
      auto log = Log::start(env, folders, StoreId{}, options(), recovered, sink);
      REQUIRE(log.ok());
      space::Cataloguer cataloguer(*recovered.segments);
      env.fail(n, Error(ErrorKind::unavailable, "no room"));
      auto step = cataloguer.step();
      while (step.ok() && *step) step = cataloguer.step();
      reached = env.calls() >= n;
      env.heal();
      CHECK(step.ok() == !reached);
    }
    if (!reached) break;
    RecoveredLog again = recover(env);
    CHECK(again.findings.empty());
    CHECK(contents(*again.segments, 1).catalogue.records.size() >= 40);
  }
}
