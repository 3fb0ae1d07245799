// A random life of a store: every kind of change, from a seed; and its whole state as text.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "mstore/messages.hpp"

namespace x400::mstore::test {

/// dump(), and items and log entries.
inline std::string whole(backend::Backend& store) {
  std::string out = dump(store);
  const auto boxes = store.mailboxes();
  if (!boxes.ok()) return boxes.error().text();
  for (const backend::Mailbox& box : *boxes) {
    out += "properties " + to_hex(box.properties) + "\n";
    for (std::uint16_t kind = 1; kind <= 3; ++kind) {
      const auto items = store.items(box.number, kind);
      if (!items.ok()) return items.error().text();
      for (const backend::Item& item : *items)
        out += "  item " + std::to_string(kind) + " " + to_hex(item.key) + "=" + to_hex(item.value) +
               " due " + std::to_string(item.due.value_or(-1)) + "\n";
    }
    const auto counters = store.counters(box.number, backend::EntryBase::archive);
    if (!counters.ok()) return counters.error().text();
    for (const backend::Counter& c : *counters)
      out += "  archived " + std::to_string(static_cast<int>(c.status)) + "/" + std::to_string(c.priority) +
             "/" + std::to_string(c.child) + ": " + std::to_string(c.count) + ", " +
             std::to_string(c.octets) + "\n";
    backend::Query archived;
    archived.mailbox = box.number;
    archived.classes = delivered;
    archived.archived = true;
    archived.with_children = true;
    archived.limit = 1'000'000;
    const auto kept = store.select(archived);
    if (!kept.ok()) return kept.error().text();
    for (const backend::Row& row : kept->rows) {
      const auto stored = store.read(box.number, backend::EntryBase::archive, row.number);
      const auto content =
          stored.ok() && stored->content ? stored->content->read_all() : Result<Octets>(Octets());
      out += "  archive " + std::to_string(row.number) + " status " +
             std::to_string(static_cast<int>(row.status)) + " variable " + to_hex(row.variable) +
             " content " +
             (!stored.ok()    ? stored.error().text()
              : !content.ok() ? content.error().text()
                              : to_hex(*content, 64)) +
             "\n";
    }
    backend::Query query;
    query.mailbox = box.number;
    query.classes = {backend::EntryClass::delivery_log};
    query.limit = 1'000'000;
    const auto page = store.select(query);
    if (!page.ok()) return page.error().text();
    for (const backend::Row& row : page->rows)
      out += "  log " + std::to_string(row.number) + " status " +
             std::to_string(static_cast<int>(row.status)) + "\n";
  }
  return out;
}

class Workload {
 public:
  /// `keep`: of a mailbox' entries, how many at least stay; `largest`: content.
  Workload(std::uint64_t seed, std::size_t keep, std::size_t largest)
      : dice_(seed), keep_(keep), largest_(largest) {}

  /// Refusals end it (the store cannot be written any more). How many changes were made.
  int run(backend::Backend& store, int changes) {
    for (int i = 0; i < changes; ++i)
      if (!step(store)) return i;
    return changes;
  }

 private:
  using Number = backend::SequenceNumber;

  bool step(backend::Backend& store) {
    if (boxes_.empty()) return open_boxes(store);
    const std::size_t which = dice_() % boxes_.size();
    backend::ChangeSet set;
    set.mailbox = boxes_[which];
    std::vector<Number>& live = live_[which];
    const auto kind = dice_() % 12;
    const bool crowded = live.size() > keep_;
    if (kind < 4 || live.empty()) return deliver(store, set, live);
    if (crowded && kind < 8) return remove(store, set, live);
    const Number any = live[dice_() % live.size()];
    if (kind == 8) {
      set.modify.push_back({backend::EntryBase::stored, any, to_octets("variable " + text()), {}});
      if (dice_() % 2 == 0) set.modify.back().list_attributes = to_octets("list " + text());
    } else if (kind == 9) {
      put_items(set);
    } else if (kind == 10 && dice_() % 4 == 0) {
      set.status.push_back(
          {backend::EntryBase::stored, {{any, any}}, backend::RetrievalStatus::new_entry, true});
    } else {
      const auto status =
          dice_() % 2 == 0 ? backend::RetrievalStatus::listed : backend::RetrievalStatus::processed;
      set.status.push_back(
          {backend::EntryBase::stored, {{any, any + static_cast<Number>(dice_() % 20)}}, status, false});
    }
    return store.commit(std::move(set)).ok();
  }

  bool open_boxes(backend::Backend& store) {
    for (const char* id : {"alice", "bob", "carol"}) {
      auto found = store.find_mailbox(id);
      auto number =
          found.ok() ? Result<backend::MailboxNumber>(found->number) : store.create_mailbox(id, view("p"));
      if (!number.ok()) return false;
      boxes_.push_back(*number);
      live_.emplace_back();
      backend::Query query;
      query.mailbox = *number;
      query.classes = delivered;
      query.limit = 1'000'000;
      query.attributes = false;
      const auto page = store.select(query);
      if (!page.ok()) return false;
      for (const backend::Row& row : page->rows) live_.back().push_back(row.number);
    }
    return store.set_mailbox_properties(boxes_[dice_() % boxes_.size()], view(text())).ok();
  }

  bool deliver(backend::Backend& store, backend::ChangeSet& set, std::vector<Number>& live) {
    const auto size = dice_() % 4 == 0 ? dice_() % largest_ : dice_() % 3000;
    std::string content =
        text() + std::string(20, 'c') + std::string(size, static_cast<char>('a' + dice_() % 26));
    backend::NewEntry entry = message(content, static_cast<std::uint8_t>(dice_() % 3));
    entry.attributes = to_octets("attributes " + text());
    entry.list_attributes = to_octets("list " + text());
    entry.duplicate_key = to_octets("key " + std::to_string(dice_()));
    if (dice_() % 5 == 0) entry.precedence = static_cast<std::int32_t>(dice_() % 6);
    set.create.push_back(std::move(entry));
    if (dice_() % 6 == 0) {
      backend::NewEntry child;
      child.parent = 0;
      child.content.slice = backend::ContentSlice{1, 10};
      set.create.push_back(child);
    }
    if (dice_() % 3 == 0) {
      backend::NewEntry log;
      log.entry_class = backend::EntryClass::delivery_log;
      log.same_number_as = 0;
      set.create.push_back(log);
      set.events.push_back({1, to_octets("event " + text())});
    }
    const auto done = store.commit(std::move(set));
    if (done.ok() && !done->duplicate) live.push_back(done->numbers.front());
    return done.ok();
  }

  bool remove(backend::Backend& store, backend::ChangeSet& set, std::vector<Number>& live) {
    const std::size_t count = std::min<std::size_t>(live.size(), 1 + dice_() % 10);
    std::vector<Number> numbers(live.begin(), live.begin() + static_cast<std::ptrdiff_t>(count));
    // A third goes to the archive; of what lies there the oldest goes for good.
    const bool archive = dice_() % 3 == 0;
    set.remove.push_back({backend::EntryBase::stored, numbers, archive});
    backend::Query old;
    old.mailbox = set.mailbox;
    old.classes = delivered;
    old.archived = true;
    old.limit = static_cast<std::uint32_t>(keep_ + 1);
    old.attributes = false;
    if (const auto page = store.select(old); page.ok() && page->rows.size() > keep_)
      set.remove.push_back({backend::EntryBase::archive, {page->rows.front().number}, false});
    const bool done = store.commit(std::move(set)).ok();
    if (done) live.erase(live.begin(), live.begin() + static_cast<std::ptrdiff_t>(count));
    return done;
  }

  void put_items(backend::ChangeSet& set) {
    for (int i = 0; i < 3; ++i) {
      backend::ItemChange item;
      item.kind = static_cast<std::uint16_t>(1 + dice_() % 3);
      item.key = to_octets("key " + std::to_string(dice_() % 8));
      if (dice_() % 3 != 0) item.value = to_octets("value " + text());
      if (item.value && dice_() % 4 == 0) item.due = static_cast<backend::Time>(dice_() % 1000);
      set.items.push_back(std::move(item));
    }
  }

  std::string text() { return std::to_string(dice_()); }

  std::mt19937_64 dice_;
  const std::size_t keep_;
  const std::size_t largest_;
  std::vector<backend::MailboxNumber> boxes_;
  std::vector<std::vector<Number>> live_;
};

}  // namespace x400::mstore::test
