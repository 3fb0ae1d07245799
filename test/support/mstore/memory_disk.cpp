#include "mstore/memory_disk.hpp"

#include <algorithm>

namespace x400::mstore::test {
namespace {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  bool falls(double part) { return std::uniform_real_distribution<>(0, 1)(engine_) < part; }
  std::size_t between(std::size_t low, std::size_t high) {
    return std::uniform_int_distribution<std::size_t>(low, high)(engine_);
  }

 private:
  std::mt19937_64 engine_;
};

std::size_t sector_of(std::size_t offset) { return offset / MemoryDisk::sector; }

// The octets of a sector that both have.
void copy_sector(const Octets& from, Octets& to, std::size_t number) {
  const std::size_t begin = number * MemoryDisk::sector;
  const std::size_t end = std::min({begin + MemoryDisk::sector, from.size(), to.size()});
  if (begin < end)
    std::copy(from.begin() + static_cast<std::ptrdiff_t>(begin),
              from.begin() + static_cast<std::ptrdiff_t>(end),
              to.begin() + static_cast<std::ptrdiff_t>(begin));
}

Octets found(const MemoryDisk::Node& node, Dice& dice, double keep) {
  Octets octets = node.synced;
  if (node.current.size() != octets.size() && dice.falls(keep)) {
    const std::pair<std::size_t, std::size_t> sizes = std::minmax({node.current.size(), octets.size()});
    octets.resize(dice.falls(0.5) ? node.current.size() : dice.between(sizes.first, sizes.second));
  }
  for (const auto& [first, last] : node.unsynced)
    for (std::size_t n = first; n <= last; ++n)
      if (dice.falls(keep)) copy_sector(node.current, octets, n);
  return octets;
}

bool inside(const Path& path, const Path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

}  // namespace

void MemoryDisk::Change::apply(std::map<Path, NodePtr>& names) const {
  if (!gone.empty()) names.erase(gone);
  if (!made.empty()) names[made] = node;
}

bool MemoryDisk::leaks() { return leak_ > 0 && std::uniform_real_distribution<>(0, 1)(dice_) < leak_; }

void MemoryDisk::change(Change made) {
  made.apply(names_);
  // What the system writes by itself it writes in order: all that came before goes with it.
  changes_.push_back(std::move(made));
  if (!leaks()) return;
  for (const Change& c : changes_) c.apply(synced_names_);
  changes_.clear();
}

MemoryDisk::NodePtr MemoryDisk::find(const Path& path) const {
  const auto it = names_.find(path);
  return it == names_.end() ? nullptr : it->second;
}

MemoryDisk::NodePtr MemoryDisk::create(const Path& path) {
  auto node = std::make_shared<Node>();
  change({{}, path, node});
  return node;
}

void MemoryDisk::make_folder(const Path& path) {
  if (folders_.insert(path).second) new_folders_.insert(path);
}

void MemoryDisk::remove(const Path& path) {
  if (names_.contains(path)) change({path, {}, nullptr});
}

bool MemoryDisk::rename(const Path& from, const Path& to) {
  const NodePtr node = find(from);
  if (node) change({from, to, node});
  return node != nullptr;
}

void MemoryDisk::sync_folder(const Path& path) {
  std::erase_if(changes_, [&](const Change& c) {
    if (c.in(path)) c.apply(synced_names_);
    return c.in(path);
  });
  std::erase_if(new_folders_, [&](const Path& folder) { return folder.parent_path() == path; });
}

void MemoryDisk::write(Node& node, std::size_t offset, View octets) {
  if (octets.empty()) return;
  const std::size_t end = offset + octets.size();
  const std::size_t before = node.current.size();
  if (before < end) node.current.resize(end);
  std::copy(octets.begin(), octets.end(), node.current.begin() + static_cast<std::ptrdiff_t>(offset));
  // A hole that the write makes is zeroes, written like the rest.
  node.unsynced.emplace_back(sector_of(std::min(offset, before)), sector_of(end - 1));
  if (!leaks()) return;
  if (node.synced.size() < node.current.size()) node.synced.resize(node.current.size());
  for (std::size_t n = sector_of(offset); n <= sector_of(end - 1); ++n)
    if (leaks()) copy_sector(node.current, node.synced, n);
}

void MemoryDisk::truncate(Node& node, std::size_t size) {
  const std::size_t before = node.current.size();
  node.current.resize(size);
  if (size != before)
    node.unsynced.emplace_back(sector_of(std::min(size, before)), sector_of(std::max(size, before)));
  if (leaks()) node.synced.resize(size);
}

void MemoryDisk::sync(Node& node) {
  node.synced.resize(node.current.size());
  for (const auto& [first, last] : node.unsynced)
    for (std::size_t n = first; n <= last; ++n) copy_sector(node.current, node.synced, n);
  node.unsynced.clear();
}

void MemoryDisk::set_leak(double part, std::uint64_t seed) {
  leak_ = part;
  dice_.seed(seed);
}

MemoryDisk MemoryDisk::after_kill() const {
  MemoryDisk after;
  for (const auto& [path, node] : names_)
    after.names_[path] = std::make_shared<Node>(Node{node->current, node->current, {}});
  after.synced_names_ = after.names_;
  after.folders_ = folders_;
  return after;
}

MemoryDisk MemoryDisk::after_cut(std::uint64_t seed, double keep) const {
  Dice dice(seed);
  auto names = synced_names_;
  // A journal keeps the order: a part of the changes from the first on. Without one, any of them.
  const bool in_order = dice.falls(0.5);
  for (const Change& c : changes_) {
    if (dice.falls(keep))
      c.apply(names);
    else if (in_order)
      break;
  }
  MemoryDisk after;
  std::set<Path> lost;
  for (const Path& folder : folders_) {
    if (new_folders_.contains(folder) && !dice.falls(keep)) lost.insert(folder);
    if (std::none_of(lost.begin(), lost.end(), [&](const Path& l) { return inside(folder, l); }))
      after.folders_.insert(folder);
  }
  for (const auto& [path, node] : names) {
    if (std::any_of(lost.begin(), lost.end(), [&](const Path& l) { return inside(path, l); })) continue;
    Octets octets = found(*node, dice, keep);
    after.names_[path] = std::make_shared<Node>(Node{octets, octets, {}});
  }
  after.synced_names_ = after.names_;
  return after;
}

}  // namespace x400::mstore::test
