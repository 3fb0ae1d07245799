// Each limit of [limits], met at the real program. Those on failed binds: throttle_test; on the time before
// the bind, the TSDU before it and the progress of a PDU: bad_input_test; on the time of protected
// credentials: test/wire/cases/credentials.wire.
#include <thread>

#include "mstored_process.hpp"
#include "user.hpp"
#include "x400/asn1/ms/filter.hpp"
#include "x400_local_peer.hpp"

using namespace x400;
using namespace x400::test;

namespace {

const std::string unable = "0a0102", busy = "020100";

struct Limited : Mstored {
  explicit Limited(const std::string& limits, std::uint16_t mta_port = 0)
      : Mstored(mta_port, "[limits]\n" + limits) {
    start();
  }
  access::Runtime runtime{1};
};

// What cannot be read to its end cannot be told by its number: a reject without one answers it, which no
// operation that waits can take for its own.
void is_not_read(Limited& store, User& user, Octets argument) {
  const auto waits = user.association->invoke(operations::list, std::move(argument));
  CHECK_FALSE(store.run->line_with(" A206 ").empty());
  CHECK(user.list().empty());
}

}  // namespace

TEST_CASE("limits: associations, in all") {
  Limited store("associations = 2\n");
  User alice(store.runtime, store.p7, alice_name, "pw-a"), bob(store.runtime, store.p7, bob_name, "pw-b");
  CHECK(bind_user("127.0.0.2", store.p7, bob_name, "pw-b") == unable);
  CHECK(bind_mta("127.0.0.2", store.p3, "mta-pw") == busy);
  CHECK(alice.list().empty());
}

TEST_CASE("limits: associations_per_address") {
  Limited store("associations_per_address = 2\n");
  LocalPeer first("127.0.0.2", store.p7), second("127.0.0.2", store.p7);
  CHECK(bind_user("127.0.0.2", store.p7, alice_name, "pw-a") == "closed");
  CHECK_FALSE(store.run->line_with(" A202 ").empty());
  CHECK(bind_user("127.0.0.3", store.p7, alice_name, "pw-a") == "bound");
}

TEST_CASE("limits: associations_per_user") {
  Limited store("associations_per_user = 1\n");
  User alice(store.runtime, store.p7, alice_name, "pw-a");
  CHECK(bind_user("127.0.0.2", store.p7, alice_name, "pw-a") == unable);
  CHECK(bind_user("127.0.0.2", store.p7, bob_name, "pw-b") == "bound");
}

TEST_CASE("limits: bind_timeout") {
  // A bind that waits, because of the failure before it, for longer than binds may take.
  Limited store("bind_timeout = \"2 s\"\nfailed_binds_per_user = 1\nfailed_binds_wait = \"1 h\"\n");
  CHECK(bind_user("127.0.0.2", store.p7, alice_name, "guess") == "0a0100");
  const auto answer = bind_user("127.0.0.2", store.p7, alice_name, "pw-a");
  CHECK(answer != "bound");
  const auto line = store.run->line_with("the bind was not decided within 2 s");
  CHECK_FALSE(line.empty());
}

TEST_CASE("limits: idle_p7 and idle_p3") {
  Limited store("idle_p7 = \"200 ms\"\nidle_p3 = \"200 ms\"\n");
  const auto user = std::make_shared<Recorder>(), mta = std::make_shared<Recorder>();
  User alice(store.runtime, store.p7, alice_name, "pw-a", Edition::e1994, user);
  CHECK(user->endings.take().cause == access::Ending::Cause::peer_aborted);
  auto made = connect_mta(store.runtime, store.p3, "MTA1", "mta-pw", Edition::e1994, mta);
  REQUIRE(made.ok());
  CHECK(mta->endings.take().cause == access::Ending::Cause::peer_aborted);
}

TEST_CASE("limits: content") {
  Limited store("content = \"64 KiB\"\n");
  DeliveringMta mta(store.runtime, store.p3);
  CHECK(mta.deliver("small", alice_name, message("small", std::string(50'000, 'x'))).is_result());
  CHECK(mta.deliver("large", alice_name, message("large", std::string(300'000, 'x'))).kind() ==
        access::Outcome::Kind::lost);
  User alice(store.runtime, store.p7, alice_name, "pw-a");
  CHECK(alice.list().size() == 1);
}

TEST_CASE("limits: ber_depth") {
  Limited store("ber_depth = 18\n"), deeper("ber_depth = 40\n");
  auto nested = ms::Filter::all({});
  for (int i = 0; i < 12; ++i) nested = ms::Filter::negation(std::move(nested));
  ms::ListArgument argument;
  argument.selector.filter = nested;
  User taken(deeper.runtime, deeper.p7, alice_name, "pw-a");
  CHECK(taken.ask(operations::list, argument.encode(taken.edition)).is_result());
  User alice(store.runtime, store.p7, alice_name, "pw-a");
  is_not_read(store, alice, argument.encode(alice.edition));
  User bob(store.runtime, store.p7, bob_name, "pw-b");
  CHECK(bob.list().empty());
}

TEST_CASE("limits: ber_elements, and ber_elements_bind") {
  Limited store("ber_elements = 1000\nber_elements_bind = 200\n");
  User alice(store.runtime, store.p7, alice_name, "pw-a"), bob(store.runtime, store.p7, bob_name, "pw-b");
  ms::ListArgument argument;
  argument.requested_attributes.emplace();
  for (int i = 0; i < 2000; ++i)
    argument.requested_attributes->push_back({asn1::oids::attribute::retrieval_status, {}, {}});
  is_not_read(store, alice, argument.encode(alice.edition));
  auto bind = user_bind(alice_name, "pw-a");
  for (int i = 0; i < 200; ++i) bind.extensions.push_back({*ber::Oid::parse("2.6.99.1"), *from_hex("0500")});
  const auto made = connect_user(store.runtime, store.p7, bind);
  CHECK_FALSE(made.ok());
  CHECK(bob.list().empty());
}

TEST_CASE("limits: operations_outstanding and unsent hold reading up, and nothing is lost") {
  Limited store("operations_outstanding = 2\nunsent = \"64 KiB\"\n");
  DeliveringMta mta(store.runtime, store.p3);
  const Octets content = message("m", std::string(60'000, 'x'));
  REQUIRE(mta.deliver("m", alice_name, content).is_result());
  User alice(store.runtime, store.p7, alice_name, "pw-a");
  ms::FetchArgument argument;
  argument.item = ms::SequenceNumber{1};
  argument.requested_attributes = ms::EntryInformationSelection{{asn1::oids::attribute::content, {}, {}}};
  std::vector<access::Pending<access::Outcome>> pending;
  for (int i = 0; i < 200; ++i)
    pending.push_back(alice.association->invoke(operations::fetch, argument.encode(alice.edition)));
  for (auto& p : pending) CHECK(p.get().is_result());
}

TEST_CASE("limits: spool_from") {
  access::Runtime runtime(1);
  SubmissionMta mta(runtime, "MTA1", "mta-pw", {&access::contexts::mts_access_94()});
  const Octets content = message("long", std::string(3 << 20, 'x'));
  const Octets argument = submission_argument(alice_name, bob_name, content);
  for (const bool on : {true, false}) {
    Limited store(on ? "spool_from = \"1 MiB\"\n" : "spool_from = \"0 B\"\n", mta.port());
    User alice(store.runtime, store.p7, alice_name, "pw-a");
    auto submitted = alice.association->invoke(operations::message_submission, argument);
    // The MTA has it and the store still holds it, until the MTA has answered.
    auto call = mta.calls().take();
    CHECK(store.spooled() == (on ? 1 : 0));
    const auto parts = mts::split_message_submission(call.invocation.argument.view());
    REQUIRE(parts.ok());
    CHECK(ber::read_octets(parts->content).value() == content);
    call.reply.result(submission_result("taken"));
    CHECK(submitted.get().is_result());
    while (store.spooled() != 0) std::this_thread::yield();
    // A short one is none of its business.
    auto shorter = alice.association->invoke(operations::message_submission,
                                             submission_argument(alice_name, bob_name, message("s", "text")));
    call = mta.calls().take();
    CHECK(store.spooled() == 0);
    call.reply.result(submission_result("taken too"));
    CHECK(shorter.get().is_result());
  }
}

TEST_CASE("limits: list_entries") {
  Limited store("list_entries = 3\n");
  DeliveringMta mta(store.runtime, store.p3);
  for (const std::string local : {"a", "b", "c", "d", "e"})
    REQUIRE(mta.deliver(local, alice_name, message(local, "text")).is_result());
  User alice(store.runtime, store.p7, alice_name, "pw-a");
  const auto outcome = alice.ask(operations::list, User::status_list().encode(alice.edition));
  REQUIRE(outcome.is_result());
  const auto result = ms::ListResult::decode(outcome.value().view()).value();
  CHECK(result.requested.size() == 3);
  CHECK(result.next == 4);
}

TEST_CASE("limits: presentation_contexts") {
  // Retrieval is the seventh; ACSE's, behind it, is looked at in any case.
  const auto& context = access::contexts::ms_access_94();
  const ber::Oid& retrieval = *context.syntax(access::Port::retrieval);
  const Octets argument = user_bind(alice_name, "pw-a").encode(Edition::e1994);
  std::vector<ber::Oid> syntaxes{context.bind_syntax, *context.syntax(access::Port::submission)};
  for (std::uint32_t i = 1; i <= 4; ++i) syntaxes.push_back(ber::Oid{2, 6, 99, i});
  syntaxes.push_back(retrieval);
  Limited store("presentation_contexts = 6\n"), wider("presentation_contexts = 7\n");
  LocalPeer cut("127.0.0.2", store.p7), whole("127.0.0.2", wider.p7);
  CHECK(cut.bind(context, argument, syntaxes) == "bound");
  CHECK_FALSE(cut.agreed(retrieval));
  CHECK(whole.bind(context, argument, syntaxes) == "bound");
  CHECK(whole.agreed(retrieval));
}

TEST_CASE("limits: selector_octets") {
  Limited store("selector_octets = 4\n");
  access::ConnectOptions options;
  options.address = loopback(store.p7);
  options.context = &access::contexts::ms_access_94();
  options.bind_argument = user_bind(alice_name, "pw-a").encode(Edition::e1994);
  auto good = options;
  good.address.selectors.transport = to_octets("four");
  CHECK(access::connect(store.runtime, std::move(good)).get().ok());
  auto longer = options;
  longer.address.selectors.transport = to_octets("fives");
  CHECK_FALSE(access::connect(store.runtime, std::move(longer)).get().ok());
}
