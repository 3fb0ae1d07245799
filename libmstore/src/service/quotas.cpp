#include "service/quotas.hpp"

#include <algorithm>
#include <array>

#include "service/items.hpp"

namespace x400::mstore::service {

namespace {

constexpr std::array classes{backend::EntryClass::delivery, backend::EntryClass::submission,
                             backend::EntryClass::draft};
constexpr std::uint8_t told_entries = 1, told_octets = 2;

const std::optional<Quota>& quota_of(const Policy& policy, backend::EntryClass c) {
  return c == backend::EntryClass::delivery     ? policy.delivery
         : c == backend::EntryClass::submission ? policy.submission
                                                : policy.draft;
}

std::uint8_t passed(const Quota& quota, const backend::Usage& usage) {
  return static_cast<std::uint8_t>(
      (quota.soft_entries && usage.entries > *quota.soft_entries ? told_entries : 0) |
      (quota.soft_octets && usage.octets > *quota.soft_octets ? told_octets : 0));
}

// Durable in its own time: a crash before lets it be told once more.
void note(Engine& engine, MailboxNumber mailbox, backend::EntryClass c, std::uint8_t told) {
  backend::ItemChange change;
  change.kind = items::quota_told;
  change.key = Octets{static_cast<std::uint8_t>(c)};
  if (told != 0) change.value = Octets{told};
  backend::ChangeSet set;
  set.mailbox = mailbox;
  set.items.push_back(std::move(change));
  engine.backend().commit(std::move(set), [](backend::CommitResult) {});
}

void evaluate(Engine& engine, const MailboxPtr& mailbox, backend::EntryClass c, const backend::Usage& usage,
              const QuotaWatch::Turn& turn) {
  const auto policy = engine.policy(*mailbox);
  const Quota quota = quota_of(policy, c).value_or(Quota());
  const std::uint8_t over = passed(quota, usage);
  if (over != 0 && !engine.notices.wanted()) return;  // told when somebody listens
  const auto before = mailbox->quotas.change(c, over, turn);
  if (!before || *before == over) return;
  note(engine, mailbox->number, c, over);
  const bool more = (over & ~*before) != 0;
  if (!more && over != 0) return;  // of two measures one fell below
  Notice notice;
  notice.kind = more ? Notice::Kind::over_soft_quota : Notice::Kind::below_soft_quota;
  notice.mailbox = mailbox->number;
  notice.entry_class = static_cast<EntryClass>(c);
  notice.entries = usage.entries;
  notice.octets = usage.octets;
  notice.quota = quota;
  engine.notices.tell(notice);
}

}  // namespace

void add_quota(const Policy& policy, backend::EntryClass c, Hard hard, backend::ChangeSet& set) {
  const auto& quota = quota_of(policy, c);
  if (!quota || *quota == Quota()) return;
  if (std::any_of(set.quotas.begin(), set.quotas.end(), [c](const auto& q) { return q.entry_class == c; }))
    return;
  backend::Quota q;
  q.entry_class = c;
  // A probe is no message; its size is that of one it asks about.
  q.no_octets_of = static_cast<std::uint8_t>(EntryType::submitted_probe);
  if (hard == Hard::yes) {
    q.entries = quota->hard_entries.value_or(q.entries);
    q.octets = quota->hard_octets.value_or(q.octets);
  }
  set.quotas.push_back(q);
}

void watch_quotas(Engine& engine, const MailboxPtr& mailbox, const std::vector<backend::Quota>& quotas,
                  const backend::Committed& done) {
  for (std::size_t i = 0; i < quotas.size() && i < done.usage.size(); ++i)
    evaluate(engine, mailbox, quotas[i].entry_class, done.usage[i], {done.lsn, std::nullopt});
}

void check_quotas(Engine& engine, const MailboxPtr& mailbox) {
  backend::ChangeSet look;
  look.mailbox = mailbox->number;
  const Policy policy = engine.policy(*mailbox);
  for (const backend::EntryClass c : classes) {
    const std::uint64_t turn = mailbox->quotas.last(c);
    look.quotas.clear();
    add_quota(policy, c, Hard::no, look);
    if (look.quotas.empty() && mailbox->quotas.told(c) == 0) continue;
    if (look.quotas.empty()) look.quotas.push_back({c});
    auto now = engine.backend().commit(look);
    // Somebody was faster: what he found is newer.
    if (now.ok() && !now->usage.empty()) evaluate(engine, mailbox, c, now->usage.front(), {0, turn});
  }
}

Status load_told(Engine& engine, MailboxState& mailbox) {
  X400_TRY(told, engine.backend().items(mailbox.number, items::quota_told));
  for (const backend::Item& item : told)
    if (item.key.size() == 1 && item.value.size() == 1)
      mailbox.quotas.load(static_cast<backend::EntryClass>(item.key[0]), item.value[0]);
  return Ok{};
}

// ---- QuotaWatch

std::optional<std::uint8_t> QuotaWatch::change(backend::EntryClass c, std::uint8_t over, const Turn& turn) {
  const std::lock_guard lock(mutex_);
  State& s = states_[c];
  if (turn.unless_later_than ? s.lsn != *turn.unless_later_than : turn.lsn < s.lsn) return std::nullopt;
  s.lsn = std::max(s.lsn, turn.lsn);
  return std::exchange(s.told, over);
}

std::uint64_t QuotaWatch::last(backend::EntryClass c) const {
  const std::lock_guard lock(mutex_);
  const auto at = states_.find(c);
  return at == states_.end() ? 0 : at->second.lsn;
}

std::uint8_t QuotaWatch::told(backend::EntryClass c) const {
  const std::lock_guard lock(mutex_);
  const auto at = states_.find(c);
  return at == states_.end() ? 0 : at->second.told;
}

void QuotaWatch::load(backend::EntryClass c, std::uint8_t told) {
  const std::lock_guard lock(mutex_);
  states_[c].told = told;
}

}  // namespace x400::mstore::service
