#include "mstore/memory_env.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <set>

#include "mstore/memory_disk.hpp"

namespace x400::mstore::test {
namespace {

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

Error dead() { return Error(ErrorKind::io, "no power"); }
Error missing(const Path& path) { return Error(ErrorKind::not_found, "open " + path.string()); }

}  // namespace

// ---- MemoryEnv

struct MemoryEnv::State {
  std::mutex mutex;
  MemoryDisk disk;
  std::set<Path> locked;
  std::mt19937_64 random{20240229};
  std::optional<std::int64_t> clock;
  std::uint64_t room = no_limit;
  bool dead = false;
  int syncs_left = 0;
  std::uint64_t seed = 0;
  double keep = 0;
  std::unique_ptr<MemoryEnv> left;

  // All with the mutex held.
  std::unique_ptr<MemoryEnv> with(MemoryDisk found) {
    auto after = std::make_unique<MemoryEnv>();
    after->state_->disk = std::move(found);
    after->state_->clock = clock;
    after->state_->random.seed(random() + 1);
    return after;
  }
  void cut(std::uint64_t with_seed, double with_keep) {
    if (dead) return;
    left = with(disk.after_cut(with_seed, with_keep));
    dead = true;
  }
  // True: the power is gone.
  bool sync_counts() {
    if (syncs_left > 0 && --syncs_left == 0) cut(seed, keep);
    return dead;
  }
};

class MemoryEnv::MemoryFile final : public File {
 public:
  MemoryFile(std::shared_ptr<State> state, MemoryDisk::NodePtr node)
      : state_(std::move(state)), node_(std::move(node)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    const std::lock_guard lock(state_->mutex);
    if (state_->dead) return dead();
    if (offset >= node_->current.size()) return std::size_t{0};
    const std::size_t n = std::min<std::size_t>(into.size(), node_->current.size() - offset);
    std::copy_n(node_->current.begin() + static_cast<std::ptrdiff_t>(offset), n, into.begin());
    return n;
  }

  Status write(std::uint64_t offset, std::span<const View> parts) override {
    const std::lock_guard lock(state_->mutex);
    if (state_->dead) return dead();
    for (const View part : parts) {
      state_->disk.write(*node_, offset, part);
      offset += part.size();
    }
    return Ok{};
  }

  Status sync() override {
    const std::lock_guard lock(state_->mutex);
    if (state_->dead || state_->sync_counts()) return dead();
    MemoryDisk::sync(*node_);
    return Ok{};
  }

  Result<std::uint64_t> size() const override {
    const std::lock_guard lock(state_->mutex);
    if (state_->dead) return dead();
    return static_cast<std::uint64_t>(node_->current.size());
  }

  Status truncate(std::uint64_t size) override {
    const std::lock_guard lock(state_->mutex);
    if (state_->dead) return dead();
    state_->disk.truncate(*node_, size);
    return Ok{};
  }

  Status allocate(std::uint64_t size) override {
    const std::lock_guard lock(state_->mutex);
    if (state_->dead) return dead();
    state_->disk.truncate(*node_, std::max<std::size_t>(size, node_->current.size()));
    return Ok{};
  }

 private:
  std::shared_ptr<State> state_;
  MemoryDisk::NodePtr node_;
};

class MemoryEnv::MemoryLock final : public Lock {
 public:
  MemoryLock(std::shared_ptr<State> state, Path path) : state_(std::move(state)), path_(std::move(path)) {}
  ~MemoryLock() override {
    const std::lock_guard lock(state_->mutex);
    state_->locked.erase(path_);
  }

 private:
  std::shared_ptr<State> state_;
  Path path_;
};

MemoryEnv::MemoryEnv() : state_(std::make_shared<State>()) {}
MemoryEnv::~MemoryEnv() = default;

Result<std::unique_ptr<File>> MemoryEnv::open(const Path& path, OpenMode mode) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead) return dead();
  auto node = state_->disk.find(path);
  if (!node) {
    if (mode == OpenMode::read || mode == OpenMode::write) return missing(path);
    node = state_->disk.create(path);
  } else if (mode == OpenMode::create_new) {
    return Error(ErrorKind::exists, "open " + path.string());
  }
  return std::unique_ptr<File>(std::make_unique<MemoryFile>(state_, std::move(node)));
}

Result<std::vector<std::string>> MemoryEnv::list(const Path& folder) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead) return dead();
  std::vector<std::string> names;
  for (const auto& [path, node] : state_->disk.names())
    if (path.parent_path() == folder) names.push_back(path.filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

Result<bool> MemoryEnv::exists(const Path& path) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead) return dead();
  return state_->disk.exists(path);
}

Status MemoryEnv::make_folder(const Path& path) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead) return dead();
  state_->disk.make_folder(path);
  return Ok{};
}

Status MemoryEnv::remove(const Path& path) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead) return dead();
  state_->disk.remove(path);
  return Ok{};
}

Status MemoryEnv::rename(const Path& from, const Path& to) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead) return dead();
  return state_->disk.rename(from, to) ? Status(Ok{}) : missing(from);
}

Status MemoryEnv::sync_folder(const Path& folder) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead || state_->sync_counts()) return dead();
  state_->disk.sync_folder(folder);
  return Ok{};
}

Result<std::unique_ptr<Lock>> MemoryEnv::lock(const Path& path) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead) return dead();
  if (!state_->locked.insert(path).second) return Error(ErrorKind::unavailable, "locked: " + path.string());
  return std::unique_ptr<Lock>(std::make_unique<MemoryLock>(state_, path));
}

Result<std::uint64_t> MemoryEnv::identity(const Path& path) {
  const std::lock_guard lock(state_->mutex);
  const auto node = state_->disk.find(path);
  if (!node) return missing(path);
  return reinterpret_cast<std::uintptr_t>(node.get());
}

Result<std::uint64_t> MemoryEnv::room(const Path&) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead) return dead();
  return state_->room;
}

std::int64_t MemoryEnv::now() {
  const std::lock_guard lock(state_->mutex);
  if (state_->clock) return *state_->clock;
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Status MemoryEnv::random(std::span<std::uint8_t> into) {
  const std::lock_guard lock(state_->mutex);
  for (std::uint8_t& octet : into) octet = static_cast<std::uint8_t>(state_->random());
  return Ok{};
}

std::unique_ptr<MemoryEnv> MemoryEnv::kill() const {
  const std::lock_guard lock(state_->mutex);
  return state_->with(state_->disk.after_kill());
}

std::unique_ptr<MemoryEnv> MemoryEnv::power_cut(std::uint64_t seed, double keep) const {
  const std::lock_guard lock(state_->mutex);
  return state_->with(state_->disk.after_cut(seed, keep));
}

void MemoryEnv::cut_now(std::uint64_t seed, double keep) {
  const std::lock_guard lock(state_->mutex);
  state_->cut(seed, keep);
}

void MemoryEnv::cut_at_sync(int n, std::uint64_t seed, double keep) {
  const std::lock_guard lock(state_->mutex);
  state_->syncs_left = n;
  state_->seed = seed;
  state_->keep = keep;
}

void MemoryEnv::set_leak(double part, std::uint64_t seed) {
  const std::lock_guard lock(state_->mutex);
  state_->disk.set_leak(part, seed);
}

std::unique_ptr<MemoryEnv> MemoryEnv::left() {
  const std::lock_guard lock(state_->mutex);
  return std::move(state_->left);
}

Octets MemoryEnv::octets(const Path& path) const {
  const std::lock_guard lock(state_->mutex);
  const auto node = state_->disk.find(path);
  return node ? node->current : Octets{};
}

void MemoryEnv::set_octets(const Path& path, Octets octets) {
  const std::lock_guard lock(state_->mutex);
  if (state_->disk.find(path)) state_->disk.remove(path);
  const auto node = state_->disk.create(path);
  node->current = node->synced = std::move(octets);
  state_->disk.sync_folder(path.parent_path());
}

void MemoryEnv::set_clock(std::int64_t now) {
  const std::lock_guard lock(state_->mutex);
  state_->clock = now;
}

void MemoryEnv::set_room(std::uint64_t octets) {
  const std::lock_guard lock(state_->mutex);
  state_->room = octets;
}

// ---- FaultEnv

class FaultFile final : public File {
 public:
  FaultFile(FaultEnv& env, std::unique_ptr<File> base) : env_(env), base_(std::move(base)) {}
  Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    if (auto e = env_.fault(Call::read)) return *e;
    return base_->read(offset, into);
  }
  Status write(std::uint64_t offset, std::span<const View> parts) override {
    auto e = env_.fault(Call::write);
    if (!e) return base_->write(offset, parts);
    if (!parts.empty()) (void)base_->File::write(offset, parts.front().first(parts.front().size() / 2)).ok();
    return *e;
  }
  Status sync() override {
    if (auto e = env_.fault(Call::sync)) return *e;
    return base_->sync();
  }
  Result<std::uint64_t> size() const override {
    if (auto e = env_.fault(Call::size)) return *e;
    return base_->size();
  }
  Status truncate(std::uint64_t size) override {
    if (auto e = env_.fault(Call::truncate)) return *e;
    return base_->truncate(size);
  }
  Status allocate(std::uint64_t size) override {
    if (auto e = env_.fault(Call::allocate)) return *e;
    return base_->allocate(size);
  }

 private:
  FaultEnv& env_;
  std::unique_ptr<File> base_;
};

void FaultEnv::fail(int n, Error error, std::function<bool(Call)> only, bool repeat) {
  const std::lock_guard lock(mutex_);
  error_ = std::move(error);
  only_ = std::move(only);
  at_ = n;
  calls_ = 0;
  repeat_ = repeat;
}

void FaultEnv::heal() {
  const std::lock_guard lock(mutex_);
  error_.reset();
}

int FaultEnv::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::optional<Error> FaultEnv::fault(Call call) {
  const std::lock_guard lock(mutex_);
  if (only_ && !only_(call)) return std::nullopt;
  ++calls_;
  if (!error_ || calls_ < at_ || (calls_ > at_ && !repeat_)) return std::nullopt;
  return error_;
}

Result<std::unique_ptr<File>> FaultEnv::open(const Path& path, OpenMode mode) {
  if (auto e = fault(Call::open)) return *e;
  X400_TRY(file, base_.open(path, mode));
  return std::unique_ptr<File>(std::make_unique<FaultFile>(*this, std::move(file)));
}
Result<std::vector<std::string>> FaultEnv::list(const Path& folder) {
  if (auto e = fault(Call::list)) return *e;
  return base_.list(folder);
}
Result<bool> FaultEnv::exists(const Path& path) {
  if (auto e = fault(Call::exists)) return *e;
  return base_.exists(path);
}
Status FaultEnv::make_folder(const Path& path) {
  if (auto e = fault(Call::make_folder)) return *e;
  return base_.make_folder(path);
}
Status FaultEnv::remove(const Path& path) {
  if (auto e = fault(Call::remove)) return *e;
  return base_.remove(path);
}
Status FaultEnv::rename(const Path& from, const Path& to) {
  if (auto e = fault(Call::rename)) return *e;
  return base_.rename(from, to);
}
Status FaultEnv::sync_folder(const Path& folder) {
  if (auto e = fault(Call::sync_folder)) return *e;
  return base_.sync_folder(folder);
}
Result<std::unique_ptr<Lock>> FaultEnv::lock(const Path& path) {
  if (auto e = fault(Call::lock)) return *e;
  return base_.lock(path);
}
Status FaultEnv::random(std::span<std::uint8_t> into) {
  if (auto e = fault(Call::random)) return *e;
  return base_.random(into);
}

}  // namespace x400::mstore::test
