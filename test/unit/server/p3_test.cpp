// P3, deliveries, over real sockets, with a double of the engine (cases of mts.md 13).
#include <thread>

#include "service_fixture.hpp"
#include "x400/access/protected_password.hpp"
#include "x400/asn1/mts/control.hpp"
#include "x400/asn1/mts/errors.hpp"
#include "x400/asn1/mts/extension_values.hpp"

using namespace x400;
using namespace x400::test;
using access::Outcome;
using asn1::Edition;

namespace {

mts::MtsBindError bind_error(const ConnectResult& result) {
  REQUIRE_FALSE(result.ok());
  INFO(result.error().text);
  REQUIRE(result.error().kind == access::ConnectFailure::Kind::bind_error);
  return mts::decode_bind_error(result.error().bind_error.view()).value();
}

access::AssociationPtr bound(RunningService& s, Edition edition = Edition::e1994,
                             std::shared_ptr<access::Handler> handler = nullptr) {
  auto made = connect_mta(s.runtime, s.p3, "MTA1", "mta-pw", edition, std::move(handler));
  if (!made.ok()) FAIL(made.error().text);
  return made->association;
}

Octets delivery(std::string local, std::string_view recipient, std::string_view content = "content") {
  return delivery_argument(delivery_envelope(std::move(local), recipient), to_octets(content));
}

mstore::Delivered delivered(mstore::SequenceNumber number, bool duplicate = false) {
  return {number, duplicate, mstore::Time{}};
}

mstore::SubmissionInfo submitted(const mts::MTSIdentifier& subject) {
  mstore::SubmissionInfo info;
  info.state = mstore::SubmissionState::submitted;
  info.identifier = to_octets(subject.octets());
  return info;
}

}  // namespace

TEST_CASE("p3: an MTA binds in both editions and is shown the store's name and password") {
  RunningService s;
  for (const Edition edition : {Edition::e1988, Edition::e1994}) {
    auto made = connect_mta(s.runtime, s.p3, "MTA1", "mta-pw", edition);
    REQUIRE(made.ok());
    const auto result = mts::MtsBindResult::decode(made->bind_result.view()).value();
    const auto* name = std::get_if<mts::MessageStoreName>(&result.responder_name);
    REQUIRE(name);
    CHECK(asn1::same_address(name->name.address(), address(store_name)));
    CHECK(std::get<asn1::Password>(result.responder_credentials).octets == to_octets("store-pw"));
    CHECK_FALSE(result.messages_waiting);
  }
}

TEST_CASE("p3: who is no MTA of ours is refused") {
  RunningService s;
  CHECK(bind_error(connect_mta(s.runtime, s.p3, "MTA1", "nope")) == mts::MtsBindError::authentication_error);
  CHECK(bind_error(connect_mta(s.runtime, s.p3, "MTA1", "")) == mts::MtsBindError::authentication_error);
  CHECK(bind_error(connect_mta(s.runtime, s.p3, "MTA2", "mta-pw")) ==
        mts::MtsBindError::authentication_error);
  CHECK(bind_error(connect_mta(s.runtime, s.p3, "mta1", "mta-pw")) ==
        mts::MtsBindError::authentication_error);
}

TEST_CASE("p3: while the store cannot write, an MTA is asked to come later") {
  RunningService s;
  s.script->writable(Error(ErrorKind::unavailable, "disk full"));
  CHECK(bind_error(connect_mta(s.runtime, s.p3, "MTA1", "mta-pw")) == mts::MtsBindError::busy);
  s.script->writable(std::nullopt);
  CHECK(connect_mta(s.runtime, s.p3, "MTA1", "mta-pw").ok());
}

TEST_CASE("p3: a delivery is answered when it is durable, not before") {
  RunningService s;
  const auto association = bound(s);
  const auto envelope = delivery_envelope("m1", alice_name);
  auto answer =
      association->invoke(operations::message_delivery, delivery_argument(envelope, to_octets("content")));
  auto [taken, completion] = s.script->deliveries.take();
  CHECK(s.script->mailboxes.at(taken.mailbox - 1).settings.id == "alice");
  CHECK(taken.envelope == envelope.encode());
  CHECK(chars(taken.content.octets) == "content");
  CHECK_FALSE(answer.is_ready());
  completion(delivered(1));
  const Outcome outcome = answer.get();
  REQUIRE(outcome.is_result());
  CHECK(to_hex(outcome.value().view()) == "3100");
  CHECK(s.log_text().find(" D504 message delivered") != std::string::npos);
}

TEST_CASE("p3: deliveries on one association reach the engine in order, several at once") {
  RunningService s;
  const auto association = bound(s);
  std::vector<access::Pending<Outcome>> answers;
  for (int i = 0; i < 20; ++i)
    answers.push_back(
        association->invoke(operations::message_delivery, delivery("m" + std::to_string(i), alice_name)));
  std::vector<mstore::DeliveryCompletion> completions;
  for (int i = 0; i < 20; ++i) {
    auto [taken, completion] = s.script->deliveries.take();
    CHECK(mts::MessageDeliveryEnvelope::decode(taken.envelope).value().identifier.local() ==
          "m" + std::to_string(i));
    completions.push_back(std::move(completion));
  }
  for (auto& completion : completions) completion(delivered(1));
  for (auto& answer : answers) CHECK(answer.get().is_result());
}

TEST_CASE("p3: short deliveries need no thread of the engine pool, longer ones do, and the order stands") {
  auto config = service_config();
  config.service.engine_threads = 1;
  RunningService s(config);
  const auto association = bound(s), other = bound(s);
  BusyPool busy(s);
  const std::string large(64 * 1024, 'x');
  const auto deliver = [&](const std::string& local, std::string_view content) {
    return association->invoke(operations::message_delivery, delivery(local, alice_name, content));
  };
  auto first = deliver("m0", "short");
  auto [taken, completion] = s.script->deliveries.take();
  CHECK(chars(taken.content.octets) == "short");
  completion(delivered(1));
  CHECK(first.get().is_result());
  std::vector<access::Pending<Outcome>> answers;
  answers.push_back(deliver("m1", large));
  answers.push_back(deliver("m2", "short"));
  // Another association's short one goes before them.
  auto quick = other->invoke(operations::message_delivery, delivery("m3", alice_name));
  auto [next, quick_completion] = s.script->deliveries.take();
  CHECK(mts::MessageDeliveryEnvelope::decode(next.envelope).value().identifier.local() == "m3");
  quick_completion(delivered(2));
  CHECK(quick.get().is_result());
  CHECK(s.script->deliveries.size() == 0);
  busy.free();
  for (const char* local : {"m1", "m2"}) {
    auto [late, late_completion] = s.script->deliveries.take();
    CHECK(mts::MessageDeliveryEnvelope::decode(late.envelope).value().identifier.local() == local);
    late_completion(delivered(3));
  }
  for (auto& answer : answers) CHECK(answer.get().is_result());
}

TEST_CASE("p3: a content in segments is joined") {
  RunningService s;
  const auto association = bound(s);
  // The last value of the argument, 04 07 "content", as a constructed OCTET STRING in two segments.
  Octets argument = delivery("m1", alice_name);
  argument.resize(argument.size() - 9);
  const auto segments = *from_hex("24 80 04 03 63 6f 6e 04 04 74 65 6e 74 00 00");
  append(argument, segments);
  REQUIRE(argument[1] == 0x81);  // SEQUENCE, one octet of length follows
  argument[2] = static_cast<std::uint8_t>(argument.size() - 3);
  auto answer = association->invoke(operations::message_delivery, argument);
  auto [taken, completion] = s.script->deliveries.take();
  CHECK(chars(taken.content.octets) == "content");
  completion(delivered(1));
  CHECK(answer.get().is_result());
}

TEST_CASE("p3: a repeat is answered as a success") {
  RunningService s;
  auto answer = bound(s)->invoke(operations::message_delivery, delivery("m1", alice_name));
  s.script->deliveries.take().second(delivered(1, true));
  (void)answer.get();
  CHECK(s.log_text().find("duplicate=true") != std::string::npos);
}

TEST_CASE("p3: for a user nobody knows the MTA makes a non-delivery report") {
  RunningService s;
  const auto association = bound(s);
  const Outcome outcome =
      association->invoke(operations::message_delivery, delivery("m1", nobody_name)).get();
  REQUIRE(outcome.kind() == Outcome::Kind::error);
  CHECK(outcome.code() == mts::error_code::security_error);
  CHECK(mts::decode_security_problem(outcome.value().view()).value() ==
        mts::SecurityProblem::unauthorised_user_name);
  CHECK(association->is_open());
  CHECK(s.log_text().find(" D507 ") != std::string::npos);
}

TEST_CASE("p3: or, as configured, the MTA keeps the message until the mailbox is there") {
  auto config = service_config();
  config.mtas[0].unknown_mailbox = server::MtaConfig::UnknownMailbox::abort;
  RunningService s(config);
  CHECK(bound(s)->invoke(operations::message_delivery, delivery("m1", nobody_name)).get().kind() ==
        Outcome::Kind::lost);
}

TEST_CASE("p3: what the engine does not take") {
  RunningService s;
  const auto answer_to = [&](mstore::DeliveryFailure failure) {
    const auto association = bound(s);
    auto answer = association->invoke(operations::message_delivery, delivery("m1", alice_name));
    s.script->deliveries.take().second(std::move(failure));
    return answer.get();
  };
  const Outcome critical = answer_to({mts::plain_error(mts::error_code::unsupported_critical_function),
                                      Error(ErrorKind::unsupported, "extension 99")});
  REQUIRE(critical.kind() == Outcome::Kind::error);
  CHECK(critical.code() == mts::error_code::unsupported_critical_function);
  CHECK(to_hex(critical.value().view()) == "0500");
  const Outcome malformed = answer_to({std::nullopt, Error(ErrorKind::malformed, "no envelope")});
  REQUIRE(malformed.kind() == Outcome::Kind::rejected);
  CHECK(malformed.problem() == osi::problems::mistyped_argument);
  for (const ErrorKind kind :
       {ErrorKind::unavailable, ErrorKind::io, ErrorKind::closed, ErrorKind::not_found})
    CHECK(answer_to({std::nullopt, Error(kind, "disk")}).kind() == Outcome::Kind::lost);
  CHECK(s.log_text().find(" D508 delivery not taken") != std::string::npos);
}

TEST_CASE("p3: what the engine does not take ends the association, whoever says so and however soon") {
  RunningService s;
  const bool another_thread = GENERATE(true, false);
  s.script->deliver = [&](mstore::DeliveryCompletion completion) {
    const auto tell = [completion = std::move(completion)] {
      completion(mstore::DeliveryFailure{std::nullopt, Error(ErrorKind::io, "disk")});
    };
    if (!another_thread) return tell();
    std::thread(tell).join();
  };
  for (const std::size_t size : {std::size_t{10}, std::size_t{64} * 1024}) {
    const auto association = bound(s);
    const auto argument = delivery("m1", alice_name, std::string(size, 'x'));
    CHECK(association->invoke(operations::message_delivery, argument).get().kind() == Outcome::Kind::lost);
  }
}

TEST_CASE("p3: a mailbox at its hard quota") {
  const bool reject = GENERATE(false, true);
  auto config = service_config();
  if (reject) config.mtas[0].full_mailbox = server::MtaConfig::FullMailbox::reject;
  RunningService s(config);
  const auto association = bound(s);
  auto answer = association->invoke(operations::message_delivery, delivery("m1", alice_name));
  mstore::DeliveryFailure failure{std::nullopt, Error(ErrorKind::unavailable, "quota")};
  failure.mailbox_full = true;
  s.script->deliveries.take().second(std::move(failure));
  const Outcome outcome = answer.get();
  CHECK(outcome.kind() == (reject ? Outcome::Kind::rejected : Outcome::Kind::lost));
  CHECK(s.log_text().find(" D511 mailbox full") != std::string::npos);
  if (!reject) return;
  CHECK(outcome.problem() == osi::problems::resource_limitation);
  auto next = association->invoke(operations::message_delivery, delivery("m2", bob_name));
  s.script->deliveries.take().second(mstore::Delivered{1, false, {}});
  CHECK(next.get().kind() == Outcome::Kind::result);
}

TEST_CASE("p3: an argument that is none is rejected") {
  RunningService s;
  const auto association = bound(s);
  for (const auto operation : {operations::message_delivery, operations::report_delivery}) {
    const Outcome outcome = association->invoke(operation, Octets{0x02, 0x01, 0x05}).get();
    REQUIRE(outcome.kind() == Outcome::Kind::rejected);
    CHECK(outcome.problem() == osi::problems::mistyped_argument);
  }
}

TEST_CASE("p3: a report goes to who submitted its subject, also after a restart") {
  RunningService s;
  const auto subject = identifier("sub-1");
  s.script->submissions[2] = {submitted(subject)};
  auto answer = bound(s)->invoke(operations::report_delivery, report_envelope(subject, nobody_name).encode());
  auto [taken, completion] = s.script->reports.take();
  CHECK(s.script->mailboxes.at(taken.mailbox - 1).settings.id == "bob");
  CHECK_FALSE(taken.returned_content);
  completion(delivered(1));
  const Outcome outcome = answer.get();
  REQUIRE(outcome.is_result());
  CHECK(to_hex(outcome.value().view()) == "0500");
}

TEST_CASE("p3: a report with returned content") {
  RunningService s;
  const auto subject = identifier("sub-2");
  s.script->submissions[1] = {submitted(subject)};
  const auto envelope = report_envelope(subject, nobody_name).encode();
  Octets argument = mts::report_delivery_head(envelope, 4);
  append(argument, to_octets("back"));
  auto answer = bound(s)->invoke(operations::report_delivery, argument);
  auto [taken, completion] = s.script->reports.take();
  CHECK(taken.envelope == envelope);
  REQUIRE(taken.returned_content);
  CHECK(chars(taken.returned_content->octets) == "back");
  completion(delivered(1));
  CHECK(answer.get().is_result());
}

TEST_CASE("p3: a report whose subject nobody submitted goes to the originator it names, if it names one") {
  RunningService s;
  auto envelope = report_envelope(identifier("other"), nobody_name);
  const Outcome unknown = bound(s)->invoke(operations::report_delivery, envelope.encode()).get();
  CHECK(unknown.kind() == Outcome::Kind::error);

  mts::Expansion originator, list;
  originator.name = address(alice_name);
  originator.time.text = "260301115900Z";
  list.name = address("C=XX;ADMD=TEST;O=Org;CN=Everybody");
  list.time.text = "260301115930Z";
  envelope.extensions.add(
      mts::expansion_history(mts::extension::originator_and_dl_expansion_history, {originator, list}));
  auto answer = bound(s)->invoke(operations::report_delivery, envelope.encode());
  auto [taken, completion] = s.script->reports.take();
  CHECK(s.script->mailboxes.at(taken.mailbox - 1).settings.id == "alice");
  completion(delivered(1));
  CHECK(answer.get().is_result());
}

TEST_CASE("p3: controls and password changes of the MTA on its own association") {
  RunningService s;
  const auto association = bound(s);
  mts::Controls controls;
  controls.permissible_maximum_content_length = 1000;
  const Outcome waiting = association->invoke(operations::submission_control, controls.encode()).get();
  REQUIRE(waiting.is_result());
  CHECK(mts::Waiting::decode(waiting.value().view()).ok());
  const Outcome changed =
      association
          ->invoke(operations::change_credentials, *from_hex("31 0c a0 04 16 02 61 61 a1 04 16 02 62 62"))
          .get();
  REQUIRE(changed.kind() == Outcome::Kind::error);
  CHECK(changed.code() == mts::error_code::new_credentials_unacceptable);
  for (const std::string_view none : {"05 00", "31 00", "31 06 a0 04 16 02 61 61"}) {
    const Outcome outcome = association->invoke(operations::change_credentials, *from_hex(none)).get();
    REQUIRE(outcome.kind() == Outcome::Kind::rejected);
    CHECK(outcome.problem() == osi::problems::mistyped_argument);
  }
}

TEST_CASE("p3: several associations of one MTA, and users cannot bind there") {
  RunningService s;
  const auto a = bound(s), b = bound(s, Edition::e1988);
  auto first = a->invoke(operations::message_delivery, delivery("m1", alice_name));
  auto second = b->invoke(operations::message_delivery, delivery("m2", alice_name));
  s.script->deliveries.take().second(delivered(1));
  s.script->deliveries.take().second(delivered(2));
  CHECK(first.get().is_result());
  CHECK(second.get().is_result());
  const auto user = connect_user(s.runtime, s.p3, user_bind(alice_name, "pw-a"));
  REQUIRE_FALSE(user.ok());
  CHECK(user.error().kind == access::ConnectFailure::Kind::refused);
}

TEST_CASE("p3: after too many failures an MTA is busy to whoever uses its name, known or not") {
  auto config = service_config();
  config.limits.failed_binds_per_user = 2;
  config.limits.failed_binds_span = std::chrono::hours(1);
  config.limits.failed_binds_wait = std::chrono::milliseconds(50);
  RunningService s(config);
  for (const std::string name : {"MTA1", "MTA9"}) {
    const auto problem = [&](std::string_view password) {
      const auto made = connect_mta(s.runtime, s.p3, name, password);
      REQUIRE_FALSE(made.ok());
      return mts::decode_bind_error(made.error().bind_error.view()).value();
    };
    for (int i = 0; i < 2; ++i) CHECK(problem("nope") == mts::MtsBindError::authentication_error);
    CHECK(problem("mta-pw") == mts::MtsBindError::busy);
  }
  CHECK(s.log_text().find(" B304 ") != std::string::npos);
}

TEST_CASE("p3: an MTA with protected credentials, what it must show is what it may show") {
  auto config = service_config();
  config.mtas[0].protected_credentials = true;
  RunningService s(config);
  mts::MtsBindArgument argument;
  argument.initiator_name = mts::MtaName{"MTA1"};
  const auto connect = [&](asn1::Credentials credentials) {
    argument.initiator_credentials = std::move(credentials);
    access::ConnectOptions options;
    options.address = loopback(s.p3);
    options.context =
        &access::contexts::of(access::Protocol::p3, Edition::e1994, access::Party::service, false);
    options.bind_argument = argument.encode();
    return access::connect(s.runtime, std::move(options)).get();
  };
  const auto hashed = [](std::string_view password) {
    return access::protect(asn1::ia5_password(password), asn1::now()).value();
  };
  const auto sent = hashed("mta-pw");
  const auto made = connect(sent);
  REQUIRE(made.ok());
  const auto result = mts::MtsBindResult::decode(made->bind_result.view()).value();
  CHECK(access::check_answer(std::get<asn1::ProtectedPassword>(result.responder_credentials), sent,
                             view("store-pw")) == access::ProtectedFault::none);
  // What the MTA answers a bind of ours with, sent back to us.
  const auto reflected = access::protect(asn1::ia5_password("mta-pw"), asn1::now(), &sent).value();
  for (const auto& wrong :
       std::vector<asn1::Credentials>{sent, reflected, hashed("nope"), asn1::ia5_password("mta-pw"),
                                      asn1::StrongCredentials{*from_hex("a0 00")}})
    CHECK(bind_error(connect(wrong)) == mts::MtsBindError::authentication_error);
  CHECK(connect(hashed("mta-pw")).ok());
}

TEST_CASE("p3: protected credentials are off unless the MTA is configured for them") {
  RunningService s;
  access::ConnectOptions options;
  options.address = loopback(s.p3);
  options.context =
      &access::contexts::of(access::Protocol::p3, Edition::e1994, access::Party::service, false);
  mts::MtsBindArgument argument;
  argument.initiator_name = mts::MtaName{"MTA1"};
  argument.initiator_credentials = access::protect(asn1::ia5_password("mta-pw"), asn1::now()).value();
  options.bind_argument = argument.encode();
  CHECK(bind_error(access::connect(s.runtime, std::move(options)).get()) ==
        mts::MtsBindError::authentication_error);
}
