#include "score.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace x400::mstore::crash {

namespace {
constexpr int archive_base = 3;
}

struct Score::Line {
  explicit Line(const std::string& text) : in(text) {
    std::string when;
    in >> when >> worker >> what;
    done = when == "A";
    refused = when == "R";
    std::getline(in >> std::ws, rest);
    in.clear();
    in.str(rest);
  }
  template <class T>
  T next() {
    T value{};
    in >> value;
    if (!in) throw std::runtime_error("no line of a score: " + what + " " + rest);
    return value;
  }

  std::istringstream in;
  int worker = 0;
  std::string what, rest;
  bool done = false, refused = false;
};

bool Score::History::has(const std::string& value) const {
  return std::find(values.begin(), values.end(), value) != values.end();
}

void Score::line(const std::string& text) {
  Line line(text);
  if (line.done) {
    ++acknowledged_;
    settle(line.worker);
  }
  if (line.what == "C") {
    const auto id = line.next<std::string>();
    if (line.done) ids_[id] = line.next<std::uint32_t>();
    return;
  }
  if (line.what == "D") return delivery(line);
  if (line.what == "R") return removal(line);
  if (line.what == "H" || line.what == "X") return archiving(line);
  if (line.what == "S" || line.what == "B") return status(line);
  Box& box = boxes_[line.next<std::uint32_t>()];
  if (line.done && line.what != "Q") events_.insert(line.what + " " + line.rest);
  if (line.what == "M") {
    Number& number = box.numbers[line.next<std::uint32_t>()];
    return value(line, number.variable, line.next<std::string>());
  }
  if (line.what == "P") {
    History& item = box.items[line.next<std::string>()];
    if (item.values.empty()) item.values = {"-"};
    return value(line, item, line.next<std::string>());
  }
  if (line.what == "Q") return value(line, box.properties, line.next<std::string>());
  throw std::runtime_error("no line of a score: " + text);
}

void Score::settle(int worker) {
  for (History* history : touched_[worker]) history->settle();
  touched_[worker].clear();
}

void Score::value(Line& line, History& history, const std::string& to) {
  if (line.refused) history.open = true;
  if (line.done || line.refused) return;
  history.intend(to);
  touched_[line.worker].insert(&history);
}

void Score::delivery(Line& line) {
  const auto mailbox = line.next<std::uint32_t>();
  const auto id = line.next<std::uint64_t>();
  Box& box = boxes_[mailbox];
  Message& message = box.messages[id];
  if (line.refused) return;
  if (!line.done) {
    message.size = line.next<std::size_t>();
    message.children = line.next<std::uint32_t>();
    message.entry_class = line.next<int>();
    message.logged = line.next<int>() != 0;
    return;
  }
  events_.insert("D " + std::to_string(mailbox) + " " + std::to_string(id));
  const auto number = line.next<std::uint32_t>();
  if (message.number != 0 && message.number != number)
    fault(mailbox, "message " + std::to_string(id) + " told twice");
  message.acknowledged = true;
  message.number = number;
  Number& known = box.numbers[number];
  if (known.message != 0 && known.message != id)
    fault(mailbox, "number " + std::to_string(number) + " told twice");
  known.message = id;
  box.highest = std::max(box.highest, number + message.children);
}

void Score::removal(Line& line) {
  Box& box = boxes_[line.next<std::uint32_t>()];
  if (line.refused) return;
  std::vector<std::uint32_t> all;
  for (std::uint32_t number = 0; line.in >> number;) all.push_back(number);
  if (line.done) events_.insert("R " + line.rest);
  for (const std::uint32_t number : all) {
    Number& n = box.numbers[number];
    (line.done ? n.removed : n.remove_intended) = true;
    n.removed_with = all;
  }
}

void Score::archiving(Line& line) {
  Box& box = boxes_[line.next<std::uint32_t>()];
  if (line.refused) return;
  const auto number = line.next<std::uint32_t>();
  if (line.done) events_.insert(line.what + " " + line.rest);
  Number& n = box.numbers[number];
  if (line.what == "X") {
    (line.done ? n.purged : n.purge_intended) = true;
    return;
  }
  n.archive_intended = true;
  (line.done ? n.removed : n.remove_intended) = true;
  n.removed_with = {number};
}

void Score::status(Line& line) {
  Box& box = boxes_[line.next<std::uint32_t>()];
  Number& number = box.numbers[line.next<std::uint32_t>()];
  const auto to = line.next<std::string>();
  if (line.what == "B" || line.done || line.refused) return value(line, number.status, to);
  for (const std::string& before : std::vector<std::string>(number.status.values))
    number.status.intend(std::max(before, to));
  touched_[line.worker].insert(&number.status);
}

std::vector<Score::Delivered> Score::delivered() const {
  std::vector<Delivered> out;
  for (const auto& [mailbox, box] : boxes_)
    for (const auto& [id, message] : box.messages)
      if (message.acknowledged) out.push_back({mailbox, message.number, id});
  return out;
}

// ---- what is found

std::vector<std::string> Score::check(const Seen& seen) {
  for (const std::string& text : seen.faults) faults_.push_back(text);
  for (const auto& [id, number] : ids_) {
    const auto box = seen.boxes.find(number);
    if (box == seen.boxes.end() || box->second.id != id) fault(number, "made as " + id + ", is gone");
  }
  for (const auto& [number, box] : seen.boxes) check_box(seen, number, boxes_[number]);
  for (auto& [number, box] : boxes_)
    if (!seen.boxes.contains(number)) fault(number, "is gone");
  check_events(seen);
  for (auto& [worker, histories] : touched_) histories.clear();
  return std::move(faults_);
}

void Score::settle_on(const std::string& what, const std::string& found, History& history) {
  if (!history.has(found)) {
    std::string possible;
    for (const std::string& value : history.values) possible += " " + value;
    faults_.push_back(what + " is " + found + "; possible:" + possible);
  }
  history = History{{found}};
}

void Score::check_box(const Seen& seen, std::uint32_t mailbox, Box& box) {
  const SeenBox& found = seen.boxes.at(mailbox);
  ids_[found.id] = mailbox;
  settle_on("mailbox " + std::to_string(mailbox) + ": properties", std::string(chars(found.properties)),
            box.properties);
  if (found.next <= box.highest)
    fault(mailbox, "next number " + std::to_string(found.next) + " was told before");
  std::int64_t last = 0;
  for (const auto& [name, entry] : found.entries) {
    if (name.first != 0) continue;
    if (entry.created < last) fault(mailbox, "creation times fall at " + std::to_string(name.second));
    last = entry.created;
    if (name.second >= found.next) fault(mailbox, "number not counted: " + std::to_string(name.second));
    if (entry.parent == 0) check_main(mailbox, name.second, found, box);
  }
  for (const auto& [name, entry] : found.entries)
    if (name.first == archive_base && entry.parent == 0) check_archived(mailbox, name.second, found, box);
  check_archive_kept(mailbox, found, box);
  check_kept(mailbox, found, box);
  check_items(mailbox, found, box);
}

// An entry with all that is its own, where it lies.
void Score::check_whole(const EntryName& where, const SeenBox& seen, Box& box) {
  const auto [mailbox, base, number] = where;
  const std::string name = (base == archive_base ? "archived entry " : "entry ") + std::to_string(number);
  const SeenEntry& entry = seen.entries.at({base, number});
  if (!entry.content.there) return fault(mailbox, name + " has no content" + entry.content.fault);
  const std::uint64_t id = entry.content.message;
  const auto known = box.messages.find(id);
  if (known == box.messages.end()) return fault(mailbox, name + " was never intended");
  Message& message = known->second;
  if (entry.content != expected(id, message.size, false)) fault(mailbox, name + " is not whole");
  if (entry.attributes != attributes_of(id)) fault(mailbox, name + " has other attributes");
  if (entry.list != list_of(id)) fault(mailbox, name + " has other list attributes");
  if (entry.entry_class != message.entry_class) fault(mailbox, name + " is of another class");
  if (entry.descendants != message.children) fault(mailbox, name + " has lost children");
  for (std::uint32_t i = 1; i <= message.children; ++i) {
    const auto child = seen.entries.find({base, number + i});
    if (child == seen.entries.end() || child->second.content != expected(id, message.size, true))
      fault(mailbox, name + ": child " + std::to_string(i) + " is not its part");
  }
  if (message.number != 0 && message.number != number)
    fault(mailbox, "message " + std::to_string(id) + " has several entries");
  message.number = number;
  message.acknowledged = true;  // whoever sees it may rely on it
  if (message.logged) {
    const auto log = seen.entries.find({1, number});
    if (log == seen.entries.end() || log->second.attributes != list_of(id))
      fault(mailbox, name + " has no log entry");
  }
  Number& n = box.numbers[number];
  if (n.message != 0 && n.message != id) fault(mailbox, name + " was another message's number");
  n.message = id;
  box.highest = std::max(box.highest, number + entry.descendants);
  settle_on("mailbox " + std::to_string(mailbox) + ": status of " + name, std::to_string(entry.status),
            n.status);
  settle_on("mailbox " + std::to_string(mailbox) + ": variable of " + name,
            std::string(chars(entry.variable)), n.variable);
}

void Score::check_main(std::uint32_t mailbox, std::uint32_t number, const SeenBox& seen, Box& box) {
  check_whole({mailbox, 0, number}, seen, box);
  const std::string name = "entry " + std::to_string(number);
  Number& n = box.numbers[number];
  if (n.removed) fault(mailbox, name + " was removed and is back");
  for (const std::uint32_t other : n.removed_with)
    if (!seen.entries.contains({0, other})) fault(mailbox, name + " was removed with others, which are gone");
  n.remove_intended = false;
  n.archive_intended = false;
  n.removed_with.clear();
}

void Score::check_archived(std::uint32_t mailbox, std::uint32_t number, const SeenBox& seen, Box& box) {
  const std::string name = "archived entry " + std::to_string(number);
  Number& n = box.numbers[number];
  if (seen.entries.contains({0, number})) fault(mailbox, name + " is in the mailbox too");
  if (!n.archive_intended) fault(mailbox, name + " was not to be archived");
  if (n.purged) fault(mailbox, name + " was removed and is back");
  check_whole({mailbox, archive_base, number}, seen, box);
  n.purge_intended = false;
}

// What must be in the archive and is not.
void Score::check_archive_kept(std::uint32_t mailbox, const SeenBox& seen, Box& box) {
  for (auto& [number, known] : box.numbers) {
    if (!known.archive_intended || seen.entries.contains({archive_base, number})) continue;
    const auto message = box.messages.find(known.message);
    if (message == box.messages.end() || !message->second.acknowledged) continue;
    if (!known.purged && !known.purge_intended)
      fault(mailbox, "entry " + std::to_string(number) + " is lost on its way into the archive");
    known.purged = true;
  }
}

// What must be there and is not.
void Score::check_kept(std::uint32_t mailbox, const SeenBox& seen, Box& box) {
  for (auto& [number, known] : box.numbers) {
    if (seen.entries.contains({0, number})) continue;
    const auto message = box.messages.find(known.message);
    if (message == box.messages.end() || !message->second.acknowledged) continue;
    if (!known.removed && !known.remove_intended)
      fault(mailbox, "acknowledged entry " + std::to_string(number) + " is lost");
    if (message->second.logged && !seen.entries.contains({1, number}))
      fault(mailbox, "the log entry of " + std::to_string(number) + " is lost");
    known.removed = true;  // from now on it stays away
  }
  for (const auto& [name, entry] : seen.entries)
    if (name.first == 1 && !box.numbers.contains(name.second))
      fault(mailbox, "log entry " + std::to_string(name.second) + " of no message");
}

void Score::check_items(std::uint32_t mailbox, const SeenBox& seen, Box& box) {
  std::set<std::uint32_t> paired;
  for (const auto& [name, item] : seen.items) {
    if (name.first != pair_kind || name.second.size() < 4) continue;
    std::uint32_t number = 0;
    for (int i = 0; i < 4; ++i) number = number << 8 | name.second[static_cast<std::size_t>(i)];
    const auto entry = seen.entries.find({0, number});
    paired.insert(number);
    if (entry == seen.entries.end())
      fault(mailbox, "the item of entry " + std::to_string(number) + " is there without it");
    else if (entry->second.variable != item.value)
      fault(mailbox, "entry " + std::to_string(number) + " and its item were changed apart");
  }
  for (const auto& [name, entry] : seen.entries)
    if (name.first == 0 && entry.parent == 0 && !paired.contains(name.second))
      fault(mailbox, "entry " + std::to_string(name.second) + " is there without its item");
  for (auto& [key, history] : box.items) {
    const auto item = seen.items.find({item_kind, to_octets(key)});
    settle_on("mailbox " + std::to_string(mailbox) + ": item " + key,
              item == seen.items.end() ? "-" : std::string(chars(item->second.value)), history);
  }
}

void Score::check_events(const Seen& seen) {
  for (const std::string& event : events_)
    if (seen.events.count(event) != 1)
      faults_.push_back("event \"" + event + "\" is in the log " + std::to_string(seen.events.count(event)) +
                        " times");
  for (const auto& [number, box] : boxes_)
    for (const auto& [id, message] : box.messages) {
      const std::string event = "D " + std::to_string(number) + " " + std::to_string(id);
      if (seen.events.count(event) != (message.acknowledged ? 1u : 0u))
        faults_.push_back("delivery and its event apart: " + event);
    }
  events_.insert(seen.events.begin(), seen.events.end());
}

}  // namespace x400::mstore::crash
