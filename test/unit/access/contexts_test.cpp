// The table of application contexts against X.419: mts.md 1, x413.md 8.
#include "x400/access/contexts.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

using namespace x400;
using namespace x400::access;

namespace {

std::set<std::string> syntaxes(const ApplicationContext& c) {
  std::set<std::string> out;
  for (const ber::Oid& o : c.for_stack().syntaxes) out.insert(o.to_string());
  return out;
}

// All operations a party may invoke, as "port code".
std::set<std::string> allowed(const ApplicationContext& c, Party party) {
  std::set<std::string> out;
  for (const Port port : {Port::submission, Port::delivery, Port::retrieval, Port::administration})
    for (int code = -1; code < 40; ++code) {
      const OperationRule* rule = c.rule(Operation{port, code});
      if (rule && rule->may_invoke(party)) out.insert(std::string(name(port)) + " " + std::to_string(code));
    }
  return out;
}

}  // namespace

TEST_CASE("contexts: names, syntaxes and who opens, as X.419 has them") {
  struct Line {
    const char *name, *oid, *bind;
    std::set<std::string> syntaxes;
    Party initiator;
  };
  const std::string a = "2.6.0.2.";
  const Line lines[] = {
      {"ms-access-88", "2.6.0.1.4", "2.6.0.2.9", {a + "1", a + "5", a + "6"}, Party::user},
      {"ms-access-94", "2.6.0.1.11", "2.6.0.2.17", {a + "13", a + "15", a + "16"}, Party::user},
      {"mts-access-88", "2.6.0.1.0", "2.6.0.2.11", {a + "1", a + "2", a + "6"}, Party::user},
      {"mts-forced-access-88", "2.6.0.1.1", "2.6.0.2.11", {a + "1", a + "2", a + "6"}, Party::service},
      {"mts-access-94", "2.6.0.1.7", "2.6.0.2.11", {a + "1", a + "14", a + "16"}, Party::user},
      {"mts-forced-access-94", "2.6.0.1.8", "2.6.0.2.11", {a + "1", a + "14", a + "16"}, Party::service},
      {"ms-reliable-access-88", "2.6.0.1.5", "2.6.0.2.10", {a + "1", a + "5", a + "6"}, Party::user},
      {"ms-reliable-access-94", "2.6.0.1.12", "2.6.0.2.10", {a + "13", a + "15", a + "16"}, Party::user},
      {"mts-reliable-access-88", "2.6.0.1.2", "2.6.0.2.8", {a + "1", a + "2", a + "6"}, Party::user},
      {"mts-forced-reliable-access-88",
       "2.6.0.1.3",
       "2.6.0.2.8",
       {a + "1", a + "2", a + "6"},
       Party::service},
      {"mts-reliable-access-94", "2.6.0.1.9", "2.6.0.2.8", {a + "1", a + "14", a + "16"}, Party::user},
      {"mts-forced-reliable-access-94",
       "2.6.0.1.10",
       "2.6.0.2.8",
       {a + "1", a + "14", a + "16"},
       Party::service},
  };
  CHECK(application_contexts().size() == std::size(lines));
  for (const Line& line : lines) {
    INFO(line.name);
    const ApplicationContext* c = find_context(std::string_view(line.name));
    REQUIRE(c);
    CHECK(c->oid.to_string() == line.oid);
    CHECK(find_context(c->oid) == c);
    CHECK(c->bind_syntax.to_string() == line.bind);
    CHECK(syntaxes(*c) == line.syntaxes);
    CHECK(c->initiator == line.initiator);
    const bool reliable = c->name.find("reliable") != std::string_view::npos;
    CHECK(c->reliable == reliable);
    CHECK((c->for_stack().carriage == osi::Carriage::rtse) == reliable);
    CHECK(c->for_stack().rtse_syntax.to_string() == (reliable ? line.bind : ""));
    const bool old = c->name.ends_with("88");
    CHECK(c->edition == (old ? Edition::e1988 : Edition::e1994));
    for (const auto& port : c->ports) CHECK(c->port(*c->syntax(port.port)) == port.port);
  }
  CHECK(find_context(std::string_view("mts-transfer")) == nullptr);
  CHECK(find_context(ber::Oid{2, 6, 0, 1, 6}) == nullptr);
}

TEST_CASE("contexts: P7 operations by party and edition") {
  const std::set<std::string> old_user = {
      "submission 3", "submission 4", "submission 7", "retrieval 20",     "retrieval 21",
      "retrieval 22", "retrieval 23", "retrieval 24", "administration 1", "administration 8"};
  std::set<std::string> new_user = old_user;
  new_user.insert("retrieval 26");
  const std::set<std::string> service = {"submission 2", "retrieval 25"};
  CHECK(allowed(contexts::ms_access_88(), Party::user) == old_user);
  CHECK(allowed(contexts::ms_access_94(), Party::user) == new_user);
  CHECK(allowed(contexts::ms_access_88(), Party::service) == service);
  CHECK(allowed(contexts::ms_access_94(), Party::service) == service);
}

TEST_CASE("contexts: P3 operations by party, whoever opened") {
  const std::set<std::string> user = {"submission 3", "submission 4",     "submission 7",
                                      "delivery 2",   "administration 1", "administration 8"};
  const std::set<std::string> service = {"submission 2", "delivery 5", "delivery 6", "administration 8"};
  for (const ApplicationContext* c : {&contexts::mts_access_88(), &contexts::mts_access_94(),
                                      &contexts::mts_forced_access_88(), &contexts::mts_forced_access_94()}) {
    INFO(c->name);
    CHECK(allowed(*c, Party::user) == user);
    CHECK(allowed(*c, Party::service) == service);
  }
}

TEST_CASE("contexts: over RTSE the operation and who invokes it name the port") {
  for (const ApplicationContext& c : application_contexts()) {
    INFO(c.name);
    const auto all = c.for_stack().operations;
    CHECK(all.empty() == !c.reliable);
    std::set<std::pair<int, bool>> told;
    for (const auto& o : all) CHECK(told.emplace(o.operation, o.by_initiator).second);
    if (!c.reliable || c.protocol != Protocol::p3) continue;
    const bool user_opens = c.initiator == Party::user;
    for (const auto& o : all)
      if (o.operation == 2)
        CHECK(c.port(o.syntax) == (o.by_initiator == user_opens ? Port::delivery : Port::submission));
  }
}

TEST_CASE("contexts: code 2 is two operations, told apart by the port") {
  const ApplicationContext& c = contexts::mts_access_94();
  CHECK(c.rule(operations::submission_control)->name == "submission-control");
  CHECK(c.rule(operations::delivery_control)->name == "delivery-control");
  CHECK(c.rule(Operation{Port::retrieval, 21}) == nullptr);
}
