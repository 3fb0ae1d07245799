// P7 over real sockets, with a double of the engine: binds, order, errors, limits.
#include <atomic>
#include <deque>
#include <thread>

#include "service_fixture.hpp"
#include "x400/access/protected_password.hpp"
#include "x400/asn1/ms/errors.hpp"
#include "x400/asn1/ms/register.hpp"
#include "x400/asn1/ms/retrieval.hpp"

using namespace x400;
using namespace x400::test;
using access::Outcome;
using asn1::Edition;

namespace {

// The problem a refused bind named; the test fails if it was refused in another way.
ms::BindProblem bind_problem(const ConnectResult& result) {
  REQUIRE_FALSE(result.ok());
  INFO(result.error().text);
  REQUIRE(result.error().kind == access::ConnectFailure::Kind::bind_error);
  return ms::MsBindError::decode(result.error().bind_error.view()).value().problem;
}

}  // namespace

TEST_CASE("p7: a user binds in both editions") {
  RunningService s;
  for (const Edition edition : {Edition::e1988, Edition::e1994}) {
    auto argument = user_bind(alice_name, "pw-a");
    argument.configuration_request = true;
    auto made = connect_user(s.runtime, s.p7, argument, edition);
    REQUIRE(made.ok());
    const auto result = ms::MsBindResult::decode(made->bind_result.view()).value();
    CHECK(std::get<asn1::Password>(result.responder_credentials).octets.empty());
    CHECK(result.alert_indication);
    CHECK(result.available_attribute_types.size() == 1);
    CHECK(made->association->close().get().cause == access::Ending::Cause::released);
  }
  CHECK(s.log_text().find(" B301 user bound") != std::string::npos);
}

TEST_CASE("p7: the password counts by its octets, in either form") {
  RunningService s;
  auto argument = user_bind(alice_name, "pw-a");
  argument.initiator_credentials = asn1::Password{to_octets("pw-a"), true};
  CHECK(connect_user(s.runtime, s.p7, argument).ok());
}

TEST_CASE("p7: the name is compared as O/R names are") {
  RunningService s;
  CHECK(connect_user(s.runtime, s.p7, user_bind("/S=ALICE/O=org/ADMD=test/C=xx/", "pw-a")).ok());
}

TEST_CASE("p7: unknown user and wrong password get the same refusal") {
  RunningService s;
  const auto wrong = connect_user(s.runtime, s.p7, user_bind(alice_name, "nope"));
  const auto unknown = connect_user(s.runtime, s.p7, user_bind(nobody_name, "pw-a"));
  const auto empty = connect_user(s.runtime, s.p7, user_bind(alice_name, ""));
  CHECK(bind_problem(wrong) == ms::BindProblem::authentication_error);
  CHECK(bind_problem(unknown) == ms::BindProblem::authentication_error);
  CHECK(bind_problem(empty) == ms::BindProblem::authentication_error);
  CHECK(equal(wrong.error().bind_error.view(), unknown.error().bind_error.view()));
  const std::string log = s.log_text();
  CHECK(log.find("unknown user") != std::string::npos);
  CHECK(log.find("wrong password") != std::string::npos);
}

TEST_CASE("p7: another user's password does not open a mailbox") {
  RunningService s;
  CHECK(bind_problem(connect_user(s.runtime, s.p7, user_bind(alice_name, "pw-b"))) ==
        ms::BindProblem::authentication_error);
}

TEST_CASE("p7: credentials that are not simple are an authentication error") {
  RunningService s;
  auto argument = user_bind(alice_name, "pw-a");
  argument.initiator_credentials = asn1::StrongCredentials{*from_hex("a0 00")};
  CHECK(bind_problem(connect_user(s.runtime, s.p7, argument)) == ms::BindProblem::authentication_error);
}

TEST_CASE("p7: a security context cannot be kept, so it is not accepted") {
  RunningService s;
  auto argument = user_bind(alice_name, "pw-a");
  argument.security_context = {*from_hex("31 03 02 01 02")};
  CHECK(bind_problem(connect_user(s.runtime, s.p7, argument)) ==
        ms::BindProblem::unacceptable_security_context);
  // Credentials are looked at before: nobody learns anything without a password.
  argument.initiator_credentials = asn1::ia5_password("nope");
  CHECK(bind_problem(connect_user(s.runtime, s.p7, argument)) == ms::BindProblem::authentication_error);
}

TEST_CASE("p7: unknown bind extensions are named in the result") {
  RunningService s;
  auto argument = user_bind(alice_name, "pw-a");
  const auto type = *ber::Oid::parse("2.6.99.1");
  argument.extensions = {{type, *from_hex("05 00")}};
  auto made = connect_user(s.runtime, s.p7, argument);
  REQUIRE(made.ok());
  const auto result = ms::MsBindResult::decode(made->bind_result.view()).value();
  REQUIRE(result.unsupported_extensions.size() == 1);
  CHECK(result.unsupported_extensions[0] == type);
}

TEST_CASE("p7: what the bind asks for reaches the engine") {
  RunningService s;
  Inbox<mstore::RetrievalOptions> opened;
  s.script->opened = [&](mstore::RetrievalOptions o) { opened.put(std::move(o)); };
  auto argument = user_bind(bob_name, "pw-b");
  argument.ua_registration_identifier = "desk";
  argument.fetch_restrictions = ms::FetchRestrictions{{}, {}, 5000};
  const auto made = connect_user(s.runtime, s.p7, argument);
  REQUIRE(made.ok());
  const auto options = opened.take();
  CHECK(options.edition == Edition::e1994);
  CHECK(options.ua_registration == "desk");
  CHECK(options.fetch_restrictions->maximum_length == 5000);
  CHECK(s.script->mailboxes.at(options.mailbox - 1).settings.id == "bob");
}

TEST_CASE("p7: no more associations of one user than allowed, and room again when one ends") {
  auto config = service_config();
  config.limits.associations_per_user = 2;
  RunningService s(config);
  const auto first = bound_user(s);
  auto second = bound_user(s);
  CHECK(bind_problem(connect_user(s.runtime, s.p7, user_bind(alice_name, "pw-a"))) ==
        ms::BindProblem::unable_to_establish_association);
  CHECK(connect_user(s.runtime, s.p7, user_bind(bob_name, "pw-b")).ok());
  (void)second->close().get();
  // The place is free when the session has gone, shortly after the end was answered.
  for (;;) {
    auto again = connect_user(s.runtime, s.p7, user_bind(alice_name, "pw-a"));
    if (again.ok()) break;
    CHECK(bind_problem(again) == ms::BindProblem::unable_to_establish_association);
    std::this_thread::yield();
  }
}

TEST_CASE("p7: no more associations in all than allowed, over both listeners") {
  auto config = service_config();
  config.limits.associations = 2;
  RunningService s(config);
  const auto mta = connect_mta(s.runtime, s.p3, "MTA1", "mta-pw");
  REQUIRE(mta.ok());
  const auto user = bound_user(s);
  CHECK(bind_problem(connect_user(s.runtime, s.p7, user_bind(bob_name, "pw-b"))) ==
        ms::BindProblem::unable_to_establish_association);
  CHECK(bind_problem(connect_user(s.runtime, s.p7, user_bind(bob_name, "pw-b"))) ==
        ms::BindProblem::unable_to_establish_association);
}

TEST_CASE("p7: a bind argument that is none is refused below the bind") {
  RunningService s;
  access::ConnectOptions options;
  options.address = loopback(s.p7);
  options.context = &access::contexts::ms_access_94();
  options.bind_argument = *from_hex("31 03 02 01 05");
  const auto made = access::connect(s.runtime, std::move(options)).get();
  REQUIRE_FALSE(made.ok());
  CHECK(made.error().kind == access::ConnectFailure::Kind::refused);
  CHECK(s.log_text().find(" B303 ") != std::string::npos);
}

TEST_CASE("p7: an operation goes to the engine and its result comes back") {
  RunningService s;
  s.script->list = [](const ms::ListArgument&) -> mstore::Outcome<mstore::Listed> {
    mstore::Listed listed;
    listed.result.next = 9;
    return listed;
  };
  for (const Edition edition : {Edition::e1988, Edition::e1994}) {
    const auto association = bound_user(s, edition);
    const Outcome listed = association->invoke(operations::list, list_argument(edition)).get();
    REQUIRE(listed.is_result());
    CHECK(ms::ListResult::decode(listed.value().view()).value().next == 9u);
    const Outcome summary =
        association->invoke(operations::summarize, ms::SummarizeArgument{}.encode(edition)).get();
    REQUIRE(summary.is_result());
    CHECK(ms::SummarizeResult::decode(summary.value().view()).value().count == 42);
  }
}

TEST_CASE("p7: errors of the engine are answered as the edition wants them") {
  RunningService s;
  s.script->list = [](const ms::ListArgument&) -> mstore::Outcome<mstore::Listed> {
    return mstore::Failure{ms::EntryClassError{asn1::ms::EntryClass::draft, true, false, false}, "no drafts"};
  };
  const Outcome late = bound_user(s)->invoke(operations::list, list_argument(Edition::e1994)).get();
  REQUIRE(late.kind() == Outcome::Kind::error);
  CHECK(late.code() == ms::error_code::entry_class_error);
  const Outcome early =
      bound_user(s, Edition::e1988)->invoke(operations::list, list_argument(Edition::e1988)).get();
  REQUIRE(early.kind() == Outcome::Kind::error);
  CHECK(early.code() == ms::error_code::invalid_parameters_error);
}

TEST_CASE("p7: an argument that is none is rejected, and the association lives on") {
  RunningService s;
  for (const auto operation :
       {operations::list, operations::fetch, operations::summarize, operations::delete_entries,
        operations::register_ms, operations::message_submission, operations::probe_submission,
        operations::cancel_deferred_delivery, operations::register_, operations::change_credentials}) {
    const auto association = bound_user(s);  // each its own: so many rejects end one
    const Outcome outcome = association->invoke(operation, Octets{0x02, 0x01, 0x05}).get();
    INFO(access::to_string(outcome));
    REQUIRE(outcome.kind() == Outcome::Kind::rejected);
    CHECK(outcome.problem() == osi::problems::mistyped_argument);
    CHECK(association->invoke(operations::list, list_argument(Edition::e1994)).get().is_result());
  }
}

TEST_CASE("p7: retrieval operations run in the order they came, also behind a delete on its way to disk") {
  RunningService s;
  Inbox<std::string> order;
  s.script->list = [&](const ms::ListArgument&) -> mstore::Outcome<mstore::Listed> {
    order.put("list");
    return mstore::Listed{};
  };
  const auto association = bound_user(s);
  ms::DeleteArgument remove;
  remove.items = std::vector<ms::SequenceNumber>{1};
  auto removed = association->invoke(operations::delete_entries, remove.encode(Edition::e1994));
  auto listed = association->invoke(operations::list, list_argument(Edition::e1994));
  auto completion = s.script->removals.take();
  // The delete is not durable. Another association is served meanwhile, this one's list is not.
  CHECK(bound_user(s, Edition::e1994, bob_name, "pw-b")
            ->invoke(operations::summarize, ms::SummarizeArgument{}.encode(Edition::e1994))
            .get()
            .is_result());
  CHECK(order.size() == 0);
  CHECK_FALSE(listed.is_ready());
  completion(ms::DeleteResult{});
  CHECK(removed.get().is_result());
  CHECK(listed.get().is_result());
}

TEST_CASE("p7: a fetch of what lies in memory is answered though all threads of the engine pool are busy") {
  auto config = service_config();
  config.service.engine_threads = 1;
  RunningService s(config);
  std::atomic<int> cold{0};
  s.script->fetch_hot = [](const ms::FetchArgument& a) -> std::optional<mstore::Outcome<mstore::Fetched>> {
    if (std::get<ms::SequenceNumber>(a.item) != 1) return std::nullopt;
    mstore::Fetched fetched;
    fetched.result.next = 77;
    return fetched;
  };
  s.script->fetch = [&](const ms::FetchArgument&) -> mstore::Outcome<mstore::Fetched> {
    ++cold;
    return mstore::Fetched{};
  };
  const auto association = bound_user(s), other = bound_user(s);
  BusyPool busy(s);
  const auto fetch = [&](ms::SequenceNumber number) {
    ms::FetchArgument argument;
    argument.item = number;
    return association->invoke(operations::fetch, argument.encode(Edition::e1994));
  };
  const Outcome hot = fetch(1).get();
  REQUIRE(hot.is_result());
  CHECK(ms::FetchResult::decode(hot.value().view()).value().next == 77u);
  // The next would have to wait: it does so in the pool, and what comes behind waits for it.
  auto second = fetch(2);
  auto third = fetch(1);
  const Outcome bad = other->invoke(operations::fetch, Octets{0x02, 0x01, 0x05}).get();
  CHECK(bad.kind() == Outcome::Kind::rejected);
  CHECK_FALSE(second.is_ready());
  CHECK_FALSE(third.is_ready());
  CHECK(cold == 0);
  busy.free();
  CHECK(second.get().is_result());
  CHECK(third.get().is_result());
  CHECK(cold >= 1);
}

TEST_CASE("p7: a fetch behind a delete on its way to disk is not answered from memory before it") {
  RunningService s;
  std::atomic<int> hot{0};
  s.script->fetch_hot = [&](const ms::FetchArgument&) -> std::optional<mstore::Outcome<mstore::Fetched>> {
    ++hot;
    return mstore::Fetched{};
  };
  const auto association = bound_user(s);
  ms::DeleteArgument remove;
  remove.items = std::vector<ms::SequenceNumber>{1};
  auto removed = association->invoke(operations::delete_entries, remove.encode(Edition::e1994));
  ms::FetchArgument argument;
  argument.item = ms::SequenceNumber{1};
  auto fetched = association->invoke(operations::fetch, argument.encode(Edition::e1994));
  auto completion = s.script->removals.take();
  // A round trip on another association: this one's fetch has been read from the socket, if not earlier.
  CHECK(bound_user(s, Edition::e1994, bob_name, "pw-b")
            ->invoke(operations::summarize, ms::SummarizeArgument{}.encode(Edition::e1994))
            .get()
            .is_result());
  CHECK(hot == 0);
  CHECK_FALSE(fetched.is_ready());
  completion(ms::DeleteResult{});
  CHECK(removed.get().is_result());
  CHECK(fetched.get().is_result());
  CHECK(hot == 0);
}

TEST_CASE("p7: a submission that waits for the MTA does not hold up retrieval") {
  auto config = service_config();
  access::Runtime mta_runtime(1);
  SubmissionMta mta(mta_runtime, "MTA1", "mta-pw", {&access::contexts::mts_access_94()});
  config.mtas[0].address = loopback(mta.port());
  RunningService s(config);
  const auto association = bound_user(s);
  auto submitted = association->invoke(operations::message_submission,
                                       submission_argument(alice_name, bob_name, to_octets("content")));
  auto call = mta.calls().take();
  CHECK(association->invoke(operations::list, list_argument(Edition::e1994)).get().is_result());
  CHECK_FALSE(submitted.is_ready());
  call.reply.result(submission_result("m1"));
  CHECK(submitted.get().is_result());
}

TEST_CASE("p7: a user changes the password, by Register-MS and by Change-Credentials") {
  RunningService s;
  const auto association = bound_user(s);
  const auto change = [](std::string_view from, std::string_view to) {
    ms::RegisterMsArgument argument;
    argument.change_credentials = ms::ChangeCredentials{asn1::ia5_password(from), asn1::ia5_password(to)};
    return argument;
  };
  const auto by_register = [&](std::string_view from, std::string_view to) {
    return association->invoke(operations::register_ms, change(from, to).encode(Edition::e1994)).get();
  };
  Outcome wrong = by_register("nope", "new");
  REQUIRE(wrong.kind() == Outcome::Kind::error);
  CHECK(wrong.code() == ms::error_code::old_credentials_incorrectly_specified);
  Outcome bad = by_register("pw-a", "");
  REQUIRE(bad.kind() == Outcome::Kind::error);
  CHECK(bad.code() == ms::error_code::new_credentials_unacceptable);
  CHECK(by_register("pw-a", "second").is_result());
  CHECK(bind_problem(connect_user(s.runtime, s.p7, user_bind(alice_name, "pw-a"))) ==
        ms::BindProblem::authentication_error);
  CHECK(connect_user(s.runtime, s.p7, user_bind(alice_name, "second")).ok());

  const auto encoded = ms::encode_change_credentials(*change("second", "third").change_credentials);
  const Outcome changed = association->invoke(operations::change_credentials, encoded).get();
  REQUIRE(changed.is_result());
  CHECK(to_hex(changed.value().view()) == "0500");
  CHECK(connect_user(s.runtime, s.p7, user_bind(alice_name, "third")).ok());
  CHECK(bind_problem(connect_user(s.runtime, s.p7, user_bind(alice_name, "second"))) ==
        ms::BindProblem::authentication_error);
}

namespace {

Octets change_argument(std::string_view from, std::string_view to) {
  return ms::encode_change_credentials({asn1::ia5_password(from), asn1::ia5_password(to)});
}
Octets register_argument(std::string_view from, std::string_view to) {
  ms::RegisterMsArgument argument;
  argument.change_credentials = ms::ChangeCredentials{asn1::ia5_password(from), asn1::ia5_password(to)};
  return argument.encode(Edition::e1994);
}

// The code of the error it must be.
std::int32_t error_code(const Outcome& outcome) {
  INFO(access::to_string(outcome));
  REQUIRE(outcome.kind() == Outcome::Kind::error);
  return outcome.code();
}

}  // namespace

TEST_CASE("p7: who guesses the old password is slowed as who guesses at a bind, by the same count") {
  auto config = service_config();
  config.limits.failed_binds_per_user = 2;
  config.limits.failed_binds_span = std::chrono::hours(1);
  config.limits.failed_binds_wait = std::chrono::milliseconds(50);
  RunningService s(config);
  const auto association = bound_user(s);
  const auto by_change = [&](std::string_view from) {
    return association->invoke(operations::change_credentials, change_argument(from, "new")).get();
  };
  const auto by_register = [&](std::string_view from) {
    return association->invoke(operations::register_ms, register_argument(from, "new")).get();
  };
  CHECK(error_code(by_change("guess 1")) == ms::error_code::old_credentials_incorrectly_specified);
  CHECK(error_code(by_register("guess 2")) == ms::error_code::old_credentials_incorrectly_specified);
  // The right one is not looked at either.
  CHECK(error_code(by_change("pw-a")) == ms::error_code::remote_bind_error);
  CHECK(error_code(by_register("pw-a")) == ms::error_code::service_error);
  CHECK(bind_problem(connect_user(s.runtime, s.p7, user_bind(alice_name, "pw-a"))) ==
        ms::BindProblem::unable_to_establish_association);
  CHECK(s.log_text().find(" B304 ") != std::string::npos);
  // Nothing else of the association waits, nor does another user.
  CHECK(association->invoke(operations::list, list_argument(Edition::e1994)).get().is_result());
  CHECK(connect_user(s.runtime, s.p7, user_bind(bob_name, "pw-b")).ok());
}

TEST_CASE("p7: a right old password clears the count") {
  auto config = service_config();
  config.limits.failed_binds_per_user = 2;
  config.limits.failed_binds_span = std::chrono::hours(1);
  config.limits.failed_binds_wait = std::chrono::milliseconds(50);
  RunningService s(config);
  const auto association = bound_user(s);
  const auto change = [&](std::string_view from, std::string_view to) {
    return association->invoke(operations::change_credentials, change_argument(from, to)).get();
  };
  for (int i = 0; i < 3; ++i) {
    CHECK(error_code(change("guess", "new")) == ms::error_code::old_credentials_incorrectly_specified);
    // Right, though the new one is not acceptable.
    CHECK(error_code(change("pw-a", "")) == ms::error_code::new_credentials_unacceptable);
  }
}

TEST_CASE("p7: a change of password that is slowed ends with a service that is hurried") {
  auto config = service_config();
  config.limits.failed_binds_per_user = 1;
  config.limits.failed_binds_span = std::chrono::hours(1);
  config.limits.failed_binds_wait = std::chrono::hours(1);
  RunningService s(config);
  const auto association = bound_user(s);
  const auto change = [&] {
    return association->invoke(operations::change_credentials, change_argument("guess", "new"));
  };
  CHECK(error_code(change().get()) == ms::error_code::old_credentials_incorrectly_specified);
  auto slowed = change();
  auto listed = association->invoke(operations::list, list_argument(Edition::e1994));
  // Submissions do not wait behind them: with its answer both have come, and are not refused by the stop.
  CHECK(association->invoke(operations::message_submission, Octets{0x02, 0x01, 0x05}).get().kind() ==
        Outcome::Kind::rejected);
  (void)s.service->stop([] { return true; });
  CHECK(slowed.get().kind() == Outcome::Kind::lost);
  CHECK(listed.get().kind() == Outcome::Kind::lost);
}

TEST_CASE("p7: Change-Credentials answers what the store cannot do with an error of its own") {
  RunningService s;
  const auto association = bound_user(s);
  s.script->writable(Error(ErrorKind::unavailable, "disk full"));
  CHECK(
      error_code(association->invoke(operations::change_credentials, change_argument("pw-a", "new")).get()) ==
      ms::error_code::remote_bind_error);
  CHECK(error_code(association->invoke(operations::register_ms, register_argument("pw-a", "new")).get()) ==
        ms::error_code::service_error);
  CHECK(s.log_text().find("disk full") != std::string::npos);
}

TEST_CASE("p7: no octets of passwords in the log, whatever is wrong around them") {
  RunningService s;
  // "secret" where a password stands, and beside it what does not belong there.
  access::ConnectOptions options;
  options.address = loopback(s.p7);
  options.context = &access::contexts::ms_access_94();
  options.bind_argument = *from_hex("31 10 a2 08 16 06 736563726574 80 01 05 80 01 05");
  CHECK_FALSE(access::connect(s.runtime, std::move(options)).get().ok());
  const auto association = bound_user(s);
  for (const auto& [operation, argument] :
       {std::pair(operations::change_credentials,
                  *from_hex("31 10 a0 08 16 06 736563726574 80 01 05 80 01 05")),
        std::pair(operations::register_ms, *from_hex("31 0e a4 0c a0 08 16 06 736563726574 05 00"))})
    CHECK(association->invoke(operation, argument).get().kind() == Outcome::Kind::rejected);
  CHECK(association->invoke(operations::list, *from_hex("31 03 02 01 05")).get().kind() ==
        Outcome::Kind::rejected);
  const std::string log = s.log_text();
  for (const char* event : {" B303 ", " O403 "}) CHECK(log.find(event) != std::string::npos);
  CHECK(log.find("736563726574") == std::string::npos);
  // Of others they are there.
  CHECK(log.find("octets=3103020105") != std::string::npos);
}

TEST_CASE("p7: no more connections from one address than allowed, over all listeners") {
  auto config = service_config();
  config.limits.associations_per_address = 2;
  RunningService s(config);
  const auto first = bound_user(s), second = bound_user(s);
  CHECK_FALSE(connect_mta(s.runtime, s.p3, "MTA1", "mta-pw").ok());
  CHECK(s.log_text().find("limit of 2 associations from one address") != std::string::npos);
}

TEST_CASE("p7: a client that does not answer its alerts gets a few, and the next when it answers") {
  RunningService s;
  const auto taker = std::make_shared<Recorder>();
  auto made = connect_user(s.runtime, s.p7, user_bind(alice_name, "pw-a"), Edition::e1994, taker);
  REQUIRE(made.ok());
  const auto round_trip = [&] {
    CHECK(made->association->invoke(operations::list, list_argument(Edition::e1994)).get().is_result());
  };
  round_trip();
  for (mstore::SequenceNumber number = 1; number <= 100; ++number) {
    mstore::Alert alert;
    alert.mailbox = 1;
    alert.registration = 3;
    alert.entry.sequence_number = number;
    s.script->alert_sink(alert);
  }
  std::deque<Recorder::Call> calls;
  for (int i = 0; i < 8; ++i) calls.push_back(taker->calls.take());
  round_trip();
  CHECK(taker->calls.size() == 0);
  // Those that wait come one by one, in their order; those beyond are left to the next bind.
  for (mstore::SequenceNumber number = 1; number <= 72; ++number) {
    if (calls.empty()) calls.push_back(taker->calls.take());
    auto call = std::move(calls.front());
    calls.pop_front();
    const auto argument = ms::AlertArgument::decode(call.invocation.argument.view()).value();
    CHECK(argument.new_entry->sequence_number == number);
    call.reply.result(ms::null_result());
    CHECK(s.script->told.take().second == number);
  }
  round_trip();
  CHECK(taker->calls.size() == 0);
  CHECK(s.log_text().find("number=73 error=\"too many are unanswered\"") != std::string::npos);
}

TEST_CASE("p7: alerts go to every association of the user and are noted when taken") {
  RunningService s;
  const auto taker = std::make_shared<Recorder>();
  auto made = connect_user(s.runtime, s.p7, user_bind(alice_name, "pw-a"), Edition::e1994, taker);
  REQUIRE(made.ok());
  const auto other = std::make_shared<Recorder>();
  auto bobs = connect_user(s.runtime, s.p7, user_bind(bob_name, "pw-b"), Edition::e1994, other);
  REQUIRE(bobs.ok());
  // The session listens when it has been opened, which the client does not see: a round trip does.
  CHECK(made->association->invoke(operations::list, list_argument(Edition::e1994)).get().is_result());
  mstore::Alert alert;
  alert.mailbox = 1;
  alert.registration = 3;
  alert.entry.sequence_number = 17;
  s.script->alert_sink(alert);
  auto call = taker->calls.take();
  CHECK(call.invocation.operation == operations::alert);
  const auto argument = ms::AlertArgument::decode(call.invocation.argument.view()).value();
  CHECK(argument.registration_identifier == 3);
  CHECK(argument.new_entry->sequence_number == 17);
  CHECK(s.script->told.size() == 0);
  call.reply.result(ms::null_result());
  CHECK(s.script->told.take() == std::pair<std::uint32_t, mstore::SequenceNumber>(3, 17));
  CHECK(other->calls.size() == 0);
}

TEST_CASE("p7: an alert has for each association what its edition has") {
  RunningService s;
  const auto young = std::make_shared<Recorder>(), old = std::make_shared<Recorder>();
  std::vector<access::AssociationPtr> associations;
  for (const auto& [edition, recorder] : {std::pair(Edition::e1994, young), std::pair(Edition::e1988, old)}) {
    auto made = connect_user(s.runtime, s.p7, user_bind(alice_name, "pw-a"), edition, recorder);
    REQUIRE(made.ok());
    CHECK(made->association->invoke(operations::list, list_argument(edition)).get().is_result());
    associations.push_back(made->association);
  }
  const Octets attribute = *from_hex("30 0a 06 03 56 04 03 30 03 02 01 05");
  mstore::Alert alert;
  alert.mailbox = 1;
  alert.entry.sequence_number = alert.entry_88.sequence_number = 17;
  alert.entry.attributes = {attribute};
  s.script->alert_sink(alert);
  const auto attributes = [](Recorder& recorder) {
    auto call = recorder.calls.take();
    const auto argument = ms::AlertArgument::decode(call.invocation.argument.view()).value();
    call.reply.result(ms::null_result());
    CHECK(argument.new_entry->sequence_number == 17);
    return argument.new_entry->attributes.size();
  };
  CHECK(attributes(*young) == 1);
  CHECK(attributes(*old) == 0);
}

TEST_CASE("p7: the end of the service lets an operation finish and refuses new binds") {
  RunningService s;
  const auto association = bound_user(s);
  ms::DeleteArgument remove;
  remove.items = std::vector<ms::SequenceNumber>{1};
  auto removed = association->invoke(operations::delete_entries, remove.encode(Edition::e1994));
  auto completion = s.script->removals.take();
  bool stopped = false;  // Catch's assertions belong to the test's own thread
  std::thread stopper([&] { stopped = s.service->stop().ok(); });
  completion(ms::DeleteResult{});
  CHECK(removed.get().is_result());
  stopper.join();
  CHECK(stopped);
  CHECK(s.script->closed);
  CHECK_FALSE(connect_user(s.runtime, s.p7, user_bind(alice_name, "pw-a")).ok());
}

TEST_CASE("p7: a hurried end aborts what does not finish") {
  RunningService s;
  const auto association = bound_user(s);
  ms::DeleteArgument remove;
  remove.items = std::vector<ms::SequenceNumber>{1};
  auto removed = association->invoke(operations::delete_entries, remove.encode(Edition::e1994));
  const auto completion = s.script->removals.take();
  const Status stopped = s.service->stop([] { return true; });
  REQUIRE_FALSE(stopped.ok());
  CHECK(stopped.error().kind() == ErrorKind::unavailable);
  CHECK(removed.get().kind() == Outcome::Kind::lost);
}

TEST_CASE("p7: after too many failures a name is not looked at, another one is") {
  auto config = service_config();
  config.limits.failed_binds_per_user = 2;
  config.limits.failed_binds_span = std::chrono::hours(1);
  config.limits.failed_binds_wait = std::chrono::milliseconds(50);
  RunningService s(config);
  for (int i = 0; i < 2; ++i)
    CHECK(bind_problem(connect_user(s.runtime, s.p7, user_bind(alice_name, "nope"))) ==
          ms::BindProblem::authentication_error);
  CHECK(bind_problem(connect_user(s.runtime, s.p7, user_bind(alice_name, "pw-a"))) ==
        ms::BindProblem::unable_to_establish_association);
  CHECK(connect_user(s.runtime, s.p7, user_bind(bob_name, "pw-b")).ok());
  const std::string log = s.log_text();
  CHECK(log.find(" B304 ") != std::string::npos);
  CHECK(log.find("too many failed binds") != std::string::npos);
}

TEST_CASE("p7: a service that stops does not wait for binds that are slowed") {
  auto config = service_config();
  config.limits.failed_binds_per_user = 1;
  config.limits.failed_binds_span = std::chrono::hours(1);
  config.limits.failed_binds_wait = std::chrono::hours(1);
  RunningService s(config);
  CHECK(bind_problem(connect_user(s.runtime, s.p7, user_bind(alice_name, "nope"))) ==
        ms::BindProblem::authentication_error);
  access::ConnectOptions options;
  options.address = loopback(s.p7);
  options.context = &access::contexts::ms_access_94();
  options.bind_argument = user_bind(alice_name, "pw-a").encode(Edition::e1994);
  auto slowed = access::connect(s.runtime, std::move(options));
  CHECK(s.service->stop().ok());
  CHECK_FALSE(slowed.get().ok());
}

namespace {

// The configuration of the tests, with alice's password sealed and a password of the store for her.
struct Sealed {
  Sealed() {
    const auto key =
        settings::SealKey::read(folder.write("key", settings::SealKey::make_line().value())).value();
    config.service.seal_key = std::make_shared<const settings::SealKey>(key);
    config.mailboxes[0].p7_sealed = key.seal(settings::Secret("pw-a"), "alice").value();
    config.mailboxes[0].responder_password = settings::Secret("store-to-alice");
  }
  TempFolder folder;
  server::Config config = service_config();
};

ms::MsBindArgument protected_bind(std::string_view name, std::string_view password) {
  auto argument = user_bind(name, "");
  argument.initiator_credentials = access::protect(asn1::ia5_password(password), asn1::now()).value();
  return argument;
}

}  // namespace

TEST_CASE("p7: protected credentials, answered by the store's own, a replay is refused") {
  Sealed sealed;
  RunningService s(sealed.config);
  const auto argument = protected_bind(alice_name, "pw-a");
  const auto made = connect_user(s.runtime, s.p7, argument);
  REQUIRE(made.ok());
  const auto result = ms::MsBindResult::decode(made->bind_result.view()).value();
  const auto& answer = std::get<asn1::ProtectedPassword>(result.responder_credentials);
  const auto& sent = std::get<asn1::ProtectedPassword>(argument.initiator_credentials);
  CHECK(access::check_answer(answer, sent, view("store-to-alice")) == access::ProtectedFault::none);
  CHECK(bind_problem(connect_user(s.runtime, s.p7, argument)) == ms::BindProblem::authentication_error);
  CHECK(s.log_text().find("seen before") != std::string::npos);
  CHECK(connect_user(s.runtime, s.p7, protected_bind(alice_name, "pw-a")).ok());
  // A simple bind is taken too, and answered in its form.
  const auto simple = connect_user(s.runtime, s.p7, user_bind(alice_name, "pw-a"));
  REQUIRE(simple.ok());
  const auto simple_result = ms::MsBindResult::decode(simple->bind_result.view()).value();
  CHECK(chars(std::get<asn1::Password>(simple_result.responder_credentials).octets) == "store-to-alice");
}

TEST_CASE(
    "p7: protected credentials that are wrong, or of one whose password is not sealed, get one refusal") {
  Sealed sealed;
  RunningService s(sealed.config);
  const auto wrong = connect_user(s.runtime, s.p7, protected_bind(alice_name, "nope"));
  const auto unsealed = connect_user(s.runtime, s.p7, protected_bind(bob_name, "pw-b"));
  const auto unknown = connect_user(s.runtime, s.p7, protected_bind(nobody_name, "pw-a"));
  auto broken = user_bind(alice_name, "");
  broken.initiator_credentials = asn1::ProtectedPassword{*from_hex("a1 00")};
  const auto malformed = connect_user(s.runtime, s.p7, broken);
  for (const auto* made : {&wrong, &unsealed, &unknown, &malformed}) {
    CHECK(bind_problem(*made) == ms::BindProblem::authentication_error);
    CHECK(equal(made->error().bind_error.view(), wrong.error().bind_error.view()));
  }
}

TEST_CASE("p7: without a key nobody binds with protected credentials") {
  RunningService s;
  CHECK(bind_problem(connect_user(s.runtime, s.p7, protected_bind(alice_name, "pw-a"))) ==
        ms::BindProblem::authentication_error);
}
