// The way to the MTA over real sockets, with a double of the engine (cases of mts.md 13).
#include "x400/asn1/ms/submission.hpp"
#include "service_fixture.hpp"
#include "x400/access/protected_password.hpp"
#include "x400/asn1/ms/errors.hpp"
#include "x400/asn1/mts/control.hpp"
#include "x400/asn1/mts/errors.hpp"
#include "x400_certificates.hpp"

using namespace x400;
using namespace x400::test;
using access::Outcome;
using asn1::Edition;

namespace {

using Contexts = std::vector<const access::ApplicationContext*>;

// A service, an MTA it submits to, and alice bound to it.
struct Submitting {
  explicit Submitting(
      Edition edition = Edition::e1994, const std::function<void(server::Config&)>& change = [](auto&) {},
      Contexts contexts = {&access::contexts::mts_access_94(), &access::contexts::mts_access_88()},
      std::string mta_name = "MTA1", std::string mta_password = "mta-pw")
      : mta(mta_runtime, std::move(mta_name), std::move(mta_password), std::move(contexts)),
        service(config(change)) {
    alice = bound_user(service, edition);
  }

  server::Config config(const std::function<void(server::Config&)>& change) {
    auto made = service_config();
    made.mtas[0].address = loopback(mta.port());
    change(made);
    return made;
  }

  access::Pending<Outcome> submit(std::string_view content = "content") {
    return alice->invoke(operations::message_submission,
                         submission_argument(alice_name, bob_name, to_octets(content)));
  }
  // A submission that the MTA takes.
  void submit_well(std::string local) {
    auto pending = submit();
    mta.calls().take().reply.result(submission_result(std::move(local)));
    REQUIRE(pending.get().is_result());
  }

  access::Runtime mta_runtime{1};
  SubmissionMta mta;
  RunningService service;
  access::AssociationPtr alice;
};

bool is_error(const Outcome& outcome, int code) {
  return outcome.kind() == Outcome::Kind::error && outcome.code() == code;
}
bool is_remote_bind_error(const Outcome& outcome) {
  return is_error(outcome, mts::error_code::remote_bind_error);
}

void as_store(server::Config& config) { config.mtas[0].bind_as = server::MtaConfig::BindAs::store; }

Octets cancellation_of(std::string local) { return to_octets(identifier(std::move(local)).octets()); }

mts::MessageSubmissionEnvelope envelope() {
  mts::MessageSubmissionEnvelope made;
  made.originator_name = address(alice_name);
  made.content_type.value = mts::ContentType::p22;
  mts::SubmittedRecipient to;
  to.name = address(bob_name);
  made.recipients = {to};
  return made;
}
Octets message(const Octets& encoded_envelope) {
  Octets argument = mts::message_submission_head(encoded_envelope, 1);
  argument.push_back('x');
  return argument;
}
// A member put behind the others of a SET.
Octets with_member(View set, View member) {
  const auto whole = ber::read_one(set).value();
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    w.raw(whole.content);
    w.raw(member);
  });
  return std::move(w).take();
}
// A SET without the members of that tag.
Octets without_member(View set, ber::Tag tag) {
  const auto whole = ber::read_one(set).value();
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    for (ber::Reader r(whole.content); !r.at_end();)
      if (const auto member = r.next().value(); member.tag != tag) w.raw(member.whole);
  });
  return std::move(w).take();
}

}  // namespace

TEST_CASE(
    "submission: the store binds as the user, sends the argument as it came, gives the MTA's result back") {
  Submitting s(Edition::e1988);
  const auto argument = submission_argument(alice_name, bob_name, to_octets("content"));
  auto pending = s.alice->invoke(operations::message_submission, argument);
  const auto bind = s.mta.binds().take();
  CHECK(bind.context == "mts-access-94");
  const auto* name = std::get_if<mts::MessageStoreName>(&bind.argument.initiator_name);
  REQUIRE(name);
  CHECK(asn1::same_address(name->name.address(), address(alice_name)));
  CHECK(std::get<asn1::Password>(bind.argument.initiator_credentials).octets == to_octets("alice-mts"));
  CHECK_FALSE(bind.argument.messages_waiting);
  auto call = s.mta.calls().take();
  CHECK(call.invocation.operation == operations::message_submission);
  CHECK(equal(call.invocation.argument.view(), argument));
  call.reply.result(submission_result("m1"));
  const Outcome outcome = pending.get();
  REQUIRE(outcome.is_result());
  CHECK(equal(outcome.value().view(), submission_result("m1")));
}

TEST_CASE("submission: in 1994 the store adds the number of the entry it made") {
  Submitting s;
  auto pending = s.submit();
  s.mta.calls().take().reply.result(submission_result("m1"));
  const Outcome outcome = pending.get();
  REQUIRE(outcome.is_result());
  const auto parts = ms::split_submission_result(outcome.value().view()).value();
  CHECK(mts::SubmissionResult::decode(parts.mts_result).value().identifier == identifier("m1"));
  CHECK(parts.ms_result->created_entry == 7u);
}

TEST_CASE("submission: options of 1994 stay in the store") {
  Submitting s;
  ms::SubmissionOptions options;
  options.object_entry_class = ms::EntryClass::submission;
  const auto plain = submission_argument(alice_name, bob_name, to_octets("content"));
  const auto with = ms::add_submission_options(plain, options).value();
  auto pending = s.alice->invoke(operations::message_submission, with);
  auto call = s.mta.calls().take();
  CHECK(equal(call.invocation.argument.view(), plain));
  call.reply.result(submission_result("m1"));
  CHECK(pending.get().is_result());
}

TEST_CASE("submission: one association serves a user's submissions, another user has another") {
  Submitting s;
  s.submit_well("m1");
  s.submit_well("m2");
  CHECK(s.mta.binds().size() == 1);
  auto bob = connect_user(s.service.runtime, s.service.p7, user_bind(bob_name, "pw-b"));
  REQUIRE(bob.ok());
  auto pending = bob->association->invoke(operations::message_submission,
                                          submission_argument(bob_name, alice_name, to_octets("x")));
  s.mta.calls().take().reply.result(submission_result("m3"));
  CHECK(pending.get().is_result());
  CHECK(s.mta.binds().size() == 2);
}

TEST_CASE("submission: several at once share the association, answers come in any order") {
  Submitting s;
  auto first = s.submit("1"), second = s.submit("2");
  auto one = s.mta.calls().take(), two = s.mta.calls().take();
  two.reply.result(submission_result("m2"));
  one.reply.result(submission_result("m1"));
  CHECK(first.get().is_result());
  CHECK(second.get().is_result());
  CHECK(s.mta.binds().size() == 1);
}

TEST_CASE("submission: what an MTA leaves unanswered has an end, and the rest goes on") {
  Submitting s;
  constexpr std::size_t sessions = 5, each = 64, most = 256;
  std::vector<access::AssociationPtr> bound{s.alice};
  while (bound.size() < sessions)
    bound.push_back(
        connect_user(s.service.runtime, s.service.p7, user_bind(alice_name, "pw-a"))->association);
  s.submit_well("m0");  // the link is open: nothing waits for it
  // Shared: the last put() may still be about to say so when its value is taken.
  const auto outcomes = std::make_shared<Inbox<Outcome>>();
  for (const auto& association : bound)
    for (std::size_t i = 0; i < each; ++i)
      association
          ->invoke(operations::message_submission,
                   submission_argument(alice_name, bob_name, to_octets("content")))
          .then([outcomes](const Outcome& outcome) { outcomes->put(outcome); });
  for (std::size_t i = 0; i < sessions * each - most; ++i) CHECK(is_remote_bind_error(outcomes->take()));
  for (std::size_t i = 0; i < most; ++i)
    s.mta.calls().take().reply.result(submission_result(std::to_string(i)));
  for (std::size_t i = 0; i < most; ++i) CHECK(outcomes->take().is_result());
}

TEST_CASE("submission: the MTA's error reaches the user unchanged") {
  Submitting s;
  auto pending = s.submit();
  const auto error = mts::recipient_improperly_specified({asn1::EncodedORName(address(bob_name))});
  s.mta.calls().take().reply.error(error.code, *error.parameter);
  const Outcome outcome = pending.get();
  REQUIRE(outcome.kind() == Outcome::Kind::error);
  CHECK(outcome.code() == mts::error_code::recipient_improperly_specified);
  CHECK(equal(outcome.value().view(), *error.parameter));
}

TEST_CASE("submission: the association breaks between request and answer") {
  Submitting s;
  auto pending = s.submit();
  auto call = s.mta.calls().take();
  call.association->abort("as the test wants");
  CHECK(is_remote_bind_error(pending.get()));
  // It is not repeated; the next one goes on a new association.
  s.submit_well("m2");
  CHECK(s.mta.binds().size() == 2);
  CHECK(s.mta.calls().size() == 0);
  CHECK(s.service.log_text().find(" T607 outcome of a submission unknown") != std::string::npos);
}

TEST_CASE("submission: with room for one association, a broken one makes room at once") {
  Submitting s(Edition::e1994, [](server::Config& c) { c.mtas[0].submit_associations = 1; });
  for (int done = 0; done < 20;) {
    auto pending = s.submit();
    // It arrives, or is lost with the association that has just been broken.
    while (!pending.is_ready() && s.mta.calls().size() == 0) std::this_thread::yield();
    if (s.mta.calls().size() == 0) continue;
    auto call = s.mta.calls().take();
    call.reply.result(submission_result("m"));
    if (pending.get().is_result()) ++done;
    call.association->abort("as the test wants");
  }
  CHECK(s.service.log_text().find("all in use") == std::string::npos);
}

TEST_CASE("submission: a rejected invocation was not carried out") {
  Submitting s;
  auto pending = s.submit();
  s.mta.calls().take().reply.reject(osi::problems::resource_limitation);
  CHECK(is_remote_bind_error(pending.get()));
  CHECK(s.service.log_text().find(" T606 submission not sent") != std::string::npos);
}

TEST_CASE("submission: nobody listens at the MTA's address") {
  Submitting s(Edition::e1994, [](server::Config& c) {
    access::Runtime runtime(1);
    SubmissionMta gone(runtime, "MTA1", "mta-pw", {&access::contexts::mts_access_94()});
    c.mtas[0].address = loopback(gone.port());
    c.mtas[0].retry_first = c.mtas[0].retry_most = std::chrono::hours(1);
  });
  CHECK(is_remote_bind_error(s.submit().get()));
  // Within the pause no second attempt is made, and the user is told at once.
  CHECK(is_remote_bind_error(s.submit().get()));
  const std::string log = s.service.log_text();
  const auto first = log.find(" T602 cannot bind to MTA");
  REQUIRE(first != std::string::npos);
  CHECK(log.find(" T602 ", first + 1) == std::string::npos);
}

TEST_CASE("submission: after the pause the MTA is tried again") {
  Submitting s(Edition::e1994,
               [](server::Config& c) { c.mtas[0].retry_first = std::chrono::milliseconds(1); });
  s.mta.refuse_with(mts::MtsBindError::busy);
  CHECK(is_remote_bind_error(s.submit().get()));
  s.mta.refuse_with(std::nullopt);
  for (;;) {
    auto pending = s.submit();
    // Either the pause is still on, or the submission arrives.
    while (!pending.is_ready() && s.mta.calls().size() == 0) std::this_thread::yield();
    if (s.mta.calls().size() == 0) continue;
    s.mta.calls().take().reply.result(submission_result("m1"));
    CHECK(pending.get().is_result());
    break;
  }
}

TEST_CASE("submission: a refused password is not tried again soon") {
  Submitting s(Edition::e1994, [](server::Config& c) {
    c.mtas[0].retry_first = c.mtas[0].retry_most = std::chrono::milliseconds(1);
  });
  s.mta.refuse_with(mts::MtsBindError::authentication_error);
  CHECK(is_remote_bind_error(s.submit().get()));
  CHECK(is_remote_bind_error(s.submit().get()));
  CHECK(s.mta.binds().size() == 1);
  CHECK(s.service.log_text().find("permanent=true retry_ms=900000") != std::string::npos);
}

TEST_CASE("submission: an MTA with another name or password gets nothing") {
  for (const auto& [name, password] : {std::pair("MTA9", "mta-pw"), std::pair("MTA1", "nope")}) {
    Submitting s(
        Edition::e1994, [](auto&) {}, {&access::contexts::mts_access_94()}, name, password);
    CHECK(is_remote_bind_error(s.submit().get()));
    CHECK(s.mta.calls().size() == 0);
    CHECK(s.service.log_text().find(" T603 MTA is not who it should be") != std::string::npos);
  }
}

TEST_CASE("submission: an MTA of 1988 is bound to in its own context, and remembered") {
  Submitting s(Edition::e1994, [](auto&) {}, {&access::contexts::mts_access_88()});
  s.submit_well("m1");
  CHECK(s.mta.binds().take().context == "mts-access-88");
}

TEST_CASE("submission: bind_as = store") {
  Submitting s(Edition::e1994,
               [](server::Config& c) { c.mtas[0].bind_as = server::MtaConfig::BindAs::store; });
  s.submit_well("m1");
  const auto bind = s.mta.binds().take();
  CHECK(asn1::same_address(std::get<mts::MessageStoreName>(bind.argument.initiator_name).name.address(),
                           address(store_name)));
  CHECK(std::get<asn1::Password>(bind.argument.initiator_credentials).octets == to_octets("store-pw"));
}

TEST_CASE("submission: the MTA may deliver on the association that the store opened, for its user only") {
  Submitting s;
  auto pending = s.submit();
  auto call = s.mta.calls().take();
  auto for_alice = call.association->invoke(
      operations::message_delivery, delivery_argument(delivery_envelope("d1", alice_name), to_octets("c")));
  auto [taken, completion] = s.service.script->deliveries.take();
  completion(mstore::Delivered{1, false, {}});
  CHECK(for_alice.get().is_result());
  const Outcome for_bob = call.association
                              ->invoke(operations::message_delivery,
                                       delivery_argument(delivery_envelope("d2", bob_name), to_octets("c")))
                              .get();
  REQUIRE(for_bob.kind() == Outcome::Kind::error);
  CHECK(for_bob.code() == mts::error_code::security_error);
  // A report there is the user's, whatever its subject.
  auto report = call.association->invoke(operations::report_delivery,
                                         report_envelope(identifier("anything"), bob_name).encode());
  auto [taken_report, report_completion] = s.service.script->reports.take();
  CHECK(s.service.script->mailboxes.at(taken_report.mailbox - 1).settings.id == "alice");
  report_completion(mstore::Delivered{2, false, {}});
  CHECK(report.get().is_result());
  call.reply.result(submission_result("m1"));
  CHECK(pending.get().is_result());
}

TEST_CASE("submission: a report finds the user who submitted, on an association of the MTA's own") {
  Submitting s;
  s.submit_well("m1");
  auto made = connect_mta(s.service.runtime, s.service.p3, "MTA1", "mta-pw");
  REQUIRE(made.ok());
  auto report = made->association->invoke(operations::report_delivery,
                                          report_envelope(identifier("m1"), bob_name).encode());
  auto [taken, completion] = s.service.script->reports.take();
  CHECK(s.service.script->mailboxes.at(taken.mailbox - 1).settings.id == "alice");
  completion(mstore::Delivered{1, false, {}});
  CHECK(report.get().is_result());
}

TEST_CASE("submission: what the MTA's submission-control does not allow is told to the user") {
  Submitting s;
  auto first = s.submit();
  auto call = s.mta.calls().take();
  mts::Controls controls;
  controls.permissible_maximum_content_length = 10;
  REQUIRE(call.association->invoke(operations::submission_control, controls.encode()).get().is_result());
  call.reply.result(submission_result("m1"));
  REQUIRE(first.get().is_result());
  const Outcome violated = s.submit("more than ten octets").get();
  REQUIRE(violated.kind() == Outcome::Kind::error);
  CHECK(violated.code() == mts::error_code::control_violated);
  s.submit_well("m2");  // "content" is short enough
  controls = {};
  controls.restrict = false;
  auto third = s.submit();
  call = s.mta.calls().take();
  REQUIRE(call.association->invoke(operations::submission_control, controls.encode()).get().is_result());
  call.reply.result(submission_result("m3"));
  REQUIRE(third.get().is_result());
  auto fourth = s.submit("more than ten octets");
  s.mta.calls().take().reply.result(submission_result("m4"));
  CHECK(fourth.get().is_result());
}

TEST_CASE("submission: cancelling a deferred delivery is passed on and noted") {
  Submitting s;
  s.submit_well("m1");
  const auto subject = identifier("m1");
  auto pending = s.alice->invoke(operations::cancel_deferred_delivery, to_octets(subject.octets()));
  auto call = s.mta.calls().take();
  CHECK(call.invocation.operation == operations::cancel_deferred_delivery);
  CHECK(equal(call.invocation.argument.view(), subject.octets()));
  call.reply.result(Octets{0x05, 0x00});
  const Outcome outcome = pending.get();
  REQUIRE(outcome.is_result());
  CHECK(to_hex(outcome.value().view()) == "0500");
  CHECK(s.service.script->cancellations.take().second == to_octets(subject.octets()));

  auto late = s.alice->invoke(operations::cancel_deferred_delivery, to_octets(subject.octets()));
  s.mta.calls().take().reply.error(mts::error_code::deferred_delivery_cancellation_rejected,
                                   Octets{0x05, 0x00});
  const Outcome refused = late.get();
  REQUIRE(refused.kind() == Outcome::Kind::error);
  CHECK(refused.code() == mts::error_code::deferred_delivery_cancellation_rejected);
  CHECK(s.service.script->cancellations.size() == 0);
}

TEST_CASE("submission: MTS registration is passed on in the same edition only") {
  Submitting s;
  const Octets argument = *from_hex("31 00");
  auto pending = s.alice->invoke(operations::register_, argument);
  auto call = s.mta.calls().take();
  CHECK(call.invocation.operation == operations::register_);
  CHECK(equal(call.invocation.argument.view(), argument));
  call.reply.result(Octets{0x05, 0x00});
  CHECK(pending.get().is_result());
  auto old = connect_user(s.service.runtime, s.service.p7, user_bind(alice_name, "pw-a"), Edition::e1988);
  REQUIRE(old.ok());
  const Outcome refused = old->association->invoke(operations::register_, argument).get();
  REQUIRE(refused.kind() == Outcome::Kind::error);
  CHECK(refused.code() == mts::error_code::register_rejected);
}

TEST_CASE("submission: an MTS registration of the other edition's form is rejected, and the MTA not asked") {
  // mts.md 13.44: [3] redirections of 1994, [3] content types of 1988.
  const Octets redirections = *from_hex("31 0e a3 0c 31 0a a1 08 30 06 61 04 13 02 58 58");
  const Octets content_types = *from_hex("31 05 a3 03 46 01 16");
  for (const bool old : {true, false}) {
    const auto* const context = old ? &access::contexts::mts_access_88() : &access::contexts::mts_access_94();
    Submitting s(old ? Edition::e1988 : Edition::e1994, [](auto&) {}, {context});
    const Outcome outcome = s.alice->invoke(operations::register_, old ? redirections : content_types).get();
    INFO(access::to_string(outcome));
    REQUIRE(outcome.kind() == Outcome::Kind::rejected);
    CHECK(outcome.problem() == osi::problems::mistyped_argument);
    CHECK(s.mta.calls().size() == 0);
    auto right = s.alice->invoke(operations::register_, old ? content_types : redirections);
    s.mta.calls().take().reply.result(Octets{0x05, 0x00});
    CHECK(right.get().is_result());
  }
}

TEST_CASE("submission: what the MTA answers to a registration is passed on if it can be read") {
  Submitting s;
  const Octets registered = *from_hex("31 10 a0 0e a3 0c 31 0a a1 08 30 06 61 04 13 02 58 58");
  auto asked = s.alice->invoke(operations::register_, *from_hex("31 05 a5 03 80 01 f0"));
  s.mta.calls().take().reply.result(registered);
  CHECK(equal(asked.get().value().view(), registered));
  asked = s.alice->invoke(operations::register_, *from_hex("31 00"));
  s.mta.calls().take().reply.result(Octets{0x02, 0x01, 0x05});
  CHECK(is_error(asked.get(), mts::error_code::remote_bind_error));
}

TEST_CASE("submission: an idle association makes room for another user's") {
  Submitting s(Edition::e1994, [](server::Config& c) { c.mtas[0].submit_associations = 1; });
  s.submit_well("m1");
  auto bob = connect_user(s.service.runtime, s.service.p7, user_bind(bob_name, "pw-b"));
  REQUIRE(bob.ok());
  auto pending = bob->association->invoke(operations::message_submission,
                                          submission_argument(bob_name, alice_name, to_octets("x")));
  s.mta.calls().take().reply.result(submission_result("m2"));
  CHECK(pending.get().is_result());
  s.submit_well("m3");
  CHECK(s.mta.binds().size() == 3);
}

TEST_CASE("submission: an association that nobody uses is released, and made again when needed") {
  Submitting s(Edition::e1994,
               [](server::Config& c) { c.mtas[0].submit_idle = std::chrono::milliseconds(50); });
  auto pending = s.submit();
  auto call = s.mta.calls().take();
  const auto association = call.association;
  call.reply.result(submission_result("m1"));
  REQUIRE(pending.get().is_result());
  while (association->is_open()) std::this_thread::yield();
  s.submit_well("m2");
  CHECK(s.mta.binds().size() == 2);
}

TEST_CASE("submission: the end of the service waits for the MTA's answer") {
  Submitting s;
  auto pending = s.submit();
  auto call = s.mta.calls().take();
  bool stopped = false;  // Catch's assertions belong to the test's own thread
  std::thread stopper([&] { stopped = s.service.service->stop().ok(); });
  call.reply.result(submission_result("m1"));
  CHECK(pending.get().is_result());
  stopper.join();
  CHECK(stopped);
}

TEST_CASE("submission: protected credentials, of the user and of the MTA in its answer") {
  const auto change = [](server::Config& config) { config.mtas[0].protected_credentials = true; };
  Submitting s(Edition::e1994, change);
  auto pending = s.submit();
  const auto bind = s.mta.binds().take();
  access::ProtectedChecker::Options window;
  const auto& sent = std::get<asn1::ProtectedPassword>(bind.argument.initiator_credentials);
  access::ProtectedChecker checker(window, [] { return asn1::now() - std::chrono::seconds(100); });
  CHECK(checker.check("alice", sent, view("alice-mts")) == access::ProtectedFault::none);
  s.mta.calls().take().reply.result(submission_result("m1"));
  CHECK(pending.get().is_result());
}

TEST_CASE("submission: an MTA whose protected answer is not made with its password gets nothing") {
  const auto change = [](server::Config& config) { config.mtas[0].protected_credentials = true; };
  Submitting s(Edition::e1994, change,
               {&access::contexts::mts_access_94(), &access::contexts::mts_access_88()}, "MTA1",
               "not its password");
  CHECK(is_remote_bind_error(s.submit().get()));
  CHECK(s.service.log_text().find(" T603 ") != std::string::npos);
  CHECK(s.mta.calls().size() == 0);
}

TEST_CASE("submission: over TLS, to an MTA whose certificate is of the right CA and name") {
  Authority ca, other("Other CA");
  const auto own = ca.server();
  access::Runtime runtime(1);
  SubmissionMta mta(runtime, "MTA1", "mta-pw", {&access::contexts::mts_access_94()}, 0,
                    access::TlsServer::open({own.certificate, own.key, {}, {}}).value());
  const auto outcome = [&](const std::filesystem::path& trusted, const std::string& name) {
    auto config = service_config();
    config.mtas[0].address = loopback(mta.port());
    access::TlsClient::Options options;
    options.ca = trusted;
    options.name = name;
    config.mtas[0].tls = access::TlsClient::open(options).value();
    RunningService service(config);
    auto alice = connect_user(service.runtime, service.p7, user_bind(alice_name, "pw-a"), Edition::e1988);
    REQUIRE(alice.ok());
    auto pending = alice->association->invoke(
        operations::message_submission, submission_argument(alice_name, bob_name, to_octets("content")));
    if (trusted == ca.ca() && name == "localhost") mta.calls().take().reply.result(submission_result("m1"));
    const Outcome got = pending.get();
    if (!got.is_result()) CHECK(service.log_text().find(" T602 ") != std::string::npos);
    return got;
  };
  CHECK(outcome(ca.ca(), "localhost").is_result());
  CHECK(is_remote_bind_error(outcome(other.ca(), "localhost")));
  CHECK(is_remote_bind_error(outcome(ca.ca(), "mta.example")));
}

TEST_CASE("submission: nobody cancels what another user has submitted") {
  const bool store = GENERATE(false, true);
  Submitting s(Edition::e1994, [&](server::Config& c) {
    if (store) as_store(c);
  });
  s.submit_well("m1");
  auto bobs = connect_user(s.service.runtime, s.service.p7, user_bind(bob_name, "pw-b"));
  REQUIRE(bobs.ok());
  const Outcome refused =
      bobs->association->invoke(operations::cancel_deferred_delivery, cancellation_of("m1")).get();
  CHECK(is_error(refused, mts::error_code::message_submission_identifier_invalid));
  CHECK(s.mta.calls().size() == 0);
  CHECK(s.service.script->cancellations.size() == 0);
  auto own = s.alice->invoke(operations::cancel_deferred_delivery, cancellation_of("m1"));
  s.mta.calls().take().reply.result(Octets{0x05, 0x00});
  CHECK(own.get().is_result());
}

TEST_CASE("submission: a subject that the store does not know is cancelled only where the MTA knows users") {
  Submitting s;
  auto passed_on = s.alice->invoke(operations::cancel_deferred_delivery, cancellation_of("old"));
  s.mta.calls().take().reply.result(Octets{0x05, 0x00});
  CHECK(passed_on.get().is_result());

  Submitting in_store_name(Edition::e1994, as_store);
  const Outcome refused =
      in_store_name.alice->invoke(operations::cancel_deferred_delivery, cancellation_of("old")).get();
  CHECK(is_error(refused, mts::error_code::message_submission_identifier_invalid));
  CHECK(in_store_name.mta.calls().size() == 0);
}

TEST_CASE("submission: under bind_as = store a user's MTS registration is not the store's") {
  Submitting s(Edition::e1994, as_store);
  const Outcome refused = s.alice->invoke(operations::register_, *from_hex("31 00")).get();
  CHECK(is_error(refused, mts::error_code::register_rejected));
  CHECK(s.mta.calls().size() == 0);
}

TEST_CASE("submission: an envelope that does not follow its syntax is rejected, and the MTA not asked") {
  const Edition edition = GENERATE(Edition::e1988, Edition::e1994);
  Submitting s(edition);
  const Octets right = envelope().encode();
  std::vector<Octets> wrong;
  auto none = envelope();
  none.recipients.clear();
  wrong.push_back(none.encode());
  auto twice = envelope();
  const Octets no = *from_hex("0a 01 00");
  twice.extensions.add({mts::extension::dl_expansion_prohibited, no});
  twice.extensions.add({mts::extension::conversion_with_loss_prohibited, no});
  twice.extensions.add({mts::extension::dl_expansion_prohibited, no});
  wrong.push_back(twice.encode());
  auto twice_for_one = envelope();
  const mts::ExtensionField mail_type(mts::extension::registered_mail_type, *from_hex("02 01 01"));
  twice_for_one.recipients[0].extensions.add(mail_type);
  twice_for_one.recipients[0].extensions.add(mail_type);
  wrong.push_back(twice_for_one.encode());
  wrong.push_back(without_member(right, ber::application(0)));  // originator-name
  wrong.push_back(without_member(right, ber::application(6)));  // content-type
  wrong.push_back(without_member(right, ber::context(1)));      // per-recipient-fields
  wrong.push_back(with_member(right, *from_hex("9f 50 01 00")));
  for (const Octets& one : wrong) {
    INFO(to_hex(one));
    const Outcome outcome = s.alice->invoke(operations::message_submission, message(one)).get();
    REQUIRE(outcome.kind() == Outcome::Kind::rejected);
    CHECK(outcome.problem() == osi::problems::mistyped_argument);
  }
  CHECK(s.mta.calls().size() == 0);
  auto pending = s.alice->invoke(operations::message_submission, message(right));
  s.mta.calls().take().reply.result(submission_result("m1"));
  CHECK(pending.get().is_result());
}

TEST_CASE("submission: so is a probe without recipients, or with those of a message") {
  const Edition edition = GENERATE(Edition::e1988, Edition::e1994);
  Submitting s(edition);
  mts::ProbeSubmissionEnvelope probe;
  probe.originator_name = address(alice_name);
  probe.content_type.value = mts::ContentType::p22;
  for (const Octets& one : {probe.encode(), envelope().encode()}) {
    const Outcome outcome = s.alice->invoke(operations::probe_submission, one).get();
    REQUIRE(outcome.kind() == Outcome::Kind::rejected);
    CHECK(outcome.problem() == osi::problems::mistyped_argument);
  }
  probe.recipients = envelope().recipients;
  auto pending = s.alice->invoke(operations::probe_submission, probe.encode());
  s.mta.calls().take().reply.result(submission_result("p1"));
  CHECK(pending.get().is_result());
}
