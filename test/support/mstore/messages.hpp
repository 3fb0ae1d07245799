// Entries and change sets as tests of the backend need them, and the whole state of a store as text.
#pragma once

#include <memory>
#include <string>

#include "backend/backend.hpp"

namespace x400::mstore::test {

inline const backend::ClassSet delivered{backend::EntryClass::delivery};

inline backend::NewEntry message(const std::string& text, std::uint8_t priority = 0) {
  backend::NewEntry entry;
  entry.priority = priority;
  entry.size = text.size();
  entry.attributes = to_octets("attributes of " + text);
  entry.list_attributes = to_octets("list of " + text);
  auto owner = std::make_shared<std::string>(text);
  entry.content.octets = view(*owner);
  entry.content.owner = owner;
  return entry;
}

inline backend::ChangeSet creating(backend::MailboxNumber mailbox, backend::NewEntry entry) {
  backend::ChangeSet set;
  set.mailbox = mailbox;
  set.create.push_back(std::move(entry));
  return set;
}

inline backend::ChangeSet removing(backend::MailboxNumber mailbox,
                                   std::vector<backend::SequenceNumber> numbers) {
  backend::ChangeSet set;
  set.mailbox = mailbox;
  set.remove.push_back({backend::EntryBase::stored, std::move(numbers)});
  return set;
}

inline backend::ChangeSet raising(backend::MailboxNumber mailbox, std::vector<backend::NumberRange> ranges,
                                  backend::RetrievalStatus status,
                                  backend::Durability durability = backend::Durability::lazy) {
  backend::ChangeSet set;
  set.mailbox = mailbox;
  set.status.push_back({backend::EntryBase::stored, std::move(ranges), status, false});
  set.durability = durability;
  return set;
}

/// Every mailbox, entry (with attributes and content) and counter, a line each.
inline std::string dump(backend::Backend& store) {
  std::string out;
  const auto boxes = store.mailboxes();
  if (!boxes.ok()) return boxes.error().text();
  for (const backend::Mailbox& box : *boxes) {
    out += "mailbox " + box.id + " next " + std::to_string(box.next) + "\n";
    backend::Query query;
    query.mailbox = box.number;
    query.classes = {backend::EntryClass::delivery, backend::EntryClass::submission,
                     backend::EntryClass::draft};
    query.with_children = true;
    query.limit = 1'000'000;
    const auto page = store.select(query);
    if (!page.ok()) return page.error().text();
    for (const backend::Row& row : page->rows) {
      const auto stored = store.read(box.number, backend::EntryBase::stored, row.number);
      out += "  " + std::to_string(row.number) + " status " + std::to_string(static_cast<int>(row.status)) +
             " priority " + std::to_string(row.priority) + " parent " + std::to_string(row.parent) +
             " list " + to_hex(row.list_attributes) + " variable " + to_hex(row.variable);
      if (!stored.ok()) {
        out += " " + stored.error().text() + "\n";
        continue;
      }
      out += " attributes " +
             (stored->attributes.ok() ? to_hex(*stored->attributes) : stored->attributes.error().text());
      if (stored->content) {
        const auto content = stored->content->read_all();
        out += " content " + (content.ok() ? to_hex(*content, 64) + "/" + std::to_string(content->size())
                                           : content.error().text());
      }
      out += "\n";
    }
    const auto counters = store.counters(box.number, backend::EntryBase::stored);
    if (!counters.ok()) return counters.error().text();
    for (const backend::Counter& c : *counters)
      out += "  counted " + std::to_string(static_cast<int>(c.status)) + "/" + std::to_string(c.entry_type) +
             "/" + std::to_string(c.priority) + "/" + std::to_string(c.child) + ": " +
             std::to_string(c.count) + ", " + std::to_string(c.octets) + "\n";
  }
  return out;
}

}  // namespace x400::mstore::test
