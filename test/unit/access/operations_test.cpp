// Operations on associations: both directions, many at once, answers in any order, rejects, back-pressure.
#include <atomic>
#include <future>
#include <map>
#include <set>
#include <thread>

#include "support.hpp"

using namespace x400;
using namespace x400::access;
using namespace x400::access::test;

namespace {

constexpr Octets::value_type null_value[] = {0x05, 0x00};

Octets numbered(std::size_t n) { return value("operation " + std::to_string(n)); }

// Round trips of another association: whatever the runtime had to do before is done after them.
void check_others_served(House& house) {
  auto on_bind = std::exchange(house.service->on_bind, nullptr);
  auto answer = std::exchange(house.service->answer, echo);
  const AssociationPtr other = house.connected();
  for (int i = 0; i < 200; ++i) REQUIRE(take(other->invoke(operations::list, value("x"))).is_result());
  house.service->on_bind = std::move(on_bind);
  house.service->answer = std::move(answer);
}

}  // namespace

TEST_CASE("operations: result, error, reject come back as they were given") {
  House house;
  house.service->answer = [](Invocation i, Reply reply) {
    if (i.operation == operations::list) return reply.result(osi::Chain(i.argument));
    if (i.operation == operations::fetch) return reply.error(28, value("no such entry"));
    if (i.operation == operations::delete_entries) return reply.error(29);
    if (i.operation == operations::summarize) return reply.result(x400::to_octets(View(null_value)));
    reply.reject(osi::problems::mistyped_argument);
  };
  house.open();
  const AssociationPtr a = house.connected();
  const Outcome list = take(a->invoke(operations::list, value("x")));
  REQUIRE(list.is_result());
  CHECK(test::to_octets(list.value()) == value("x"));
  const Outcome fetch = take(a->invoke(operations::fetch, value("x")));
  REQUIRE(fetch.kind() == Outcome::Kind::error);
  CHECK(fetch.code() == 28);
  CHECK(test::to_octets(fetch.value()) == value("no such entry"));
  const Outcome none = take(a->invoke(operations::delete_entries, value("x")));
  REQUIRE(none.kind() == Outcome::Kind::error);
  CHECK(none.code() == 29);
  CHECK(none.value().empty());
  const Outcome null = take(a->invoke(operations::summarize, value("x")));
  CHECK(test::to_octets(null.value()) == x400::to_octets(View(null_value)));
  const Outcome rejected = take(a->invoke(operations::register_ms, value("x")));
  REQUIRE(rejected.kind() == Outcome::Kind::rejected);
  CHECK(rejected.problem() == osi::problems::mistyped_argument);
  CHECK(to_string(rejected) == "rejected: invoke mistypedArgument (1/2)");
}

TEST_CASE("operations: the handler sees operation, rule and argument") {
  House house;
  house.service->answer = nullptr;
  house.open();
  const AssociationPtr a = house.connected();
  auto pending = a->invoke(operations::message_submission, value("letter"));
  const auto held = house.service->handler()->held(1).at(0);
  CHECK(held->invocation.operation == operations::message_submission);
  REQUIRE(held->invocation.rule);
  CHECK(held->invocation.rule->name == "message-submission");
  CHECK(test::to_octets(held->invocation.argument) == value("letter"));
  CHECK(held->reply.wanted());
  held->reply.result(value("taken"));
  CHECK(!held->reply.wanted());
  CHECK(test::to_octets(take(std::move(pending)).value()) == value("taken"));
}

TEST_CASE("operations: 1000 outstanding, answered backwards from another thread") {
  House house;
  constexpr std::size_t many = 1000;
  house.options.association.limits.outstanding = many;
  house.service->answer = nullptr;
  house.open();
  const AssociationPtr a = house.connected();
  std::vector<Pending<Outcome>> pending;
  for (std::size_t i = 0; i < many; ++i) pending.push_back(a->invoke(operations::list, numbered(i)));
  std::thread answering([&] {
    auto held = house.service->handler()->held(many);
    for (auto it = held.rbegin(); it != held.rend(); ++it)
      (*it)->reply.result(osi::Chain((*it)->invocation.argument));
  });
  for (std::size_t i = 0; i < many; ++i) {
    const Outcome o = take(std::move(pending[i]));
    REQUIRE(o.is_result());
    REQUIRE(test::to_octets(o.value()) == numbered(i));
  }
  answering.join();
}

TEST_CASE("operations: more than the limit of outstanding ones wait unread, none is lost") {
  House house;
  constexpr std::size_t many = 1000;
  house.options.association.limits.outstanding = 8;
  house.service->answer = nullptr;
  house.open();
  const AssociationPtr a = house.connected();
  std::vector<Pending<Outcome>> pending;
  // Each fills a read, so few come with the one that reaches the limit: four of them in a large read.
  for (std::size_t i = 0; i < many; ++i) pending.push_back(a->invoke(operations::list, value(16 * 1024)));
  std::size_t answered = 0;
  while (answered < many) {
    const auto held = house.service->handler()->held(answered + 1);
    CHECK(held.size() - answered <= 8 + 5);
    for (; answered < held.size(); ++answered) held[answered]->reply.result(value("ok"));
  }
  for (auto& p : pending) REQUIRE(take(std::move(p)).is_result());
}

// Nobody but the library knows of the association here, while nothing is read from it.
TEST_CASE("operations: at the limit of outstanding ones the association lives by itself") {
  struct Silent : Handler {
    Watched<std::vector<std::shared_ptr<Reply>>> replies;
    void invoked(Invocation, Reply reply) override {
      auto kept = std::make_shared<Reply>(std::move(reply));
      replies.change([&](auto& r) { r.push_back(kept); });
    }
  };
  House house;
  auto silent = std::make_shared<Silent>();
  house.options.association.limits.outstanding = 2;
  house.service->on_bind = [&](BindRequest, BindReply reply) { reply.accept(value("yes"), silent); };
  house.open();
  const AssociationPtr a = house.connected();
  std::vector<Pending<Outcome>> pending;
  for (int i = 0; i < 2; ++i) pending.push_back(a->invoke(operations::list, value("x")));
  REQUIRE(silent->replies.wait([](const auto& r) { return r.size() == 2; }));
  check_others_served(house);
  CHECK(silent->replies.get()[0]->wanted());
  for (const auto& reply : silent->replies.get()) reply->result(value("ok"));
  for (auto& p : pending) CHECK(take(std::move(p)).is_result());
}

TEST_CASE("operations: none reaches a handler that has aborted") {
  House house(1);
  std::atomic<int> invoked{0};
  house.service->answer = [&](Invocation, Reply) {
    ++invoked;
    house.service->handlers.get()[0]->association()->abort("seen enough");
  };
  house.open();
  RawPeer peer(house.port());
  peer.bind();
  for (int i = 0; i < 20; ++i)
    REQUIRE(peer.stack.invoke(peer.context(asn1::oids::syntax::mrse_94), 21, value("x")).ok());
  CHECK(peer.until<osi::Aborted>());
  house.service->handler()->ending();
  CHECK(invoked == 1);
}

TEST_CASE("operations: a dropped reply rejects") {
  House house;
  house.service->answer = [](Invocation, Reply) {};
  house.open();
  const AssociationPtr a = house.connected();
  const Outcome o = take(a->invoke(operations::list, value("x")));
  REQUIRE(o.kind() == Outcome::Kind::rejected);
  CHECK(o.problem() == osi::problems::resource_limitation);
}

TEST_CASE("operations: only the first answer counts") {
  House house;
  house.service->answer = [](Invocation, Reply reply) {
    reply.result(value("first"));
    reply.error(26);
    reply.reject(osi::problems::mistyped_argument);
  };
  house.open();
  const AssociationPtr a = house.connected();
  for (int i = 0; i < 3; ++i)
    CHECK(test::to_octets(take(a->invoke(operations::list, value("x"))).value()) == value("first"));
  CHECK(house.log->state.get().trouble.empty());
}

TEST_CASE("operations: what this side may not invoke is not sent") {
  House house;
  house.open();
  const AssociationPtr a = house.connected();
  const auto kind = [&](Operation operation, Octets argument) {
    return take(a->invoke(operation, std::move(argument))).kind();
  };
  CHECK(kind(operations::alert, value("x")) == Outcome::Kind::not_sent);
  CHECK(kind(operations::message_delivery, value("x")) == Outcome::Kind::not_sent);
  CHECK(kind(Operation{Port::retrieval, 99}, value("x")) == Outcome::Kind::not_sent);
  CHECK(kind(operations::list, {}) == Outcome::Kind::not_sent);
  CHECK(kind(operations::list, value("x")) == Outcome::Kind::result);
  const AssociationPtr old = house.connected(house.dial(contexts::ms_access_88()));
  CHECK(take(old->invoke(operations::modify, value("x"))).kind() == Outcome::Kind::not_sent);
}

TEST_CASE("operations: a peer's wrong operations are rejected, and the association lives on") {
  House house;
  house.open();
  RawPeer peer(house.port());
  peer.bind(contexts::ms_access_88());
  namespace syntax = asn1::oids::syntax;
  const auto reject_of = [&](osi::ContextId context, osi::OperationCode code, Octets argument) {
    const auto id = peer.stack.invoke(context, code, std::move(argument));
    REQUIRE(id.ok());
    const auto reject = peer.until<osi::Reject>();
    REQUIRE(reject);
    CHECK(reject->invoke_id == *id);
    return reject->problem;
  };
  const auto retrieval = peer.context(syntax::mrse_88);
  using namespace osi::problems;
  CHECK(reject_of(retrieval, 99, value("x")) == unrecognized_operation);
  CHECK(reject_of(peer.context(syntax::msse), 21, value("x")) == unrecognized_operation);  // list on msse
  CHECK(reject_of(retrieval, 25, value("x")) == unrecognized_operation);  // alert is the store's
  CHECK(reject_of(retrieval, 26, value("x")) == unrecognized_operation);  // modify is of 1994
  CHECK(reject_of(peer.context(syntax::ms_88), 21, value("x")) == unrecognized_operation);
  CHECK(reject_of(retrieval, 21, {}) == mistyped_argument);
  REQUIRE(peer.stack.invoke(retrieval, 21, value("good")).ok());
  const auto result = peer.until<osi::ReturnResult>();
  REQUIRE(result);
  CHECK(test::to_octets(result->result) == value("good"));
  CHECK(house.log->state.get().rejected.size() == 6);
}

TEST_CASE("operations: P7, the store alerts while the user's operations run") {
  House house;
  house.service->answer = nullptr;
  house.open();
  auto client = std::make_shared<Recorder>([](Invocation i, Reply reply) {
    CHECK(i.operation == operations::alert);
    reply.result(x400::to_octets(View(null_value)));
  });
  auto options = house.dial(contexts::of(Protocol::p7, GENERATE(Edition::e1994, Edition::e1988), Party::user,
                                         GENERATE(false, true)));
  options.handler = client;
  const AssociationPtr a = house.connected(std::move(options));
  auto list = a->invoke(operations::list, value("x"));
  const auto store = house.service->handler();
  const auto held = store->held(1);
  CHECK(take(store->association()->invoke(operations::alert, value("new"))).is_result());
  held[0]->reply.result(value("listed"));
  CHECK(take(std::move(list)).is_result());
}

TEST_CASE("operations: without a handler the peer's invocations are rejected") {
  House house;
  house.open();
  const AssociationPtr a = house.connected();
  const Outcome o = take(house.service->handler()->association()->invoke(operations::alert, value("x")));
  REQUIRE(o.kind() == Outcome::Kind::rejected);
  CHECK(o.problem() == osi::problems::unrecognized_operation);
}

TEST_CASE("operations: P3 both ways on one association, code 2 by its port") {
  House house;
  house.open();
  const ApplicationContext& context =
      contexts::of(Protocol::p3, GENERATE(Edition::e1994, Edition::e1988),
                   GENERATE(Party::user, Party::service), GENERATE(false, true));
  INFO(context.name);
  auto here = std::make_shared<Recorder>(echo);
  auto options = house.dial(context);
  options.handler = here;
  const AssociationPtr dialled = house.connected(std::move(options));
  const auto there = house.service->handler();
  const AssociationPtr accepted = there->association();
  const bool dialled_is_user = dialled->party() == Party::user;
  const AssociationPtr user = dialled_is_user ? dialled : accepted;
  const AssociationPtr mts = dialled_is_user ? accepted : dialled;

  std::vector<Pending<Outcome>> all;
  const std::vector<Operation> by_user = {operations::message_submission, operations::delivery_control,
                                          operations::register_, operations::change_credentials};
  const std::vector<Operation> by_mts = {operations::message_delivery, operations::submission_control,
                                         operations::report_delivery, operations::change_credentials};
  for (const Operation& o : by_user) all.push_back(user->invoke(o, value("from the user")));
  for (const Operation& o : by_mts) all.push_back(mts->invoke(o, value("from the MTS")));
  for (auto& p : all) CHECK(take(std::move(p)).is_result());
  CHECK((dialled_is_user ? there : here)->state.get().invoked == by_user);
  CHECK((dialled_is_user ? here : there)->state.get().invoked == by_mts);
  CHECK(take(user->invoke(operations::message_delivery, value("x"))).kind() == Outcome::Kind::not_sent);
  CHECK(take(mts->invoke(operations::delivery_control, value("x"))).kind() == Outcome::Kind::not_sent);
}

TEST_CASE("operations: a content of 20 MB both ways, neither copied by the handler") {
  House house;
  house.open();
  const AssociationPtr a = house.connected();
  const Octets big = value(20'000'000);
  const Outcome o = take(a->invoke(operations::message_submission, big));
  REQUIRE(o.is_result());
  CHECK(test::to_octets(o.value()) == big);
}

TEST_CASE("operations: two ends that send each other much do not wait for one another") {
  House house;
  house.options.association.limits.unsent = 64 * 1024;
  house.open();
  auto handler = std::make_shared<Recorder>([](Invocation, Reply reply) { reply.result(value("ok")); });
  house.service->answer = [](Invocation, Reply reply) { reply.result(value("ok")); };
  auto options = house.dial(contexts::of(Protocol::p3, Edition::e1994, Party::user, GENERATE(false, true)));
  options.handler = handler;
  options.association.limits.unsent = 64 * 1024;
  const AssociationPtr a = house.connected(std::move(options));
  const AssociationPtr b = house.service->handler()->association();
  std::vector<Pending<Outcome>> all;
  for (int i = 0; i < 4; ++i) {
    all.push_back(a->invoke(operations::message_submission, value(8'000'000)));
    all.push_back(b->invoke(operations::message_delivery, value(8'000'000)));
  }
  for (auto& p : all) CHECK(take(std::move(p)).is_result());
}

// 2000 small operations with answers of 64 KiB: 128 MB if nothing held them back.
TEST_CASE("operations: a peer that does not read its answers is not read from") {
  constexpr int many = 2000;
  House house(1);
  house.options.association.limits.unsent = 256 * 1024;
  std::atomic<int> answered{0};
  const osi::Slice large(value(64 * 1024));
  house.service->answer = [&](Invocation, Reply reply) {
    ++answered;
    reply.result(osi::Chain(large));
  };
  house.open();
  RawPeer peer(house.port());
  peer.bind();
  const auto context = peer.context(asn1::oids::syntax::mrse_94);
  for (int i = 0; i < many; ++i) REQUIRE(peer.stack.invoke(context, 21, value("x")).ok());
  peer.flush();
  // All of it lies in the kernel. While others are served on the same thread, it has every chance.
  check_others_served(house);
  CHECK(answered < many / 2);
  for (int i = 0; i < many; ++i) REQUIRE(peer.until<osi::ReturnResult>());
  CHECK(answered == many);
}

TEST_CASE("operations: invocations from many threads, each answered once") {
  House house;
  house.open();
  const AssociationPtr a = house.connected();
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 250; ++i) {
        const Octets argument = numbered(static_cast<std::size_t>(t * 1000 + i));
        const Outcome o = a->invoke(operations::list, argument).get();
        if (o.is_result() && test::to_octets(o.value()) == argument) ++good;
      }
    });
  for (auto& t : threads) t.join();
  CHECK(good == 1000);
}

TEST_CASE("operations: 200 associations at once") {
  House house;
  house.open();
  std::vector<Pending<Result<Connected, ConnectFailure>>> connecting;
  for (int i = 0; i < 200; ++i) connecting.push_back(connect(house.runtime, house.dial()));
  std::vector<AssociationPtr> all;
  for (auto& c : connecting) {
    auto answer = take(std::move(c));
    REQUIRE(answer.ok());
    all.push_back(answer->association);
  }
  CHECK(house.listener->associations() == 200);
  CHECK(house.runtime.associations() == 400);
  std::vector<Pending<Outcome>> pending;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t k = 0; k < 5; ++k)
      pending.push_back(all[i]->invoke(operations::list, numbered(i * 10 + k)));
  for (std::size_t i = 0; i < pending.size(); ++i) {
    const Outcome o = take(std::move(pending[i]));
    REQUIRE(o.is_result());
    REQUIRE(test::to_octets(o.value()) == numbered(i / 5 * 10 + i % 5));
  }
  std::vector<Pending<Ending>> closing;
  for (const auto& a : all) closing.push_back(a->close());
  for (auto& c : closing) CHECK(take(std::move(c)).cause == Ending::Cause::released);
}

namespace {

// Which threads the handler of an association was called on; its argument names the association.
using Threads = std::map<Octets, std::set<std::thread::id>>;

AssociationPtr dialled(Runtime& runtime, House& house) {
  auto answer = take(connect(runtime, house.dial()));
  REQUIRE(answer.ok());
  return answer->association;
}

}  // namespace

TEST_CASE("operations: associations are dealt out to the threads in turn, and each stays where it is") {
  House house(3);
  Runtime clients(1);
  Watched<Threads> threads;
  house.service->answer = [&](Invocation i, Reply reply) {
    threads.change([&](Threads& t) { t[test::to_octets(i.argument)].insert(std::this_thread::get_id()); });
    reply.result(osi::Chain(i.argument));
  };
  house.open();
  std::vector<AssociationPtr> all;
  for (int i = 0; i < 6; ++i) all.push_back(dialled(clients, house));
  for (int round = 0; round < 20; ++round)
    for (std::size_t i = 0; i < all.size(); ++i)
      REQUIRE(take(all[i]->invoke(operations::list, numbered(i))).is_result());
  std::map<std::thread::id, int> served;
  for (const auto& [association, on] : threads.get()) {
    CHECK(on.size() == 1);
    ++served[*on.begin()];
  }
  CHECK(served.size() == 3);
  for (const auto& [thread, count] : served) CHECK(count == 2);
}

TEST_CASE("operations: a handler that keeps its thread keeps no association of another one") {
  House house(2);
  Runtime clients(1);
  std::promise<void> begun, end;
  house.service->answer = [&, go = end.get_future().share()](Invocation i, Reply reply) {
    if (i.operation == operations::fetch) {
      begun.set_value();
      go.wait();
    }
    reply.result(osi::Chain(i.argument));
  };
  house.open();
  const AssociationPtr first = dialled(clients, house), second = dialled(clients, house);
  auto kept = first->invoke(operations::fetch, value("x"));
  begun.get_future().wait();
  for (int i = 0; i < 100; ++i) REQUIRE(take(second->invoke(operations::list, value("x"))).is_result());
  CHECK_FALSE(kept.is_ready());
  end.set_value();
  CHECK(take(std::move(kept)).is_result());
}

TEST_CASE("operations: a Runtime of many threads ends with associations of all of them under way") {
  auto house = std::make_unique<House>(4);
  house->service->answer = nullptr;
  house->open();
  std::vector<AssociationPtr> all;  // in the hands of users, beyond the end
  std::vector<Pending<Outcome>> pending;
  {
    Runtime other(4);
    for (int i = 0; i < 16; ++i) {
      all.push_back(i < 8 ? house->connected() : dialled(other, *house));
      pending.push_back(all.back()->invoke(operations::list, value("x")));
    }
    for (std::size_t i = 0; i < 16; ++i) house->service->handler(i)->held(1);
  }
  for (std::size_t i = 8; i < 16; ++i) CHECK(take(std::move(pending[i])).kind() == Outcome::Kind::lost);
  house.reset();
  for (std::size_t i = 0; i < 8; ++i) CHECK(take(std::move(pending[i])).kind() == Outcome::Kind::lost);
  all.clear();
}
