// The real program under real load, killed with -9 again and again, while clients of P3 and P7 keep score.
// X400_KILLS says how often (3), X400_SEED from which dice; test/e2e/server_kills.sh sets them.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <mutex>
#include <random>
#include <set>

#include "mstored_process.hpp"
#include "user.hpp"

using namespace x400;
using namespace x400::test;
using access::Outcome;

namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What clients meant to do and were told. Threads: any.
class Ledger {
 public:
  struct Message {
    std::string user;
    Octets content;
    bool acknowledged = false;
  };

  void intend(const std::string& id, std::string user, Octets content) {
    const std::lock_guard lock(mutex);
    messages[id] = {std::move(user), std::move(content), false};
  }
  void acknowledge(const std::string& id) {
    const std::lock_guard lock(mutex);
    messages[id].acknowledged = true;
    counted();
  }
  void intend_removal(ms::SequenceNumber number) {
    const std::lock_guard lock(mutex);
    removals[number] = false;
  }
  void acknowledge_removal(ms::SequenceNumber number) {
    const std::lock_guard lock(mutex);
    removals[number] = true;
    counted();
  }
  void intend_submission(const Octets& content) {
    const std::lock_guard lock(mutex);
    submissions[content] = false;
  }
  void acknowledge_submission(const Octets& content) {
    const std::lock_guard lock(mutex);
    submissions[content] = true;
    counted();
  }
  void taken(const Octets& content) {
    const std::lock_guard lock(mutex);
    ++at_mta[content];
  }
  void fault(std::string text) {
    const std::lock_guard lock(mutex);
    faults.push_back(std::move(text));
    counted();
  }

  void client_begins() {
    const std::lock_guard lock(mutex);
    ++clients;
  }
  void client_ends() {
    const std::lock_guard lock(mutex);
    --clients;
    came.notify_all();
  }

  /// Returns when so many things were acknowledged since the last call, a client found a fault, or none is
  /// left.
  void wait_for(std::uint64_t count) {
    std::unique_lock lock(mutex);
    const std::uint64_t target = acknowledged + count;
    came.wait(lock, [&] { return acknowledged >= target || !faults.empty() || clients == 0; });
  }

  std::mutex mutex;
  std::condition_variable came;
  int clients = 0;
  std::map<std::string, Message> messages;
  std::map<ms::SequenceNumber, bool> removals;                               // of alice
  std::map<std::string, std::map<ms::SequenceNumber, std::string>> numbers;  // by user: whose number it is
  std::map<Octets, bool> submissions;                                        // of bob
  std::map<Octets, int> at_mta;
  std::vector<std::string> faults;
  std::uint64_t acknowledged = 0;

 private:
  void counted() {
    ++acknowledged;
    came.notify_all();
  }
};

std::string_view address_of(const std::string& user) { return user == "alice" ? alice_name : bob_name; }

// The store is gone: with what was sent, or before the next could be.
bool cut(const Outcome& outcome) {
  return outcome.kind() == Outcome::Kind::lost || outcome.kind() == Outcome::Kind::not_sent;
}

// An MTA with several deliveries outstanding.
void deliver(access::Runtime& runtime, std::uint16_t port, Ledger& ledger, std::uint64_t seed,
             std::string name) {
  std::mt19937_64 dice(seed);
  auto made = connect_mta(runtime, port, "MTA1", "mta-pw");
  if (!made.ok()) return;
  for (int round = 0;; ++round) {
    std::vector<std::pair<std::string, access::Pending<Outcome>>> outstanding;
    for (std::uint64_t i = 0; i < 1 + dice() % 8; ++i) {
      const std::string id = name + "-" + std::to_string(round) + "-" + std::to_string(i);
      const std::string user = dice() % 4 == 0 ? "bob" : "alice";
      const auto kind = dice() % 60;
      const std::size_t size = kind == 0 ? 5'000'000 : kind < 6 ? 100'000 : 10 + dice() % 5'000;
      const Octets content = message(id, std::string(size, static_cast<char>('a' + dice() % 26)));
      ledger.intend(id, user, content);
      outstanding.emplace_back(
          id, made->association->invoke(operations::message_delivery,
                                        delivery_argument(delivery_envelope(id, address_of(user)), content)));
    }
    for (auto& [id, answer] : outstanding) {
      const Outcome outcome = answer.get();
      if (cut(outcome)) return;
      if (!outcome.is_result()) return ledger.fault("delivery of " + id + ": " + access::to_string(outcome));
      ledger.acknowledge(id);
    }
  }
}

// A user who lists, reads and deletes.
void read(access::Runtime& runtime, std::uint16_t port, Ledger& ledger, std::uint64_t seed) {
  std::mt19937_64 dice(seed);
  auto made = connect_user(runtime, port, user_bind(alice_name, "pw-a"));
  if (!made.ok()) return;
  while (true) {
    const auto listed =
        made->association->invoke(operations::list, User::status_list().encode(Edition::e1994)).get();
    if (!listed.is_result()) return;
    const auto result = ms::ListResult::decode(listed.value().view());
    if (!result.ok()) return ledger.fault("list: " + result.error().text());
    if (result->requested.empty()) continue;
    const auto number = result->requested[dice() % result->requested.size()].sequence_number;
    ms::FetchArgument fetch;
    fetch.item = number;
    if (!made->association->invoke(operations::fetch, fetch.encode(Edition::e1994)).get().is_result()) return;
    if (dice() % 2 == 0) continue;
    ledger.intend_removal(number);
    ms::DeleteArgument remove;
    remove.items = std::vector<ms::SequenceNumber>{number};
    const Outcome gone =
        made->association->invoke(operations::delete_entries, remove.encode(Edition::e1994)).get();
    if (cut(gone)) return;
    if (!gone.is_result()) return ledger.fault("delete: " + access::to_string(gone));
    ledger.acknowledge_removal(number);
  }
}

void submit(access::Runtime& runtime, std::uint16_t port, Ledger& ledger, const std::string& name) {
  auto made = connect_user(runtime, port, user_bind(bob_name, "pw-b"));
  if (!made.ok()) return;
  for (int i = 0;; ++i) {
    const Octets content = message(name + "-" + std::to_string(i), "to whom it may concern");
    ledger.intend_submission(content);
    const Outcome outcome =
        made->association
            ->invoke(operations::message_submission, submission_argument(bob_name, alice_name, content))
            .get();
    if (cut(outcome)) return;
    // An error is an answer: the MTA's link may have broken in a kill before.
    if (outcome.is_result()) ledger.acknowledge_submission(content);
  }
}

// Takes what is submitted until the content `last` comes.
void take(SubmissionMta& mta, Ledger& ledger, const Octets& last) {
  for (int i = 1;; ++i) {
    auto call = mta.calls().take();
    const auto parts = mts::split_message_submission(call.invocation.argument.view());
    if (!parts.ok()) {
      ledger.fault("submission: " + parts.error().text());
      continue;
    }
    ledger.taken(to_octets(parts->content.content));
    call.reply.result(submission_result("s" + std::to_string(i)));
    if (equal(parts->content.content, last)) return;
  }
}

class Campaign {
 public:
  Campaign(std::uint64_t kills, std::uint64_t seed)
      : kills_(kills),
        dice_(seed),
        taker_(runtime_, "MTA1", "mta-pw", {&access::contexts::mts_access_94()}),
        store_(taker_.port()),
        mta_([this] { take(taker_, ledger_, last_); }) {}
  // Also when a check has thrown: the MTA's thread is told to end by what it waits for.
  ~Campaign() {
    access::ConnectOptions options;
    options.address = loopback(taker_.port());
    options.context = &access::contexts::mts_access_94();
    mts::MtsBindArgument argument;
    argument.initiator_name = mts::MtaName{"end"};
    argument.initiator_credentials = asn1::ia5_password("");
    options.bind_argument = argument.encode();
    const auto made = access::connect(runtime_, std::move(options)).get();
    if (!made.ok()) std::abort();
    (void)made->association
        ->invoke(operations::message_submission, submission_argument(bob_name, alice_name, last_))
        .get();
    mta_.join();
  }

  void run() {
    store_.start();
    for (std::uint64_t kill = 1; kill <= kills_; ++kill) {
      INFO("kill " << kill);
      load(kill);
      if (dice_() % 4 == 0) killed_while_starting();
      store_.start();
      repeat();
      check(kill == kills_);
    }
    CHECK(store_.stop() == 0);
    std::cout << kills_ << " kills, " << ledger_.acknowledged << " acknowledgements, "
              << ledger_.at_mta.size() << " submissions taken\n";
  }

 private:
  void load(std::uint64_t kill) {
    std::vector<std::thread> clients;
    const auto begin = [&](std::function<void()> works) {
      ledger_.client_begins();
      clients.emplace_back([this, works = std::move(works)] {
        works();
        ledger_.client_ends();
      });
    };
    const std::string name = "k" + std::to_string(kill);
    access::Runtime runtime(1);
    for (int i = 0; i < 2; ++i)
      begin([this, &runtime, seed = dice_(), id = name + "." + std::to_string(i)] {
        deliver(runtime, store_.p3, ledger_, seed, id);
      });
    begin([this, &runtime, seed = dice_()] { read(runtime, store_.p7, ledger_, seed); });
    begin([this, &runtime, name] { submit(runtime, store_.p7, ledger_, name); });
    ledger_.wait_for(1 + dice_() % 120);
    store_.kill();
    for (std::thread& client : clients) client.join();
  }

  void killed_while_starting() {
    MstoredRun run({"-c", store_.config.string()});
    if (dice_() % 2 == 0) (void)run.line_with(dice_() % 2 == 0 ? " S101 " : " S109 ");
    run.signal(SIGKILL);
    (void)run.wait();
  }

  // What had no answer comes again.
  void repeat() {
    DeliveringMta mta(runtime_, store_.p3);
    for (auto& [id, message] : ledger_.messages) {
      if (message.acknowledged) continue;
      INFO("repeated " << id);
      REQUIRE(mta.deliver(id, address_of(message.user), message.content).is_result());
      message.acknowledged = true;
    }
  }

  void check(bool all) {
    for (const std::string& fault : ledger_.faults) FAIL(fault);
    check_in_box("alice", "pw-a", all);
    check_in_box("bob", "pw-b", all);
    check_out_box();
  }

  void check_in_box(const std::string& name, const std::string& password, bool all) {
    User user(runtime_, store_.p7, address_of(name), password);
    const auto listed = user.list();
    auto& numbers = ledger_.numbers[name];
    for (const auto& [number, status] : listed) {
      INFO(name << ", entry " << number);
      const auto known = numbers.find(number);
      if (known != numbers.end() && !all && dice_() % 10 != 0) continue;
      const Octets content = user.fetch_content(number);
      const auto message = std::find_if(ledger_.messages.begin(), ledger_.messages.end(), [&](const auto& m) {
        return m.second.user == name && m.second.content == content;
      });
      REQUIRE(message != ledger_.messages.end());  // whole, and somebody's
      if (known != numbers.end())
        REQUIRE(known->second == message->first);
      else
        REQUIRE(entry_of_.emplace(message->first, number).second);  // its first entry
      numbers[number] = message->first;
    }
    for (const auto& [id, message] : ledger_.messages) {
      if (message.user != name) continue;
      INFO(name << ", message " << id);
      const auto entry = entry_of_.find(id);
      // Deleted before anybody here saw it: then its number is among those that went.
      if (entry == entry_of_.end()) {
        REQUIRE(name == "alice");
        ++unseen_;
        continue;
      }
      const auto removal = ledger_.removals.find(entry->second);
      const bool intended = name == "alice" && removal != ledger_.removals.end();
      if (intended && removal->second) REQUIRE_FALSE(listed.contains(entry->second));
      if (!intended) REQUIRE(listed.contains(entry->second));
      if (intended && !listed.contains(entry->second)) removal->second = true;  // and stays away
    }
    if (name != "alice") return;
    // As many as were deleted without being seen, at most.
    std::size_t gone = 0;
    for (const auto& [number, done] : ledger_.removals) {
      if (done) REQUIRE_FALSE(listed.contains(number));
      if (!numbers.contains(number)) ++gone;
    }
    CHECK(unseen_ <= gone);
    unseen_ = 0;
  }

  void check_out_box() {
    User bob(runtime_, store_.p7, bob_name, "pw-b");
    auto argument = User::status_list();
    argument.entry_class = ms::EntryClass::submission;
    std::set<Octets> kept;
    for (const auto& [number, status] : bob.list(argument))
      kept.insert(bob.fetch_content(number, ms::EntryClass::submission));
    const std::lock_guard lock(ledger_.mutex);
    for (const auto& [content, acknowledged] : ledger_.submissions)
      if (acknowledged) CHECK(kept.contains(content));
    for (const auto& [content, times] : ledger_.at_mta) {
      CHECK(kept.contains(content));
      CHECK(times == 1);  // never again by the store itself
    }
  }

  const std::uint64_t kills_;
  std::mt19937_64 dice_;
  const Octets last_ = message("last", "the end");
  Ledger ledger_;
  std::map<std::string, ms::SequenceNumber> entry_of_;
  std::size_t unseen_ = 0;
  access::Runtime runtime_{1};
  SubmissionMta taker_;
  Mstored store_;
  std::thread mta_;
};

}  // namespace

TEST_CASE("mstored: killed under load, again and again, it keeps what it acknowledged") {
  // The same each time, so that what fails in a check fails again; server_kills.sh throws the dice.
  const auto seed = from_environment("X400_SEED", 1);
  INFO("X400_SEED=" << seed);
  Campaign(from_environment("X400_KILLS", 3), seed).run();
}
