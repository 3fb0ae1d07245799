#include "mstore/memory_env.hpp"

#include <algorithm>
#include <chrono>
#include <set>

namespace x400::mstore::test {
namespace {

constexpr std::size_t sector = 512;

Error dead() { return Error(ErrorKind::io, "no power"); }
Error missing(const Path& path) { return Error(ErrorKind::not_found, "open " + path.string()); }

}  // namespace

// ---- MemoryEnv

struct MemoryEnv::Node {
  Octets synced;
  Octets current;
};

struct MemoryEnv::State {
  std::mutex mutex;
  std::map<Path, std::shared_ptr<Node>> names;         // as they are
  std::map<Path, std::shared_ptr<Node>> synced_names;  // as they would be found
  std::set<Path> folders;
  std::set<Path> locked;
  std::mt19937_64 random{20240229};
  std::optional<std::int64_t> clock;
  bool dead = false;
  int syncs_left = 0;
  std::uint32_t seed = 0;
  double keep = 0;
  std::unique_ptr<MemoryEnv> left;

  // With the mutex held.
  std::unique_ptr<MemoryEnv> cut(std::uint32_t with_seed, double with_keep) const {
    auto after = std::make_unique<MemoryEnv>();
    std::mt19937 dice(with_seed);
    const auto survives = [&] { return std::uniform_real_distribution<>(0, 1)(dice) < with_keep; };
    std::map<Path, std::shared_ptr<Node>> found = synced_names;
    for (const auto& [path, node] : names)
      if ((!found.contains(path) || found[path] != node) && survives()) found[path] = node;
    for (const auto& [path, node] : synced_names)
      if (!names.contains(path) && survives()) found.erase(path);
    for (const auto& [path, node] : found) {
      auto kept = std::make_shared<Node>();
      kept->current = node->synced;
      if (node->current.size() != node->synced.size() && survives())
        kept->current.resize(node->current.size());
      for (std::size_t at = 0; at < std::min(kept->current.size(), node->current.size()); at += sector) {
        if (!survives()) continue;
        const std::size_t n = std::min({sector, kept->current.size() - at, node->current.size() - at});
        std::copy_n(node->current.begin() + static_cast<std::ptrdiff_t>(at), n,
                    kept->current.begin() + static_cast<std::ptrdiff_t>(at));
      }
      kept->synced = kept->current;
      after->state_->names[path] = kept;
    }
    after->state_->synced_names = after->state_->names;
    after->state_->folders = folders;
    after->state_->clock = clock;
    return after;
  }

  // True: the power is gone.
  bool sync_counts() {
    if (syncs_left > 0 && --syncs_left == 0) {
      left = cut(seed, keep);
      dead = true;
    }
    return dead;
  }
};

class MemoryEnv::MemoryFile final : public File {
 public:
  MemoryFile(std::shared_ptr<State> state, std::shared_ptr<Node> node)
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
      if (node_->current.size() < offset + part.size()) node_->current.resize(offset + part.size());
      std::copy(part.begin(), part.end(), node_->current.begin() + static_cast<std::ptrdiff_t>(offset));
      offset += part.size();
    }
    return Ok{};
  }

  Status sync() override {
    const std::lock_guard lock(state_->mutex);
    if (state_->dead || state_->sync_counts()) return dead();
    node_->synced = node_->current;
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
    node_->current.resize(size);
    return Ok{};
  }

 private:
  std::shared_ptr<State> state_;
  std::shared_ptr<Node> node_;
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
  auto it = state_->names.find(path);
  if (it == state_->names.end()) {
    if (mode == OpenMode::read || mode == OpenMode::write) return missing(path);
    it = state_->names.emplace(path, std::make_shared<Node>()).first;
  } else if (mode == OpenMode::create_new) {
    return Error(ErrorKind::exists, "open " + path.string());
  }
  return std::unique_ptr<File>(std::make_unique<MemoryFile>(state_, it->second));
}

Result<std::vector<std::string>> MemoryEnv::list(const Path& folder) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead) return dead();
  std::vector<std::string> names;
  for (const auto& [path, node] : state_->names)
    if (path.parent_path() == folder) names.push_back(path.filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

Result<bool> MemoryEnv::exists(const Path& path) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead) return dead();
  return state_->names.contains(path) || state_->folders.contains(path);
}

Status MemoryEnv::make_folder(const Path& path) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead) return dead();
  state_->folders.insert(path);
  return Ok{};
}

Status MemoryEnv::remove(const Path& path) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead) return dead();
  state_->names.erase(path);
  return Ok{};
}

Status MemoryEnv::rename(const Path& from, const Path& to) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead) return dead();
  const auto it = state_->names.find(from);
  if (it == state_->names.end()) return missing(from);
  const auto node = it->second;
  state_->names.erase(it);
  state_->names[to] = node;
  return Ok{};
}

Status MemoryEnv::sync_folder(const Path& folder) {
  const std::lock_guard lock(state_->mutex);
  if (state_->dead || state_->sync_counts()) return dead();
  std::erase_if(state_->synced_names, [&](const auto& entry) { return entry.first.parent_path() == folder; });
  for (const auto& [path, node] : state_->names)
    if (path.parent_path() == folder) state_->synced_names[path] = node;
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
  const auto it = state_->names.find(path);
  if (it == state_->names.end()) return missing(path);
  return reinterpret_cast<std::uintptr_t>(it->second.get());
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
  auto after = std::make_unique<MemoryEnv>();
  for (const auto& [path, node] : state_->names) {
    after->state_->names[path] = std::make_shared<Node>(Node{node->current, node->current});
  }
  after->state_->synced_names = after->state_->names;
  after->state_->folders = state_->folders;
  after->state_->clock = state_->clock;
  return after;
}

std::unique_ptr<MemoryEnv> MemoryEnv::power_cut(std::uint32_t seed, double keep) const {
  const std::lock_guard lock(state_->mutex);
  return state_->cut(seed, keep);
}

void MemoryEnv::cut_at_sync(int n, std::uint32_t seed, double keep) {
  const std::lock_guard lock(state_->mutex);
  state_->syncs_left = n;
  state_->seed = seed;
  state_->keep = keep;
}

std::unique_ptr<MemoryEnv> MemoryEnv::left() {
  const std::lock_guard lock(state_->mutex);
  return std::move(state_->left);
}

Octets MemoryEnv::octets(const Path& path) const {
  const std::lock_guard lock(state_->mutex);
  const auto it = state_->names.find(path);
  return it == state_->names.end() ? Octets{} : it->second->current;
}

void MemoryEnv::set_octets(const Path& path, Octets octets) {
  const std::lock_guard lock(state_->mutex);
  auto node = std::make_shared<Node>(Node{octets, octets});
  state_->names[path] = node;
  state_->synced_names[path] = node;
}

void MemoryEnv::set_clock(std::int64_t now) {
  const std::lock_guard lock(state_->mutex);
  state_->clock = now;
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
