// What follows a change set: its completion and those who joined it, once the log has it; and once the index
// shows it, what was pending is forgotten.
#include <algorithm>
#include <set>

#include "backend/local.hpp"

namespace x400::mstore::backend {
namespace {

// For who brought the same again while the first was on its way.
Committed joined(const PendingKey& key) {
  Committed c;
  c.duplicate = true;
  c.numbers = {key.number};
  c.time = key.time;
  c.lsn = key.lsn;
  return c;
}

}  // namespace

void LocalBackend::finish(Operation& op, const Status& written) {
  std::vector<std::pair<PendingKey, Completion>> waiters;
  Box& box = *op.box;
  {
    const std::lock_guard lock(box.mutex);
    if (written.ok()) {
      if (!op.only_status) box.acked.store(std::max(box.acked.load(), op.change.last));
      for (const std::string& key : op.change.keys) {
        const auto it = box.keys.find(key);
        if (it == box.keys.end() || it->second.lsn != op.change.last) continue;
        it->second.synced = true;
        for (Completion& waiter : it->second.waiters) waiters.emplace_back(it->second, std::move(waiter));
        it->second.waiters.clear();
      }
    } else {
      waiters = box.forget(op.change);
      for (const Weight& w : op.change.added) box.usage.subtract(w);
      for (const Weight& w : op.change.taken) box.usage.add(w);
      box.overlay.withdraw(op.change.first, op.change.last);
      std::erase_if(box.changes, [&](const auto& c) { return c->last == op.change.last; });
    }
  }
  // After a failed sync the record may be there at the next open, and must find its content then.
  const bool may_be_there = written.ok() || !log_->writable().ok();
  for (const auto& spooled : op.spooled) {
    if (may_be_there)
      spooled->keep();
    else
      spooled->release();
  }
  op.spooled.clear();
  const auto result = [&](const Committed& c) -> CommitResult {
    if (!written.ok()) return Refusal{written.error(), 0, {}};
    return c;
  };
  if (op.completion) op.completion(result(op.committed));
  op.completion = nullptr;
  for (auto& [key, waiter] : waiters) waiter(result(joined(key)));
}

void LocalBackend::applied(const std::vector<std::shared_ptr<const SyncedBatch>>& batches) {
  std::set<MailboxNumber> touched;
  for (const auto& batch : batches) {
    log_octets_ += batch->size;
    for (const SyncedRecord& r : batch->records) touched.insert(r.header.mailbox);
  }
  const Lsn lsn = batches.back()->end.lsn;
  for (const MailboxNumber number : touched) {
    auto found = box(number);
    if (!found.ok()) continue;
    Box& box = **found;
    std::vector<std::pair<PendingKey, Completion>> waiters;
    {
      const std::lock_guard lock(box.mutex);
      while (!box.changes.empty() && box.changes.front()->last <= lsn) {
        for (auto& waiter : box.forget(*box.changes.front())) waiters.push_back(std::move(waiter));
        box.changes.pop_front();
      }
      box.overlay.applied(lsn);
    }
    // They joined a delivery that was synced, but whose own completion has not run yet.
    for (auto& [key, waiter] : waiters) waiter(joined(key));
  }
}

}  // namespace x400::mstore::backend
