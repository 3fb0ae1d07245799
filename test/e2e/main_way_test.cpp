// The main job through the real program: delivered, kept, listed, fetched, deleted, submitted.
#include "mstored_process.hpp"
#include "user.hpp"
#include "x400/asn1/ms/register.hpp"

using namespace x400;
using namespace x400::test;
using asn1::Edition;

TEST_CASE("mstored: messages are delivered by P3 and read by P7, in both editions") {
  Mstored store;
  store.start();
  access::Runtime runtime(1);
  DeliveringMta mta(runtime, store.p3);
  const Octets first = message("first", "Hello"), second = message("second", std::string(100'000, 'x'));
  REQUIRE(mta.deliver("m1", alice_name, first).is_result());
  REQUIRE(mta.deliver("m2", alice_name, second).is_result());
  REQUIRE(mta.deliver("m3", bob_name, first).is_result());

  const Edition edition = GENERATE(Edition::e1988, Edition::e1994);
  User alice(runtime, store.p7, alice_name, "pw-a", edition);
  CHECK(alice.list() == std::map<ms::SequenceNumber, int>{{1, 0}, {2, 0}});
  CHECK(alice.list() == std::map<ms::SequenceNumber, int>{{1, 1}, {2, 1}});
  CHECK(alice.fetch_content(1) == first);
  CHECK(alice.fetch_content(2) == second);
  CHECK(alice.list() == std::map<ms::SequenceNumber, int>{{1, 2}, {2, 2}});
  const auto summary = alice.ask(operations::summarize, ms::SummarizeArgument{}.encode(edition));
  REQUIRE(summary.is_result());
  CHECK(ms::SummarizeResult::decode(summary.value().view()).value().count == 2);
  CHECK(alice.remove({1}).is_result());
  CHECK(alice.list() == std::map<ms::SequenceNumber, int>{{2, 2}});
  const auto again = alice.remove({1});
  REQUIRE(again.kind() == access::Outcome::Kind::error);
  CHECK(again.code() == ms::error_code::sequence_number_error);

  User bob(runtime, store.p7, bob_name, "pw-b", edition);
  CHECK(bob.list().size() == 1);
  const auto unread = bob.remove({1});
  // Listed just now, so it may go; what nobody has listed may not.
  CHECK(unread.is_result());
  CHECK(store.stop() == 0);
}

TEST_CASE("mstored: an unread message is not deleted") {
  Mstored store;
  store.start();
  access::Runtime runtime(1);
  DeliveringMta mta(runtime, store.p3);
  REQUIRE(mta.deliver("m1", alice_name, message("s", "t")).is_result());
  User alice(runtime, store.p7, alice_name, "pw-a");
  const auto refused = alice.remove({1});
  REQUIRE(refused.kind() == access::Outcome::Kind::error);
  CHECK(refused.code() == ms::error_code::delete_error);
}

TEST_CASE("mstored: a submission goes to the MTA, comes back to another user, whose waiting client is told") {
  access::Runtime runtime(1);
  SubmissionMta taker(runtime, "MTA1", "mta-pw", {&access::contexts::mts_access_94()});
  Mstored store(taker.port());
  store.start();

  const auto waiting = std::make_shared<Recorder>();
  User bob(runtime, store.p7, bob_name, "pw-b", Edition::e1994, waiting);
  ms::RegisterMsArgument registration;
  registration.registrations = {{asn1::oids::auto_action::auto_alert, 1, {}}};
  const auto registered = bob.ask(operations::register_ms, registration.encode(Edition::e1994));
  INFO(access::to_string(registered));
  REQUIRE(registered.is_result());

  User alice(runtime, store.p7, alice_name, "pw-a");
  const Octets content = message("to bob", "Are you there?");
  auto submitted = alice.association->invoke(operations::message_submission,
                                             submission_argument(alice_name, bob_name, content));
  auto call = taker.calls().take();
  const auto parts = mts::split_message_submission(call.invocation.argument.view()).value();
  CHECK(equal(parts.content.content, content));
  call.reply.result(submission_result("s1"));
  REQUIRE(submitted.get().is_result());

  DeliveringMta mta(runtime, store.p3);
  REQUIRE(mta.deliver("s1", bob_name, content).is_result());
  auto alert = waiting->calls.take();
  REQUIRE(alert.invocation.operation == operations::alert);
  const auto told = ms::AlertArgument::decode(alert.invocation.argument.view()).value();
  alert.reply.result(ms::null_result());
  REQUIRE(told.new_entry);
  CHECK(bob.fetch_content(told.new_entry->sequence_number) == content);

  // A report about it finds alice by its subject.
  REQUIRE(mta.association
              ->invoke(operations::report_delivery, report_envelope(identifier("s1"), bob_name).encode())
              .get()
              .is_result());
  CHECK(alice.list().size() == 1);
}

TEST_CASE("mstored: what was acknowledged is there after kill -9, and a repeat makes no second entry") {
  Mstored store;
  store.start();
  access::Runtime runtime(1);
  std::map<ms::SequenceNumber, Octets> acknowledged;
  for (int round = 0; round < 3; ++round) {
    DeliveringMta mta(runtime, store.p3);
    for (int i = 0; i < 5; ++i) {
      const std::string local = "r" + std::to_string(round) + "-" + std::to_string(i);
      const Octets content = message(local, std::string(1000 * static_cast<unsigned>(i), 'y'));
      REQUIRE(mta.deliver(local, alice_name, content).is_result());
      acknowledged[static_cast<ms::SequenceNumber>(acknowledged.size() + 1)] = content;
    }
    store.kill();
    store.start();
    DeliveringMta again(runtime, store.p3);
    const std::string last = "r" + std::to_string(round) + "-4";
    REQUIRE(again.deliver(last, alice_name, acknowledged.rbegin()->second).is_result());
  }
  User alice(runtime, store.p7, alice_name, "pw-a");
  const auto listed = alice.list();
  REQUIRE(listed.size() == acknowledged.size());
  auto expected = acknowledged.begin();
  for (const auto& [number, status] : listed) {
    CHECK(status == 0);
    CHECK(alice.fetch_content(number) == expected->second);
    ++expected;
  }
}

TEST_CASE("mstored: a changed password holds after a restart") {
  Mstored store;
  store.start();
  access::Runtime runtime(1);
  {
    User alice(runtime, store.p7, alice_name, "pw-a");
    ms::RegisterMsArgument argument;
    argument.change_credentials =
        ms::ChangeCredentials{asn1::ia5_password("pw-a"), asn1::ia5_password("new")};
    REQUIRE(alice.ask(operations::register_ms, argument.encode(Edition::e1994)).is_result());
  }
  CHECK(store.stop() == 0);
  store.start();
  CHECK_FALSE(connect_user(runtime, store.p7, user_bind(alice_name, "pw-a")).ok());
  CHECK(connect_user(runtime, store.p7, user_bind(alice_name, "new")).ok());
}

TEST_CASE("mstored: several associations of a user see the same") {
  Mstored store;
  store.start();
  access::Runtime runtime(1);
  User one(runtime, store.p7, alice_name, "pw-a"), two(runtime, store.p7, alice_name, "pw-a", Edition::e1988);
  DeliveringMta mta(runtime, store.p3);
  REQUIRE(mta.deliver("m1", alice_name, message("s", "t")).is_result());
  CHECK(one.list() == std::map<ms::SequenceNumber, int>{{1, 0}});
  CHECK(two.list() == std::map<ms::SequenceNumber, int>{{1, 1}});
  CHECK(one.remove({1}).is_result());
  CHECK(two.list().empty());
}
