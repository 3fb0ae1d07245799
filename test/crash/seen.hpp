// Seen: all that a store holds, in plain values, whoever read it: the engine, or the reader of the tests that
// knows the log from docs/formats.md alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "messages.hpp"

namespace x400::mstore::crash {

struct SeenEntry {
  int entry_class = 0, type = 0, status = 0, priority = 0;
  std::optional<std::int32_t> precedence{};
  std::uint64_t size = 0;
  std::int64_t created = 0;
  std::uint32_t parent = 0, descendants = 0;
  bool list_complete = true;
  Octets list{}, variable{}, attributes{};
  std::string attributes_fault{};  ///< why they cannot be read
  Content content{};
  friend bool operator==(const SeenEntry&, const SeenEntry&) = default;
};

struct SeenItem {
  Octets value{};
  std::optional<std::int64_t> due{};
  friend bool operator==(const SeenItem&, const SeenItem&) = default;
};

/// Counts and sums by (base, class, status, type, priority, child).
using SeenCounters = std::map<std::vector<int>, std::pair<std::uint64_t, std::uint64_t>>;

struct SeenBox {
  std::string id{};
  Octets properties{};
  std::uint32_t next = 1;
  std::map<std::pair<int, std::uint32_t>, SeenEntry> entries{};  ///< by (base, number)
  std::map<std::pair<int, Octets>, SeenItem> items{};            ///< by (kind, key)
  SeenCounters counters{};
};

struct Seen {
  std::map<std::uint32_t, SeenBox> boxes{};
  std::multiset<std::string> events{};  ///< only in the log
  std::vector<std::string> faults{};    ///< what could not be read
};

/// Kinds of items that the workload writes.
inline constexpr std::uint16_t item_kind = 1, pair_kind = 2;

/// By the engine's own functions.
Seen see_engine(backend::Backend& store);
/// What the counters must be.
SeenCounters sums(const SeenBox& box);
/// What differs, a line each; `skip`: these entries (mailbox, base, number) are not compared.
using EntryName = std::tuple<std::uint32_t, int, std::uint32_t>;
std::vector<std::string> differences(const Seen& a, const Seen& b, const std::set<EntryName>& skip = {});
std::string text(const EntryName& name);

}  // namespace x400::mstore::crash
