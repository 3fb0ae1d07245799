// Torn tails and damage, at the level of the log: what is taken, what is told.
#include "log/recovery.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "log/bodies.hpp"
#include "log/crc32c.hpp"
#include "log/log.hpp"
#include "mstore/memory_env.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::storage;
using x400::mstore::backend::Finding;
using x400::mstore::backend::Options;
using x400::mstore::test::FaultEnv;
using x400::mstore::test::MemoryEnv;

namespace {

const LogFolders folders{"/log", "/torn"};

struct Collector final : BatchSink {
  void wait_room() override {}
  void take(std::shared_ptr<const SyncedBatch> batch) override { batches.push_back(std::move(batch)); }
  std::vector<std::shared_ptr<const SyncedBatch>> batches;
};

Options options() {
  Options o;
  o.segment_size = 1u << 20;
  o.fill_ahead = 0;
  return o;
}

LogRecord record(SequenceNumber number, std::size_t content_size) {
  LogRecord r;
  r.header.type = RecordType::event;
  r.header.mailbox = 7;
  r.header.number = number;
  r.body = encode(EventBody{1, view("event " + std::to_string(number))});
  r.header.body_size = static_cast<std::uint32_t>(r.body.size());
  r.header.body_crc = crc32c(r.body);
  auto content = std::make_shared<Octets>(content_size, static_cast<std::uint8_t>(number));
  r.content = *content;
  r.owner = content;
  describe_content(r.header, r.content);
  return r;
}

Status append(Log& log, std::vector<LogRecord> records) {
  Status result = Error(ErrorKind::internal, "not told");
  const auto ticket = std::make_shared<Log::Ticket>();
  auto queued = log.enqueue(
      std::move(records), Log::Wait::lead, [&](const Status& s) { result = s; }, ticket);
  if (!queued.ok()) return queued.error();
  log.settle(*ticket);
  return result;
}

std::unique_ptr<Log> start(Env& env, Collector& sink, const RecoveredLog& recovered) {
  auto log = Log::start(env, folders, StoreId{}, options(), recovered, sink);
  INFO((log.ok() ? "" : log.error().text()));
  REQUIRE(log.ok());
  return std::move(*log);
}

RecoveredLog recover(Env& env, std::vector<LogPosition> known = {}) {
  auto recovered = recover_log(env, folders, StoreId{}, known);
  INFO((recovered.ok() ? "" : recovered.error().text()));
  REQUIRE(recovered.ok());
  return std::move(*recovered);
}

struct Replayed {
  std::vector<SequenceNumber> numbers;  // with good bodies
  std::vector<std::string> damage;
  std::uint64_t lost = 0;
};

Replayed replay(RecoveredLog& recovered) {
  Replayed out;
  auto lost = replay_log(
      *recovered.segments, LogPosition{}, recovered.end,
      [&](const ScannedBatch& batch) -> Status {
        for (const ScannedRecord& r : batch.records)
          if (r.body_good) out.numbers.push_back(r.header.number);
        return Ok{};
      },
      out.damage);
  REQUIRE(lost.ok());
  out.lost = *lost;
  return out;
}

// A log of batches with these numbers of records, as a killed process leaves it.
struct Made {
  std::unique_ptr<MemoryEnv> env;
  std::vector<LogPosition> ends;  // behind each batch
  Path segment;
};

Made make(const std::vector<int>& batches, std::size_t content_size = 100) {
  MemoryEnv env;
  REQUIRE(env.make_folder("/log").ok());
  Collector sink;
  Made made;
  {
    const RecoveredLog empty = recover(env);
    auto log = start(env, sink, empty);
    SequenceNumber number = 1;
    for (const int count : batches) {
      std::vector<LogRecord> records;
      for (int i = 0; i < count; ++i) records.push_back(record(number++, content_size));
      REQUIRE(append(*log, std::move(records)).ok());
      made.ends.push_back(log->end());
    }
    made.env = env.kill();
  }
  made.segment = "/log/00000001.0000";
  return made;
}

std::vector<SequenceNumber> up_to(SequenceNumber n) {
  std::vector<SequenceNumber> out;
  for (SequenceNumber i = 1; i <= n; ++i) out.push_back(i);
  return out;
}

// Recovers, appends one more batch and recovers again: nothing may change for what is there.
void check_goes_on(MemoryEnv& env, std::vector<SequenceNumber> expected) {
  {
    Collector sink;
    const RecoveredLog recovered = recover(env);
    auto log = start(env, sink, recovered);
    REQUIRE(append(*log, {record(900, 10)}).ok());
  }
  expected.push_back(900);
  for (int round = 0; round < 2; ++round) {
    RecoveredLog again = recover(env);
    CHECK(again.findings.empty());
    const Replayed replayed = replay(again);
    CHECK(replayed.numbers == expected);
    CHECK(replayed.damage.empty());
  }
}

}  // namespace

TEST_CASE("an ended log is found as it was written, by any number of openers") {
  const Made made = make({1, 3, 2});
  for (int round = 0; round < 3; ++round) {
    RecoveredLog recovered = recover(*made.env);
    CHECK(recovered.findings.empty());
    CHECK(recovered.end == made.ends.back());
    CHECK(replay(recovered).numbers == up_to(6));
  }
  check_goes_on(*made.env, up_to(6));
}

TEST_CASE("a torn tail: the last batch cut at every octet is dropped, kept apart, and never damage") {
  const Made made = make({2, 1, 2});
  const Octets whole = made.env->octets(made.segment);
  const std::size_t begin = made.ends[1].offset;
  const std::size_t end = made.ends[2].offset;
  std::size_t last_used = end;  // padding behind the last octet that counts
  while (whole[last_used - 1] == 0) --last_used;
  for (std::size_t cut = begin; cut < last_used; ++cut)
    for (const bool zeroes : {false, true}) {
      INFO("cut at " << cut - begin << (zeroes ? ", zeroes behind" : ", file ends"));
      Octets torn(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut));
      if (zeroes) torn.resize(whole.size() + 1000);
      auto env = made.env->kill();
      env->set_octets(made.segment, torn);
      RecoveredLog recovered = recover(*env);
      CHECK(recovered.end == made.ends[1]);
      const bool visible = std::any_of(torn.begin() + static_cast<std::ptrdiff_t>(begin), torn.end(),
                                       [](std::uint8_t o) { return o != 0; });
      if (visible) {
        REQUIRE(recovered.findings.size() == 1);
        CHECK(recovered.findings[0].kind == Finding::Kind::torn_tail);
        CHECK(env->list("/torn")->size() == 1);
      } else {
        CHECK(recovered.findings.empty());
      }
      const Replayed replayed = replay(recovered);
      CHECK(replayed.numbers == up_to(3));
      CHECK(replayed.damage.empty());
      if (cut % 64 == 0) check_goes_on(*env, up_to(3));
    }
}

TEST_CASE("the same octets below a recorded position are damage") {
  const Made made = make({2, 1, 2});
  Octets octets = made.env->octets(made.segment);
  octets[made.ends[1].offset + 3] ^= 1;  // header of the last batch
  made.env->set_octets(made.segment, octets);
  auto copy = made.env->kill();
  RecoveredLog as_tail = recover(*copy);
  CHECK(as_tail.findings.at(0).kind == Finding::Kind::torn_tail);
  RecoveredLog as_damage = recover(*made.env, {made.ends[2]});
  CHECK(as_damage.findings.empty());
  const Replayed replayed = replay(as_damage);
  CHECK_FALSE(replayed.damage.empty());
  CHECK(replayed.numbers == up_to(5));  // its records are known by their own headers
}

TEST_CASE("damage in the middle: every flipped octet is noticed, named, and costs one record at most") {
  const Made made = make({1, 2, 1});
  const Octets whole = made.env->octets(made.segment);
  for (std::size_t at = made.ends[0].offset; at < made.ends[1].offset; ++at) {
    INFO("octet " << at - made.ends[0].offset);
    auto env = made.env->kill();
    Octets octets = whole;
    octets[at] ^= 0x04;
    env->set_octets(made.segment, octets);
    RecoveredLog recovered = recover(*env);
    CHECK(recovered.findings.empty());
    CHECK(recovered.end == made.ends[2]);
    const Replayed replayed = replay(recovered);
    const std::set<SequenceNumber> found(replayed.numbers.begin(), replayed.numbers.end());
    CHECK(found.contains(1));
    CHECK(found.contains(4));
    CHECK((found.contains(2) || found.contains(3)));
    CHECK(found.size() == replayed.numbers.size());
    if (found.size() < 4) CHECK_FALSE(replayed.damage.empty());
    // Only what fills records up to a multiple of 8 is under no checksum.
    if (replayed.damage.empty()) CHECK(whole[at] == 0);
    for (const std::string& text : replayed.damage) CHECK(text.find("00000001.0000") != std::string::npos);
  }
}

TEST_CASE("damage of attributes and content names mailbox and entry") {
  const Made made = make({1, 1, 1}, 70'000);
  const Octets whole = made.env->octets(made.segment);
  const std::size_t content = made.ends[1].offset - 100;
  Octets octets = whole;
  octets[content] ^= 1;
  made.env->set_octets(made.segment, octets);
  RecoveredLog recovered = recover(*made.env);
  const Replayed replayed = replay(recovered);
  CHECK(replayed.numbers == up_to(3));
  REQUIRE(replayed.damage.size() == 1);
  CHECK(replayed.damage[0].find("mailbox 7, entry 2") != std::string::npos);
  CHECK(replayed.damage[0].find("block at 65536") != std::string::npos);
}

TEST_CASE("a message that contains a log is not taken for one") {
  const Made inner = make({2, 2});
  const Octets log = inner.env->octets(inner.segment);
  MemoryEnv env;
  REQUIRE(env.make_folder("/log").ok());
  {
    Collector sink;
    auto log_file = start(env, sink, recover(env));
    LogRecord r = record(1, 0);
    auto content = std::make_shared<Octets>(log);
    r.content = *content;
    r.owner = content;
    describe_content(r.header, r.content);
    std::vector<LogRecord> records;
    records.push_back(std::move(r));
    REQUIRE(append(*log_file, std::move(records)).ok());
  }
  // Its own header destroyed: the copies inside must not count as later batches.
  Octets octets = env.octets("/log/00000001.0000");
  octets[segment_header_size + 5] ^= 1;
  env.set_octets("/log/00000001.0000", octets);
  RecoveredLog recovered = recover(env);
  REQUIRE(recovered.findings.size() == 1);
  CHECK(recovered.findings[0].kind == Finding::Kind::torn_tail);
  CHECK(recovered.end.segment == 0);
}

TEST_CASE("segments follow each other, the end of each stands in the next") {
  MemoryEnv env;
  REQUIRE(env.make_folder("/log").ok());
  {
    Collector sink;
    auto log = start(env, sink, recover(env));
    for (SequenceNumber n = 1; n <= 30; ++n) REQUIRE(append(*log, {record(n, 200'000)}).ok());
    REQUIRE(log->segments().all().size() == 6);
  }
  // Octets behind the end of a sealed segment are not log.
  Octets octets = env.octets("/log/00000002.0000");
  octets.insert(octets.end(), 500, 0x55);
  env.set_octets("/log/00000002.0000", octets);
  RecoveredLog recovered = recover(env);
  CHECK(recovered.findings.empty());
  const Replayed replayed = replay(recovered);
  CHECK(replayed.numbers == up_to(30));
  CHECK(replayed.damage.empty());
  check_goes_on(env, up_to(30));

  REQUIRE(env.remove("/log/00000003.0000").ok());
  RecoveredLog hole = recover(env);
  REQUIRE(hole.findings.size() == 1);
  CHECK(hole.findings[0].text.find("00000003") != std::string::npos);
  CHECK(replay(hole).numbers.size() == 26);
}

TEST_CASE("a damaged segment header is made up from its batches") {
  const Made made = make({2, 2});
  Octets octets = made.env->octets(made.segment);
  octets[60] ^= 1;
  made.env->set_octets(made.segment, octets);
  RecoveredLog recovered = recover(*made.env);
  CHECK(recovered.findings.at(0).kind == Finding::Kind::damage);
  CHECK(replay(recovered).numbers == up_to(4));
}

TEST_CASE("a segment that was being made when the power went is no segment") {
  const Made made = make({2});
  for (const std::size_t size : {0u, 100u, 4096u}) {
    auto env = made.env->kill();
    env->set_octets("/log/00000002.0000", Octets(size, 0));
    RecoveredLog recovered = recover(*env);
    CHECK(recovered.end == made.ends[0]);
    check_goes_on(*env, up_to(2));
  }
}

TEST_CASE("epochs rise with each opening, counts never restart") {
  MemoryEnv env;
  REQUIRE(env.make_folder("/log").ok());
  Lsn last = 0;
  for (SequenceNumber n = 1; n <= 3; ++n) {
    Collector sink;
    auto log = start(env, sink, recover(env));
    REQUIRE(append(*log, {record(n, 10)}).ok());
    CHECK(lsn_epoch(log->end().lsn) == n);
    CHECK(lsn_count(log->end().lsn) == n);
    CHECK(log->end().lsn > last);
    last = log->end().lsn;
  }
  // An opening without a record leaves nothing behind.
  for (int i = 0; i < 3; ++i) {
    Collector sink;
    start(env, sink, recover(env));
  }
  RecoveredLog recovered = recover(env);
  CHECK(recovered.segments->all().size() == 3);
  CHECK(replay(recovered).numbers == up_to(3));
}

TEST_CASE("a failed sync ends all acknowledgements until reopened") {
  MemoryEnv memory;
  FaultEnv env(memory);
  REQUIRE(env.make_folder("/log").ok());
  Collector sink;
  {
    auto log = start(env, sink, recover(env));
    REQUIRE(append(*log, {record(1, 10)}).ok());
    env.fail(1, Error(ErrorKind::io, "disk on fire"), [](test::Call c) { return c == test::Call::sync; });
    CHECK(append(*log, {record(2, 10)}).error().kind() == ErrorKind::io);
    CHECK(append(*log, {record(3, 10)}).error().kind() == ErrorKind::io);
    CHECK_FALSE(log->writable().ok());
    CHECK_FALSE(log->close().ok());
  }
  CHECK(sink.batches.size() == 1);
  env.heal();
  RecoveredLog recovered = recover(env);
  const auto numbers = replay(recovered).numbers;
  CHECK((numbers == up_to(1) || numbers == up_to(2)));
}

TEST_CASE("a batch without room fails alone, when there is room all goes on") {
  MemoryEnv memory;
  FaultEnv env(memory);
  REQUIRE(env.make_folder("/log").ok());
  Collector sink;
  {
    auto log = start(env, sink, recover(env));
    REQUIRE(append(*log, {record(1, 10)}).ok());
    env.fail(
        1, Error(ErrorKind::unavailable, "no room"), [](test::Call c) { return c == test::Call::write; },
        true);
    CHECK(append(*log, {record(2, 5000)}).error().kind() == ErrorKind::unavailable);
    CHECK(append(*log, {record(3, 5000)}).error().kind() == ErrorKind::unavailable);
    CHECK(log->writable().ok());
    env.heal();
    REQUIRE(append(*log, {record(4, 10)}).ok());
    CHECK(log->close().ok());
  }
  RecoveredLog recovered = recover(env);
  CHECK(recovered.findings.empty());
  CHECK(replay(recovered).numbers == std::vector<SequenceNumber>{1, 4});
}

TEST_CASE("no room for the next segment: the log stays in the old one and goes on when there is room") {
  MemoryEnv memory;
  FaultEnv env(memory);
  REQUIRE(env.make_folder("/log").ok());
  Collector sink;
  {
    auto log = start(env, sink, recover(env));
    for (SequenceNumber n = 1; n <= 5; ++n) REQUIRE(append(*log, {record(n, 200'000)}).ok());
    env.fail(1, Error(ErrorKind::unavailable, "no room"), [](test::Call c) { return c == test::Call::open; });
    CHECK(append(*log, {record(6, 200'000)}).error().kind() == ErrorKind::unavailable);
    REQUIRE(append(*log, {record(7, 1000)}).ok());
    REQUIRE(append(*log, {record(8, 200'000)}).ok());
  }
  RecoveredLog recovered = recover(env);
  CHECK(replay(recovered).numbers == std::vector<SequenceNumber>{1, 2, 3, 4, 5, 7, 8});
}

TEST_CASE("the position file: whole or of no account") {
  MemoryEnv env;
  REQUIRE(env.make_folder("/p").ok());
  CHECK(read_position(env, "/p/position").segment == 0);
  const LogPosition p{3, 777, make_lsn(2, 5)};
  REQUIRE(write_position(env, "/p/position", p).ok());
  CHECK(read_position(env, "/p/position") == p);
  Octets octets = env.octets("/p/position");
  for (std::size_t i = 0; i < octets.size(); ++i) {
    Octets bad = octets;
    bad[i] ^= 1;
    env.set_octets("/p/position", bad);
    CHECK(read_position(env, "/p/position").segment == 0);
  }
}
