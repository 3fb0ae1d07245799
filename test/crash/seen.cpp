#include "seen.hpp"

namespace x400::mstore::crash {
namespace {

using backend::EntryBase;
using backend::EntryClass;

backend::ClassSet classes_of(EntryBase base) {
  if (base == EntryBase::stored || base == EntryBase::archive)
    return {EntryClass::delivery, EntryClass::submission, EntryClass::draft};
  if (base == EntryBase::log) return {EntryClass::delivery_log, EntryClass::submission_log};
  return {EntryClass::auto_action_log};
}

SeenEntry see_entry(backend::Backend& store, std::uint32_t mailbox, EntryBase base, const backend::Row& row) {
  SeenEntry e;
  e.entry_class = static_cast<int>(row.entry_class);
  e.type = row.entry_type;
  e.status = static_cast<int>(row.status);
  e.priority = row.priority;
  e.precedence = row.precedence;
  e.size = row.size;
  e.created = row.created;
  e.parent = row.parent;
  e.descendants = row.descendants;
  e.list_complete = row.list_complete;
  e.list = row.list_attributes;
  e.variable = row.variable;
  const auto stored = store.read(mailbox, base, row.number);
  if (!stored.ok()) {
    e.attributes_fault = e.content.fault = stored.error().text();
    return e;
  }
  if (stored->attributes.ok())
    e.attributes = *stored->attributes;
  else
    e.attributes_fault = stored->attributes.error().text();
  if (!stored->content) return e;
  const auto octets = stored->content->read_all();
  if (octets.ok())
    e.content = describe(*octets);
  else
    e.content.fault = octets.error().text();
  return e;
}

void see_entries(backend::Backend& store, std::uint32_t number, EntryBase base, SeenBox& box, Seen& seen) {
  backend::Query query;
  query.mailbox = number;
  query.classes = classes_of(base);
  query.archived = base == EntryBase::archive;
  query.with_children = true;
  query.limit = 10'000'000;
  const auto page = store.select(query);
  if (!page.ok()) return seen.faults.push_back(page.error().text());
  for (const backend::Row& row : page->rows)
    box.entries[{static_cast<int>(base), row.number}] = see_entry(store, number, base, row);
}

void see_counters(backend::Backend& store, std::uint32_t number, EntryBase base, SeenBox& box, Seen& seen) {
  const auto counters = store.counters(number, base);
  if (!counters.ok()) return seen.faults.push_back(counters.error().text());
  for (const backend::Counter& c : *counters)
    box.counters[{static_cast<int>(base), static_cast<int>(c.entry_class), static_cast<int>(c.status),
                  c.entry_type, c.priority, c.child}] = {c.count, c.octets};
}

void compare(const std::string& name, const SeenEntry& a, const SeenEntry& b, std::vector<std::string>& out) {
  if (a == b) return;
  std::string what;
  if (a.status != b.status) what += " status " + std::to_string(a.status) + "/" + std::to_string(b.status);
  if (a.content != b.content)
    what += " content " + std::to_string(a.content.size) + "/" + std::to_string(b.content.size) +
            a.content.fault + b.content.fault;
  if (a.attributes != b.attributes) what += " attributes " + a.attributes_fault + b.attributes_fault;
  if (a.variable != b.variable) what += " variable " + to_hex(a.variable) + "/" + to_hex(b.variable);
  if (a.created != b.created) what += " created";
  out.push_back(name + " differs:" + what);
}

template <class Map, class Name, class Compare>
void compare_maps(const Map& a, const Map& b, const Name& name, const Compare& compare,
                  std::vector<std::string>& out) {
  for (const auto& [key, value] : a) {
    const auto it = b.find(key);
    if (it == b.end())
      out.push_back(name(key) + " only in the first");
    else
      compare(name(key), value, it->second);
  }
  for (const auto& [key, value] : b)
    if (!a.contains(key)) out.push_back(name(key) + " only in the second");
}

}  // namespace

std::string text(const EntryName& name) {
  const auto& [mailbox, base, number] = name;
  return "mailbox " + std::to_string(mailbox) + (base == 0 ? "" : " base " + std::to_string(base)) +
         ", entry " + std::to_string(number);
}

Seen see_engine(backend::Backend& store) {
  Seen seen;
  const auto boxes = store.mailboxes();
  if (!boxes.ok()) {
    seen.faults.push_back(boxes.error().text());
    return seen;
  }
  for (const backend::Mailbox& info : *boxes) {
    SeenBox& box = seen.boxes[info.number];
    box.id = info.id;
    box.properties = info.properties;
    box.next = info.next;
    for (const EntryBase base : {EntryBase::stored, EntryBase::log, EntryBase::archive}) {
      see_entries(store, info.number, base, box, seen);
      see_counters(store, info.number, base, box, seen);
    }
    for (const std::uint16_t kind : {item_kind, pair_kind}) {
      const auto items = store.items(info.number, kind);
      if (!items.ok()) {
        seen.faults.push_back(items.error().text());
        continue;
      }
      for (const backend::Item& item : *items) box.items[{kind, item.key}] = SeenItem{item.value, item.due};
    }
  }
  return seen;
}

SeenCounters sums(const SeenBox& box) {
  SeenCounters out;
  for (const auto& [name, e] : box.entries) {
    auto& [count, octets] =
        out[{name.first, e.entry_class, e.status, e.type, e.priority, e.parent != 0 ? 1 : 0}];
    ++count;
    octets += e.size;
  }
  return out;
}

std::vector<std::string> differences(const Seen& a, const Seen& b, const std::set<EntryName>& skip) {
  std::vector<std::string> out;
  const auto box_name = [](std::uint32_t number) { return "mailbox " + std::to_string(number); };
  compare_maps(
      a.boxes, b.boxes, box_name,
      [&](const std::string& name, const SeenBox& x, const SeenBox& y) {
        if (x.id != y.id || x.properties != y.properties) out.push_back(name + ": another id or properties");
        if (x.next != y.next)
          out.push_back(name + ": next " + std::to_string(x.next) + "/" + std::to_string(y.next));
        const auto number = static_cast<std::uint32_t>(std::stoul(name.substr(8)));
        auto left = x.entries;
        auto right = y.entries;
        for (const EntryName& s : skip)
          if (std::get<0>(s) == number) {
            left.erase({std::get<1>(s), std::get<2>(s)});
            right.erase({std::get<1>(s), std::get<2>(s)});
          }
        compare_maps(
            left, right,
            [&](const auto& key) {
              return text(EntryName{number, key.first, key.second});
            },
            [&](const std::string& entry, const SeenEntry& p, const SeenEntry& q) {
              compare(entry, p, q, out);
            },
            out);
        compare_maps(
            x.items, y.items,
            [&](const auto& key) {
              return name + ", item " + std::to_string(key.first) + " " + to_hex(key.second);
            },
            [&](const std::string& item, const SeenItem& p, const SeenItem& q) {
              if (p != q) out.push_back(item + " differs: " + to_hex(p.value) + "/" + to_hex(q.value));
            },
            out);
      },
      out);
  return out;
}

}  // namespace x400::mstore::crash
