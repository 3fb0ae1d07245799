#include "index/duplicate_keys.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace x400::mstore::storage {
namespace {

constexpr std::size_t block_size = 256 * 1024;

// `place` is not before `from`.
std::uint64_t distance(std::int64_t from, std::int64_t place) {
  return static_cast<std::uint64_t>(place) - static_cast<std::uint64_t>(from);
}

bool same_key(const DuplicateKeys::Key& a, const DuplicateKeys::Key& b) {
  return a.mailbox == b.mailbox && equal(a.view(), b.view());
}

}  // namespace

const std::uint8_t* DuplicateKeys::keep(View key) {
  if (key.size() > left_) {
    left_ = std::max(block_size, key.size());
    blocks_.push_back(std::make_unique_for_overwrite<std::uint8_t[]>(left_));
    free_ = blocks_.back().get();
  }
  const std::uint8_t* kept = free_;
  free_ = std::copy(key.begin(), key.end(), free_);
  left_ -= key.size();
  return kept;
}

void DuplicateKeys::add(MailboxNumber mailbox, SequenceNumber number, Time created, View key) {
  if (created < horizon_) return;
  Key k;
  k.place = duplicate_hash(store_, mailbox, key);
  k.created = created;
  k.octets = keep(key);
  k.size = static_cast<std::uint32_t>(key.size());
  k.mailbox = mailbox;
  k.number = number;
  keys_.push_back(k);
}

// In the order of their hashes each takes the first free place: all between its hash and its place are taken
// then, as those demand who look for it.
void DuplicateKeys::settle() {
  std::sort(keys_.begin(), keys_.end(), [](const Key& a, const Key& b) {
    return std::tie(a.place, b.created, a.number) < std::tie(b.place, a.created, b.number);
  });
  std::size_t kept = 0;
  std::size_t begin = 0;  // among those kept: the first of the same hash
  std::int64_t hash = 0;
  for (const Key& key : keys_) {
    if (kept == 0 || key.place != hash) begin = kept;
    hash = key.place;
    const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto end = keys_.begin() + static_cast<std::ptrdiff_t>(kept);
    if (std::any_of(first, end, [&](const Key& k) { return same_key(k, key); })) continue;
    Key placed = key;
    if (kept > 0 && keys_[kept - 1].place >= hash) {
      if (keys_[kept - 1].place == std::numeric_limits<std::int64_t>::max()) continue;
      placed.place = keys_[kept - 1].place + 1;
    }
    if (distance(hash, placed.place) >= most_probes) continue;
    keys_[kept++] = placed;
  }
  keys_.resize(kept);
}

std::optional<std::int64_t> DuplicateKeys::place_of(MailboxNumber mailbox, View key) const {
  const std::int64_t hash = duplicate_hash(store_, mailbox, key);
  auto it = std::lower_bound(keys_.begin(), keys_.end(), hash,
                             [](const Key& k, std::int64_t wanted) { return k.place < wanted; });
  for (std::uint64_t probe = 0; probe < most_probes && it != keys_.end(); ++probe, ++it) {
    if (distance(hash, it->place) != probe) break;
    if (it->mailbox == mailbox && equal(it->view(), key)) return it->place;
  }
  return std::nullopt;
}

}  // namespace x400::mstore::storage
