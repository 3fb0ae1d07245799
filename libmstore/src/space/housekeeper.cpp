#include "space/housekeeper.hpp"

namespace x400::mstore::space {

Housekeeper::Housekeeper(Segments& segments, Index& index, const Followers& followers,
                         RemovedSegments removed, Path removed_file, const backend::Options& options,
                         Cleaner::Ports ports)
    : segments_(segments),
      options_(options),
      remove_unused_contents_(ports.remove_unused_contents),
      throttle_(options.clean_rate),
      cataloguer_(segments),
      cleaner_(segments, index, followers, std::move(removed), std::move(removed_file), options,
               std::move(ports), throttle_) {}

Housekeeper::~Housekeeper() { stop(); }

void Housekeeper::start() {
  if (!options_.housekeeping) return;
  segments_.on_seal([this] {
    {
      const std::lock_guard lock(mutex_);
      sealed_ = true;
    }
    wake_.notify_all();
  });
  thread_ = std::thread([this] { run(); });
}

void Housekeeper::stop() {
  segments_.on_seal(nullptr);
  throttle_.stop();
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// False: stopping.
bool Housekeeper::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [this] { return stop_ || sealed_; });
  sealed_ = false;
  return !stop_;
}

void Housekeeper::run() {
  const auto interval = std::chrono::seconds(options_.housekeeping_seconds);
  do {
    (void)run_once().ok();
  } while (wait(interval));
}

Result<Housekeeper::Pause> Housekeeper::pause(const std::function<bool()>& stop) {
  constexpr auto ask = std::chrono::milliseconds(20);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, ask, [this] { return !busy_; })) {
    lock.unlock();
    if (stop && stop()) return Error(ErrorKind::closed, "stopped while cleaning was waited for");
    lock.lock();
  }
  busy_ = true;
  return Pause(this);
}

void Housekeeper::resume() {
  {
    const std::lock_guard lock(mutex_);
    busy_ = false;
  }
  wake_.notify_all();
}

Status Housekeeper::run_once() {
  X400_TRY(alone, pause());
  const Time keep = static_cast<Time>(options_.retired_minutes) * 60'000;
  remove_unused_contents_();
  const Status done = work();
  const Time now = segments_.env().now();
  const bool full = !done.ok() && done.error().kind() == ErrorKind::unavailable;
  X400_CHECK(sweep_retired(segments_, full ? now : now - keep));
  return done;
}

CleaningTotals Housekeeper::totals() const {
  CleaningTotals totals = cleaner_.totals();
  totals.catalogue_octets = cataloguer_.octets_written();
  return totals;
}

// What keeps catalogues from being written keeps cleaning from nothing: it may give room back.
Status Housekeeper::work() {
  const Status catalogued = write_catalogues();
  while (!throttle_.stopped()) {
    X400_TRY(cleaned, cleaner_.step());
    if (!cleaned) break;
  }
  return catalogued;
}

Status Housekeeper::write_catalogues() {
  while (true) {
    X400_TRY(octets, cataloguer_.step());
    if (!octets || !throttle_.spend(*octets)) return Ok{};
  }
}

}  // namespace x400::mstore::space
