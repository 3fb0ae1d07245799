// Many at once: deliveries, readers, deleters of several mailboxes; what was acknowledged is there.
#include <atomic>
#include <set>
#include <thread>

#include "mstore/service_world.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;

namespace {
Kind both() { return GENERATE(Kind::memory, Kind::local); }
}  // namespace

TEST_CASE("deliveries and readers at once") {
  World w(both());
  constexpr int writers = 4, each = 60;
  std::atomic<int> writing{writers};
  std::atomic<bool> wrong{false};
  std::vector<std::set<SequenceNumber>> got(writers);
  std::vector<std::thread> threads;
  for (int t = 0; t < writers; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        Envelope e;
        e.id = std::to_string(t) + "." + std::to_string(i);
        e.priority = i % 3;
        auto done = w.store->deliver({w.alice, e.encode(), Content::own(ipm("m" + e.id))});
        if (!done.ok()) {
          wrong = true;
          break;
        }
        got[static_cast<std::size_t>(t)].insert(done->number);
      }
      --writing;
    });
  // Readers: what they list never shrinks, and is in order; what they fetch is whole.
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&] {
      auto s = w.session();
      std::size_t before = 0;
      bool last = false;
      while (!last) {
        last = writing == 0;
        ms::ListArgument arg;
        arg.requested_attributes = types({ipm_a::subject, a::priority});
        auto listed = s->list(arg);
        if (!listed.ok() || listed->result.requested.size() < before) wrong = true;
        if (!listed.ok()) break;
        before = listed->result.requested.size();
        SequenceNumber previous = 0;
        for (const auto& e : listed->result.requested) {
          if (e.sequence_number <= previous || values(e, ipm_a::subject).size() != 1) wrong = true;
          previous = e.sequence_number;
        }
        if (previous == 0) continue;
        ms::FetchArgument one;
        one.item = previous;
        one.requested_attributes = types({a::content});
        auto fetched = s->fetch(one);
        if (!fetched.ok() || fetched->result.entry_information->attributes.empty()) wrong = true;
      }
    });
  for (std::thread& t : threads) t.join();
  CHECK_FALSE(wrong);
  std::set<SequenceNumber> all;
  for (const auto& part : got) all.insert(part.begin(), part.end());
  CHECK(all.size() == writers * each);
  CHECK(list(*w.session(), {}).list == List(all.begin(), all.end()));
  CHECK(get(w.store->usage(w.alice)).delivery.entries == writers * each);
}

TEST_CASE("one delivery repeated by many threads is one entry") {
  World w(both());
  const Octets content = ipm("once"), envelope = Envelope{}.encode();
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::set<SequenceNumber> numbers;
  std::atomic<int> first{0};
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        auto done = w.store->deliver({w.alice, envelope, Content::copy(content)});
        if (!done.ok()) continue;
        if (!done->duplicate) ++first;
        const std::lock_guard lock(mutex);
        numbers.insert(done->number);
      }
    });
  for (std::thread& t : threads) t.join();
  CHECK(first == 1);
  CHECK(numbers.size() == 1);
  CHECK(list(*w.session(), {}).list.size() == 1);
}

TEST_CASE("of deletes at once each entry is deleted once") {
  World w(both());
  constexpr SequenceNumber entries = 40;
  for (SequenceNumber i = 0; i < entries; ++i) {
    Envelope e;
    e.id = std::to_string(i);
    w.deliver(e, ipm("m"));
  }
  list(*w.session(), {});
  std::atomic<int> deleted{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      auto s = w.session();
      for (SequenceNumber n = 1; n <= entries; ++n) {
        ms::DeleteArgument arg;
        arg.items = List{n};
        if (s->remove(arg).ok()) ++deleted;
      }
    });
  for (std::thread& t : threads) t.join();
  CHECK(deleted == entries);
  CHECK(list(*w.session(), {}).list.empty());
}

TEST_CASE("body parts fetched by many associations are all remembered") {
  World w(both());
  constexpr std::size_t parts = 12;
  std::vector<Octets> body;
  for (std::size_t i = 0; i < parts; ++i) body.push_back(get(content::ia5_text_part("part")));
  const auto n = w.deliver({}, get(content::compose_ipm(heading("many parts"), body)));
  std::vector<std::thread> threads;
  for (std::uint32_t i = 1; i <= parts; ++i)
    threads.emplace_back([&w, n, i] {
      ms::FetchArgument arg;
      arg.item = n;
      arg.requested_attributes = ms::EntryInformationSelection{{ipm_a::ia5_text_body_parts, i, 1}};
      (void)w.session()->fetch(arg).ok();
    });
  for (std::thread& t : threads) t.join();
  CHECK(w.status(n) == backend::RetrievalStatus::processed);
}

TEST_CASE("registrations at once: each is there in the end") {
  World w(both());
  std::vector<std::thread> threads;
  for (std::uint32_t i = 1; i <= 8; ++i)
    threads.emplace_back([&w, i] {
      ms::RegisterMsArgument arg;
      arg.registrations = {{asn1::oids::auto_action::auto_alert, i, hex("3100")}};
      (void)w.session()->register_ms(arg).ok();
    });
  for (std::thread& t : threads) t.join();
  ms::RegisterMsArgument ask;
  ask.status_request.emplace();
  ask.status_request->auto_actions = true;
  CHECK(get(w.session(Edition::e1994)->register_ms(ask)).information->registrations.size() == 8);
}

TEST_CASE("events come in order and after what they tell can be read") {
  World w(both());
  std::mutex mutex;
  std::vector<Event> events;
  std::atomic<bool> unread{false};
  auto s = w.session();
  auto subscription = w.store->subscribe([&](const Event& e) {
    if (e.kind == Event::Kind::created &&
        !w.backend->row(e.mailbox, backend::EntryBase::stored, e.numbers.from).ok())
      unread = true;
    const std::lock_guard lock(mutex);
    events.push_back(e);
  });
  Envelope e;
  e.priority = 2;
  const auto n = w.deliver(e, ipm("event"));
  list(*s, {});
  ms::DeleteArgument del;
  del.items = List{n};
  get(s->remove(del));
  const auto enough = [&] {
    const std::lock_guard lock(mutex);
    return !events.empty() && events.back().kind == Event::Kind::deleted;
  };
  while (!enough()) std::this_thread::yield();
  subscription.reset();
  CHECK_FALSE(unread);
  CHECK(events.front().kind == Event::Kind::created);
  CHECK(events.front().priority == ms::Priority::urgent);
  CHECK(events.front().numbers == NumberSpan{n, n});
  CHECK(events.back().numbers == NumberSpan{n, n});
}
