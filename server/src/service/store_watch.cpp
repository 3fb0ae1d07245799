#include "service/store_watch.hpp"

#include <chrono>

namespace x400::server {

StoreWatch::StoreWatch(const mstore::Store& store, Log& log)
    : store_(store), log_(log), findings_(store.findings().size()), thread_([this] { run(); }) {}

StoreWatch::~StoreWatch() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopped_.notify_all();
  thread_.join();
}

void StoreWatch::look() {
  const std::lock_guard lock(looking_);
  const Status writable = store_.writable();
  const auto why = writable.ok() ? std::nullopt : std::optional(writable.error().kind());
  if (why != told_) {
    told_ = why;
    if (!why)
      log_.write(events::store_writes_again, {});
    else
      log_.write(*why == ErrorKind::unavailable ? events::store_full : events::store_broken,
                 {{"error", writable.error().text()}});
  }
  const auto findings = store_.findings();
  for (; findings_ < findings.size(); ++findings_)
    log_.write(events::store_damaged, {{"text", findings[findings_]}});
}

void StoreWatch::run() {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, std::chrono::seconds(1), [this] { return stop_; })) {
    lock.unlock();
    look();
    lock.lock();
  }
}

}  // namespace x400::server
