// The reliable application contexts (over RTSE) through the real program, both editions: nothing above the
// stack may see a difference.
#include "mstored_process.hpp"
#include "user.hpp"
#include "x400/asn1/ms/register.hpp"

using namespace x400;
using namespace x400::test;
using asn1::Edition;

TEST_CASE("mstored: delivered, listed, fetched, submitted and alerted over RTSE, in both editions") {
  const Edition edition = GENERATE(Edition::e1988, Edition::e1994);
  access::Runtime runtime(1);
  SubmissionMta taker(runtime, "MTA1", "mta-pw",
                      {&access::contexts::of(access::Protocol::p3, edition, access::Party::user, true)});
  Mstored store(taker.port(), {}, {}, "submit_reliable = true\n");
  store.start();
  const auto waiting = std::make_shared<Recorder>();
  User bob(runtime, store.p7, bob_name, "pw-b", edition, waiting, true);
  ms::RegisterMsArgument registration;
  registration.registrations = {{asn1::oids::auto_action::auto_alert, 1, {}}};
  REQUIRE(bob.ask(operations::register_ms, registration.encode(edition)).is_result());

  // Many checkpoints in both directions.
  const Octets large = message("large", std::string(3'000'000, 'x')), small = message("small", "Hello");
  DeliveringMta mta(runtime, store.p3, edition, true);
  REQUIRE(mta.deliver("m1", bob_name, large).is_result());
  auto alert = waiting->calls.take();
  REQUIRE(alert.invocation.operation == operations::alert);
  alert.reply.result(ms::null_result());
  REQUIRE(mta.deliver("m2", alice_name, small).is_result());
  CHECK(bob.list() == std::map<ms::SequenceNumber, int>{{1, 0}});
  CHECK(bob.fetch_content(1) == large);

  User alice(runtime, store.p7, alice_name, "pw-a", edition, nullptr, true);
  CHECK(alice.fetch_content(1) == small);
  auto submitted = alice.association->invoke(operations::message_submission,
                                             submission_argument(alice_name, bob_name, large));
  CHECK(taker.binds().take().context ==
        access::contexts::of(access::Protocol::p3, edition, access::Party::user, true).name);
  auto call = taker.calls().take();
  const auto parts = mts::split_message_submission(call.invocation.argument.view()).value();
  CHECK(equal(parts.content.content, large));
  call.reply.result(submission_result("s1"));
  REQUIRE(submitted.get().is_result());

  CHECK(alice.remove({1}).is_result());
  CHECK(alice.remove({1}).code() == ms::error_code::sequence_number_error);
  CHECK(alice.association->close().get().cause == access::Ending::Cause::released);
  CHECK(mta.association->close().get().cause == access::Ending::Cause::released);
}

TEST_CASE("mstored: a wrong password is refused with its bind error over RTSE") {
  Mstored store;
  store.start();
  access::Runtime runtime(1);
  const auto plain = connect_user(runtime, store.p7, user_bind(alice_name, "wrong"));
  const auto reliable =
      connect_user(runtime, store.p7, user_bind(alice_name, "wrong"), Edition::e1994, nullptr, true);
  REQUIRE_FALSE(reliable.ok());
  CHECK(reliable.error().kind == access::ConnectFailure::Kind::bind_error);
  CHECK(equal(reliable.error().bind_error.view(), plain.error().bind_error.view()));
}

// Where each association is cut nobody knows: before, within or behind the transfer, or behind the store's
// own sync. The MTA repeats what it has no answer to.
TEST_CASE("mstored: deliveries over RTSE that are cut and repeated are taken once each") {
  Mstored store;
  store.start();
  access::Runtime runtime(1);
  std::vector<Octets> contents;
  for (std::size_t i = 0; i < 12; ++i) {
    const std::string local = "cut" + std::to_string(i);
    contents.push_back(message(local, std::string(1 + i * 60'000, 'y')));
    const auto argument = delivery_argument(delivery_envelope(local, alice_name), contents.back());
    {
      DeliveringMta first(runtime, store.p3, Edition::e1994, true);
      auto answer = first.association->invoke(operations::message_delivery, Octets(argument));
      if (i % 3 == 1) (void)answer.wait_for(std::chrono::milliseconds(static_cast<int>(i)));
      if (i % 3 == 2) (void)answer.get();
      first.association->abort("cut");
    }
    DeliveringMta again(runtime, store.p3, Edition::e1994, true);
    REQUIRE(again.association->invoke(operations::message_delivery, Octets(argument)).get().is_result());
  }
  User alice(runtime, store.p7, alice_name, "pw-a", Edition::e1994, nullptr, true);
  const auto listed = alice.list();
  REQUIRE(listed.size() == contents.size());
  for (const auto& [number, status] : listed) CHECK(alice.fetch_content(number) == contents.at(number - 1));
}
