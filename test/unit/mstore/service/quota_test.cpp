// Quotas: soft ones are told once, hard ones are overload.
#include "mstore/service_world.hpp"
#include "mstore/waiting.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;

namespace {

using Kinds = std::vector<Notice::Kind>;
constexpr auto over = Notice::Kind::over_soft_quota, below = Notice::Kind::below_soft_quota;

class Notices {
 public:
  void operator()(const Notice& n) {
    const std::lock_guard lock(mutex_);
    all_.push_back(n);
  }
  Kinds kinds() const {
    const std::lock_guard lock(mutex_);
    Kinds out;
    for (const Notice& n : all_) out.push_back(n.kind);
    return out;
  }
  Notice last() const {
    const std::lock_guard lock(mutex_);
    return all_.back();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Notice> all_;
};

Options limited(Quota quota) {
  Options o;
  o.ageing = false;
  o.policy.delivery = quota;
  return o;
}

DeliveryOutcome deliver(World& w, const std::string& id, std::size_t size = 10) {
  Envelope e;
  e.id = id;
  return w.store->deliver({w.alice, e.encode(), Content::own(ipm(id, std::string(size, 'x')))});
}

void remove(World& w, std::vector<SequenceNumber> numbers) {
  list(*w.session(), {});
  ms::DeleteArgument arg;
  arg.items = std::move(numbers);
  get(w.session(Edition::e1994)->remove(arg));
}

}  // namespace

TEST_CASE("quota: a soft one is told once, and again only after it fell below") {
  World w(GENERATE(Kind::memory, Kind::local), limited({3, {}, {}, {}}));
  Notices notices;
  const auto watching = w.store->subscribe_notices(std::ref(notices));
  for (int i = 1; i <= 3; ++i) REQUIRE(deliver(w, "m" + std::to_string(i)).ok());
  CHECK(notices.kinds().empty());
  REQUIRE(deliver(w, "m4").ok());
  CHECK(notices.kinds() == Kinds{over});
  CHECK(notices.last().mailbox == w.alice);
  CHECK(notices.last().entries == 4);
  CHECK(notices.last().octets == get(w.store->usage(w.alice)).delivery.octets);
  CHECK(notices.last().quota.soft_entries == 3);
  REQUIRE(deliver(w, "m5").ok());
  remove(w, {5});
  CHECK(notices.kinds() == Kinds{over});
  remove(w, {4});
  CHECK(notices.kinds() == Kinds{over, below});
  CHECK(notices.last().entries == 3);
  REQUIRE(deliver(w, "m6").ok());
  CHECK(notices.kinds() == Kinds{over, below, over});
}

TEST_CASE("quota: what was told is known after a restart, what nobody heard is told when somebody listens") {
  World w(Kind::local, limited({1, {}, {}, {}}));
  for (int i = 1; i <= 3; ++i) REQUIRE(deliver(w, "m" + std::to_string(i)).ok());
  Notices first, second;
  {
    const auto watching = w.store->subscribe_notices(std::ref(first));
    CHECK(first.kinds() == Kinds{over});
    // Its note is written in its own time.
    until([&] { return !get(w.backend->items(w.alice, 7)).empty(); });
  }
  w.reopen();
  const auto watching = w.store->subscribe_notices(std::ref(second));
  CHECK(second.kinds().empty());
  REQUIRE(deliver(w, "m4").ok());
  CHECK(second.kinds().empty());
  remove(w, {1, 2, 3});
  CHECK(second.kinds() == Kinds{below});
}

TEST_CASE("quota: settings that change are held against what there is") {
  World w(GENERATE(Kind::memory, Kind::local), limited({}));
  Notices notices;
  const auto watching = w.store->subscribe_notices(std::ref(notices));
  for (int i = 1; i <= 3; ++i) REQUIRE(deliver(w, "m" + std::to_string(i)).ok());
  MailboxSettings settings = get(w.store->mailbox(w.alice)).settings;
  settings.policy.delivery = Quota{2, {}, {}, {}};
  good(w.store->configure_mailbox(w.alice, settings));
  CHECK(notices.kinds() == Kinds{over});
  settings.policy.delivery = Quota{};
  good(w.store->configure_mailbox(w.alice, settings));
  CHECK(notices.kinds() == Kinds{over, below});
  settings.policy.delivery = Quota{3, 2, {}, {}};
  CHECK(w.store->configure_mailbox(w.alice, settings).error().kind() == ErrorKind::invalid);
}

TEST_CASE("quota: a hard one is overload: nothing is taken, nothing is bounced, room ends it") {
  const Kind kind = GENERATE(Kind::memory, Kind::local);
  const bool by_octets = GENERATE(false, true);
  const std::size_t size = ipm("m1", std::string(10, 'x')).size();
  World w(kind, limited(by_octets ? Quota{{}, {}, {}, 2 * size} : Quota{{}, 2, {}, {}}));
  REQUIRE(deliver(w, "m1").ok());
  REQUIRE(deliver(w, "m2").ok());
  const DeliveryOutcome full = deliver(w, "m3");
  REQUIRE_FALSE(full.ok());
  CHECK(full.error().mailbox_full);
  CHECK_FALSE(full.error().error);
  CHECK(full.error().log.kind() == ErrorKind::unavailable);
  CHECK(w.store->writable().ok());
  const auto repeat = deliver(w, "m2");  // a repeat takes no room
  REQUIRE(repeat.ok());
  CHECK(repeat->duplicate);
  const auto report =
      w.store->deliver_report({w.alice, report_envelope(mts_id("sent.1"), {{}}), Content::own(ipm("r"))});
  REQUIRE_FALSE(report.ok());
  CHECK(report.error().mailbox_full);
  remove(w, {1});
  const auto after = deliver(w, "m3");
  REQUIRE(after.ok());
  CHECK_FALSE(after->duplicate);
}

TEST_CASE("quota: the archive is outside of it") {
  Options o = limited({{}, 2, {}, {}});
  o.policy.hold = std::chrono::hours(24);
  World w(GENERATE(Kind::memory, Kind::local), o);
  REQUIRE(deliver(w, "m1").ok());
  REQUIRE(deliver(w, "m2").ok());
  remove(w, {1, 2});
  CHECK(get(w.store->usage(w.alice)).archive.entries == 2);
  CHECK(deliver(w, "m3").ok());
  CHECK(deliver(w, "m4").ok());
  CHECK_FALSE(deliver(w, "m5").ok());
}

TEST_CASE("quota: of the Out Box and of drafts") {
  Options o;
  o.ageing = false;
  o.policy.submission = Quota{{}, 1, {}, {}};
  o.policy.draft = Quota{{}, 1, {}, {}};
  World w(GENERATE(Kind::memory, Kind::local), o);
  const auto submit = [&](bool draft, bool probe = false) {
    Submission s;
    s.mailbox = w.alice;
    s.edition = Edition::e1994;
    s.probe = probe;
    Outgoing outgoing;
    outgoing.probe = probe;
    s.envelope = outgoing.encode();
    if (!probe) s.content = Content::own(ipm("out"));
    if (draft) {
      s.options.emplace();
      s.options->object_entry_class = EntryClass::draft;
    }
    std::optional<Outcome<Submitted>> outcome;
    std::mutex mutex;
    std::condition_variable come;
    w.store->submit(std::move(s), [&](Outcome<Submitted> r) {
      const std::lock_guard lock(mutex);
      outcome = std::move(r);
      come.notify_all();
    });
    std::unique_lock lock(mutex);
    come.wait(lock, [&] { return outcome.has_value(); });
    return std::move(*outcome);
  };
  const auto refused = [](const Outcome<Submitted>& r) {
    return error<ms::ServiceErrorParameter>(r).problem == ms::ServiceProblem::unwilling_to_perform;
  };
  w.mta.answers = {MtsResult{mts_result("s.1")}, MtsResult{mts_result("s.2")}, MtsResult{mts_result("s.3")}};
  CHECK(submit(false).ok());
  CHECK(refused(submit(false)));
  CHECK(refused(submit(false, true)));
  CHECK(w.mta.jobs.size() == 1);  // nothing was sent
  CHECK(submit(true).ok());
  CHECK(refused(submit(true)));

  // Where no submission is kept, none can fill the mailbox.
  MailboxSettings settings = get(w.store->mailbox(w.alice)).settings;
  settings.keep_submitted = false;
  good(w.store->configure_mailbox(w.alice, settings));
  CHECK(submit(false).ok());
}
