// The real program on a disk that is full (mts.md 7): the MTA keeps its messages, users read and delete, and
// all goes on when there is room.
#include "mstored_process.hpp"
#include "user.hpp"
#include "x400_small_disk.hpp"

using namespace x400;
using namespace x400::test;

namespace {

bool busy(std::uint16_t port) {
  access::Runtime runtime(1);
  const auto made = connect_mta(runtime, port, "MTA1", "mta-pw");
  if (made.ok()) return false;
  INFO(made.error().text);
  REQUIRE(made.error().kind == access::ConnectFailure::Kind::bind_error);
  return mts::decode_bind_error(made.error().bind_error.view()).value() == mts::MtsBindError::busy;
}

}  // namespace

TEST_CASE("mstored: on a full disk deliveries are not answered, users read and delete, room ends it") {
  Mstored store(0, {}, "keep_free = \"8 MiB\"\n");
  std::filesystem::create_directory(store.folder.path() / "data");
  const SmallDisk disk(store.folder.path() / "data", 48);
  if (!disk.ok()) {
    WARN(disk.why_not());
    return;
  }
  store.start();
  access::Runtime runtime(1);
  std::map<ms::SequenceNumber, Octets> taken;
  {
    DeliveringMta mta(runtime, store.p3);
    for (int i = 1;; ++i) {
      const Octets content = message("s" + std::to_string(i), std::string(200'000, 'x'));
      const auto outcome = mta.deliver("m" + std::to_string(i), alice_name, content);
      if (outcome.kind() == access::Outcome::Kind::lost) break;
      INFO(access::to_string(outcome));
      REQUIRE(outcome.is_result());
      taken[static_cast<ms::SequenceNumber>(i)] = content;
      REQUIRE(i < 1000);
    }
  }
  CHECK(taken.size() > 50);
  CHECK(busy(store.p3));
  disk.fill();
  CHECK(busy(store.p3));
  {
    User alice(runtime, store.p7, alice_name, "pw-a");
    CHECK(alice.list().size() == taken.size());
    for (const auto& [number, content] : taken) CHECK(alice.fetch_content(number) == content);
    CHECK(alice.remove({1, 2, 3}).is_result());
  }
  disk.empty();
  CHECK_FALSE(store.run->line_with(" S131 ").empty());
  // The store is as full as the MTA made it: others have to give more.
  CHECK(busy(store.p3));
  const int ended = store.stop();
  INFO(store.run->printed());
  CHECK(ended == 0);
  store.start();
  User alice(runtime, store.p7, alice_name, "pw-a");
  CHECK(alice.list().size() == taken.size() - 3);
}

TEST_CASE("mstored: others fill the disk and give it back, without a restart") {
  Mstored store(0, {}, "keep_free = \"4 MiB\"\n");
  std::filesystem::create_directory(store.folder.path() / "data");
  const SmallDisk disk(store.folder.path() / "data", 48);
  if (!disk.ok()) {
    WARN(disk.why_not());
    return;
  }
  store.start();
  access::Runtime runtime(1);
  std::size_t taken = 0;
  {
    DeliveringMta mta(runtime, store.p3);
    for (; taken < 5; ++taken)
      REQUIRE(mta.deliver("m" + std::to_string(taken + 1), alice_name, message("s", "t")).is_result());
    disk.fill();
    // The room left is asked now and then: a few more are taken, into room the log has already.
    while (true) {
      const auto outcome = mta.deliver("m" + std::to_string(taken + 1), alice_name, message("s", "t"));
      if (outcome.kind() == access::Outcome::Kind::lost) break;
      REQUIRE(outcome.is_result());
      REQUIRE(++taken < 10'000);
    }
  }
  CHECK_FALSE(store.run->line_with(" S131 ").empty());
  CHECK(busy(store.p3));
  {
    User alice(runtime, store.p7, alice_name, "pw-a");
    CHECK(alice.list().size() == taken);
    CHECK(alice.remove({1}).is_result());
    CHECK(alice.list().size() == taken - 1);
  }
  disk.empty();
  CHECK_FALSE(store.run->line_with(" S133 ").empty());
  DeliveringMta mta(runtime, store.p3);
  REQUIRE(mta.deliver("m" + std::to_string(taken + 1), alice_name, message("s", "t")).is_result());
  User alice(runtime, store.p7, alice_name, "pw-a");
  CHECK(alice.list().size() == taken);
  CHECK(store.stop() == 0);
}

TEST_CASE("mstored: long PDUs leave the reserve its room") {
  access::Runtime runtime(1);
  SubmissionMta mta(runtime, "MTA1", "mta-pw", {&access::contexts::mts_access_94()});
  const Octets content = message("long", std::string(3 << 20, 'x'));
  // Beside the reserve, which is made at the start, some 58 or 29 of 64 MiB are free. Of these keep_free and
  // as much as the reserve are left alone, for when it is to be made again.
  for (const auto& [reserve, files] : {std::pair("1 MiB", 1), std::pair("30 MiB", 0)}) {
    INFO(reserve);
    Mstored store(mta.port(), {}, "keep_free = \"4 MiB\"\nreserve = \"" + std::string(reserve) + "\"\n");
    std::filesystem::create_directory(store.folder.path() / "data");
    const SmallDisk disk(store.folder.path() / "data", 64);
    if (!disk.ok()) {
      WARN(disk.why_not());
      return;
    }
    store.start();
    User alice(runtime, store.p7, alice_name, "pw-a");
    auto submitted = alice.association->invoke(operations::message_submission,
                                               submission_argument(alice_name, bob_name, content));
    auto call = mta.calls().take();
    CHECK(store.spooled() == files);
    call.reply.result(submission_result("taken"));
    CHECK(submitted.get().is_result());
  }
}
