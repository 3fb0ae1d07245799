// A change set on a mailbox in memory: first every check, then the changes, which cannot fail.
#include <algorithm>

#include "backend/memory_backend.hpp"
#include "backend/memory_state.hpp"

namespace x400::mstore::backend {

namespace {

Refusal refusal(ErrorKind kind, std::string text, SequenceNumber number = 0) {
  return {Error(kind, std::move(text)), number, {}};
}

std::map<SequenceNumber, MemoryEntry>& entries(MemoryMailbox& m, EntryBase base) {
  return m.entries[static_cast<std::size_t>(base)];
}

using Check = std::optional<Refusal>;

constexpr std::size_t most_key = 1024;  // of an item

// A child stands behind its main entry and parent, before the next main entry, and bears a new number.
Check check_family(const ChangeSet& set) {
  std::optional<std::size_t> main;
  for (std::size_t i = 0; i < set.create.size(); ++i) {
    const NewEntry& e = set.create[i];
    const bool new_number = !e.same_number_as && e.number == 0;
    if (!e.parent) {
      if (!new_number && base_of(e.entry_class) == EntryBase::stored)
        return refusal(ErrorKind::invalid, "only log entries bear the number of another");
      if (e.same_number_as && *e.same_number_as >= i)
        return refusal(ErrorKind::invalid, "the number of an entry that does not stand before");
      main = i;
      continue;
    }
    const bool family = main && *e.parent < i && *e.parent >= *main && new_number &&
                        base_of(e.entry_class) == base_of(set.create[*main].entry_class);
    if (!family) return refusal(ErrorKind::invalid, "a child must follow its main entry and parent");
    if (!e.duplicate_key.empty()) return refusal(ErrorKind::invalid, "a child with a duplicate key");
  }
  return std::nullopt;
}

bool only_status(const ChangeSet& set) {
  return set.modify.empty() && set.remove.empty() && set.create.empty() && set.items.empty() &&
         set.events.empty() && std::none_of(set.status.begin(), set.status.end(), [](const StatusChange& s) {
           return s.backwards;
         });
}

Check check_new(const ChangeSet& set) {
  if (set.durability == Durability::lazy && !only_status(set))
    return refusal(ErrorKind::invalid, "lazy durability is for status only");
  for (const Deletion& deletion : set.remove)
    if (deletion.archive && deletion.base != EntryBase::stored)
      return refusal(ErrorKind::invalid, "only stored entries go to the archive");
  if (auto bad = check_family(set)) return bad;
  std::set<Octets> keys;
  for (const NewEntry& e : set.create) {
    if (e.content.slice && !e.parent) return refusal(ErrorKind::invalid, "a slice without a main entry");
    if (e.variable.size() > max_variable || e.duplicate_key.size() > max_duplicate_key)
      return refusal(ErrorKind::limit, "variable attributes or duplicate key too large");
    if (!e.duplicate_key.empty() && !keys.insert(e.duplicate_key).second)
      return refusal(ErrorKind::invalid, "a duplicate key twice");
  }
  for (const ItemChange& item : set.items) {
    if (item.entry && *item.entry >= set.create.size())
      return refusal(ErrorKind::invalid, "an item of no entry");
    if (item.key.size() > most_key) return refusal(ErrorKind::limit, "key of an item too long");
  }
  return std::nullopt;
}

Check check_numbers(MemoryMailbox& m, const ChangeSet& set) {
  for (const NewEntry& e : set.create) {
    if (e.number == 0) continue;
    if (e.number >= m.head.next) return refusal(ErrorKind::invalid, "a number never assigned", e.number);
    if (entries(m, base_of(e.entry_class)).contains(e.number))
      return refusal(ErrorKind::exists, "an entry of this number exists", e.number);
  }
  return std::nullopt;
}

Check check_existing(MemoryMailbox& m, const ChangeSet& set) {
  std::set<std::pair<EntryBase, SequenceNumber>> gone;
  for (const Modification& change : set.modify) {
    if (!change.if_there && !entries(m, change.base).contains(change.number))
      return refusal(ErrorKind::not_found, "modify: no such entry", change.number);
    if (change.variable && change.variable->size() > max_variable)
      return refusal(ErrorKind::limit, "variable attributes too large", change.number);
  }
  for (const Deletion& deletion : set.remove)
    for (const SequenceNumber n : deletion.numbers) {
      const auto at = entries(m, deletion.base).find(n);
      if (at == entries(m, deletion.base).end() || !gone.emplace(deletion.base, n).second)
        return refusal(ErrorKind::not_found, "delete: no such entry", n);
      if (at->second.row.parent != 0) return refusal(ErrorKind::invalid, "delete: a child entry", n);
    }
  return std::nullopt;
}

// Main entries of the class; entries are few where this backend serves, so they are counted afresh.
Usage usage_of(MemoryMailbox& m, const Quota& q) {
  Usage sum;
  for (const auto& [n, e] : entries(m, EntryBase::stored)) {
    if (e.row.parent != 0 || e.row.entry_class != q.entry_class) continue;
    ++sum.entries;
    if (e.row.entry_type != q.no_octets_of) sum.octets += e.row.size;
  }
  return sum;
}

Check check_quotas(MemoryMailbox& m, const ChangeSet& set, std::vector<Usage>& out) {
  for (const Quota& q : set.quotas) {
    const Usage before = usage_of(m, q);
    Usage after = before;
    for (const Deletion& d : set.remove)
      for (const SequenceNumber n : d.numbers) {
        const Row& row = entries(m, d.base).at(n).row;
        if (d.base != EntryBase::stored || row.entry_class != q.entry_class) continue;
        --after.entries;
        if (row.entry_type != q.no_octets_of) after.octets -= row.size;
      }
    for (const NewEntry& e : set.create) {
      if (e.parent || e.entry_class != q.entry_class) continue;
      ++after.entries;
      if (e.entry_type != q.no_octets_of) after.octets += e.size;
    }
    if ((after.entries > q.entries && after.entries > before.entries) ||
        (after.octets > q.octets && after.octets > before.octets))
      return Refusal{Error(ErrorKind::unavailable, "the mailbox's quota is full"), 0, before};
    out.push_back(after);
  }
  return std::nullopt;
}

class Changer {
 public:
  Changer(MemoryMailbox& m, Time now, Lsn lsn) : m_(m), now_(now), lsn_(lsn) {}

  void modify(const std::vector<Modification>& changes) {
    for (const Modification& c : changes) {
      const auto at = entries(m_, c.base).find(c.number);
      if (at == entries(m_, c.base).end()) continue;
      Row& row = at->second.row;
      if (c.variable) row.variable = *c.variable;
      if (!c.list_attributes) continue;
      row.list_complete = c.list_attributes->size() <= max_list_attributes;
      row.list_attributes = row.list_complete ? *c.list_attributes : Octets();
    }
  }

  void change_status(const std::vector<StatusChange>& changes) {
    for (const StatusChange& c : changes)
      for (const NumberRange& r : c.ranges) {
        auto& in = entries(m_, c.base);
        for (auto at = in.lower_bound(r.from); at != in.end() && at->first <= r.to; ++at)
          set_status(at->second.row, c);
      }
  }

  void remove(const std::vector<Deletion>& deletions) {
    for (const Deletion& d : deletions)
      for (const SequenceNumber n : d.numbers) {
        auto& in = entries(m_, d.base);
        const Row main = in.at(n).row;
        const SequenceNumber last = n + main.descendants;
        for (SequenceNumber i = n; i <= last; ++i) {
          if (d.base == EntryBase::stored) m_.by_status.erase({in.at(i).row.status, i});
          auto moved = in.extract(i);
          if (d.archive) entries(m_, EntryBase::archive).insert(std::move(moved));
        }
        Event e = event(Event::Kind::deleted, main);
        e.base = d.base;
        e.numbers = {n, last};
        events_.push_back(e);
      }
  }

  void create(std::vector<NewEntry> list, Committed& committed) {
    std::optional<MemoryContent> main_content;
    for (NewEntry& e : list) {
      MemoryEntry made;
      Row& row = made.row;
      row.number = e.same_number_as ? committed.numbers[*e.same_number_as]
                   : e.number       ? e.number
                                    : m_.head.next++;
      row.entry_class = e.entry_class;
      row.entry_type = e.entry_type;
      row.status = e.status;
      row.priority = e.priority;
      row.precedence = e.precedence;
      row.size = e.size;
      row.created = now_;
      row.list_complete = e.list_attributes.size() <= max_list_attributes;
      if (row.list_complete) row.list_attributes = std::move(e.list_attributes);
      row.variable = std::move(e.variable);
      made.attributes = std::move(e.attributes);
      if (e.parent)
        row.parent = committed.numbers[*e.parent];
      else
        main_content.reset();
      made.content = content(e.content, main_content);
      if (!e.parent) main_content = made.content;
      if (e.parent) count_descendant(row);
      if (!e.duplicate_key.empty()) m_.duplicates[e.duplicate_key] = {row.number, now_};
      committed.numbers.push_back(row.number);
      if (base_of(e.entry_class) == EntryBase::stored) m_.by_status.emplace(row.status, row.number);
      Event created = event(Event::Kind::created, row);
      created.numbers = {row.number, row.number};
      events_.push_back(created);
      entries(m_, base_of(e.entry_class)).emplace(row.number, std::move(made));
    }
  }

  void change_items(std::vector<ItemChange> changes, const Committed& committed) {
    for (ItemChange& c : changes) {
      Octets key;
      if (c.entry)
        for (int shift = 24; shift >= 0; shift -= 8)
          key.push_back(static_cast<std::uint8_t>(committed.numbers[*c.entry] >> shift));
      append(key, c.key);
      if (!c.value) {
        m_.items.erase({c.kind, key});
        continue;
      }
      m_.items[{c.kind, key}] = {m_.head.number, c.kind, key, std::move(*c.value), c.due};
    }
  }

  std::vector<Event> events() && { return std::move(events_); }

 private:
  void set_status(Row& row, const StatusChange& c) {
    if (row.status == c.status || (!c.backwards && row.status > c.status)) return;
    if (c.base == EntryBase::stored) {
      m_.by_status.erase({row.status, row.number});
      m_.by_status.emplace(c.status, row.number);
    }
    row.status = c.status;
    Event e = event(Event::Kind::status, row);
    e.numbers = {row.number, row.number};
    events_.push_back(e);
  }

  Event event(Event::Kind kind, const Row& row) const {
    Event e;
    e.kind = kind;
    e.mailbox = m_.head.number;
    e.entry_class = row.entry_class;
    e.base = base_of(row.entry_class);
    e.status = row.status;
    e.priority = row.priority;
    e.child = row.parent != 0;
    e.lsn = lsn_;
    return e;
  }

  static std::optional<MemoryContent> content(const NewContent& c, const std::optional<MemoryContent>& main) {
    if (c.slice) {
      if (!main || c.slice->offset > main->octets.size() ||
          c.slice->size > main->octets.size() - c.slice->offset)
        return std::nullopt;
      return MemoryContent{main->owner, main->octets.subspan(c.slice->offset, c.slice->size)};
    }
    if (c.spooled) {
      auto octets = c.spooled->read(0, c.spooled->size());
      if (!octets.ok()) return std::nullopt;
      auto kept = std::make_shared<const Octets>(std::move(*octets));
      return MemoryContent{kept, *kept};
    }
    if (!c.octets.data() && !c.owner) return std::nullopt;
    if (c.owner) return MemoryContent{c.owner, c.octets};
    auto kept = std::make_shared<const Octets>(to_octets(c.octets));
    return MemoryContent{kept, *kept};
  }

  void count_descendant(const Row& row) {
    auto& in = entries(m_, base_of(row.entry_class));
    auto at = in.find(row.parent);
    while (at != in.end() && at->second.row.parent != 0) at = in.find(at->second.row.parent);
    if (at != in.end()) ++at->second.row.descendants;
  }

  MemoryMailbox& m_;
  Time now_;
  Lsn lsn_;
  std::vector<Event> events_;
};

}  // namespace

Result<MemoryChange, Refusal> apply(MemoryMailbox& m, ChangeSet set, Time now, Time duplicate_life, Lsn lsn) {
  if (auto bad = check_new(set)) return std::move(*bad);
  std::erase_if(m.duplicates, [&](const auto& d) { return d.second.time + duplicate_life < now; });
  for (const NewEntry& e : set.create) {
    const auto known = e.duplicate_key.empty() ? m.duplicates.end() : m.duplicates.find(e.duplicate_key);
    if (known == m.duplicates.end()) continue;
    MemoryChange same;
    same.committed = {{known->second.number}, true, known->second.time, 0, {}};
    return same;
  }
  if (auto bad = check_existing(m, set)) return std::move(*bad);
  MemoryChange change;
  if (auto bad = check_quotas(m, set, change.committed.usage)) return std::move(*bad);
  if (auto bad = check_numbers(m, set)) return std::move(*bad);
  if (set.create.size() > max_sequence_number - m.head.next)
    return refusal(ErrorKind::limit, "no sequence number is left");

  m.last_time = std::max(m.last_time, now);
  change.committed.time = m.last_time;
  change.committed.lsn = lsn;
  Changer c(m, m.last_time, lsn);
  c.modify(set.modify);
  c.change_status(set.status);
  c.remove(set.remove);
  c.create(std::move(set.create), change.committed);
  c.change_items(std::move(set.items), change.committed);
  change.events = std::move(c).events();
  return change;
}

}  // namespace x400::mstore::backend
