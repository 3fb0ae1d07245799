#include "score.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace x400::mstore::crash {

using backend::EntryBase;
using backend::EntryClass;
using backend::Row;

constexpr std::uint16_t item_kind = 1;

std::string content_of(std::uint64_t message, std::size_t size) {
  std::string text = "message " + std::to_string(message) + ":";
  std::uint64_t x = message * 0x9e3779b97f4a7c15u + 1;
  while (text.size() < size) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    text += static_cast<char>(x);
  }
  return text;
}

std::string attributes_of(std::uint64_t message) { return content_of(message, 40 + message % 500); }
std::string key_of(std::uint64_t message) { return "key of " + std::to_string(message); }

bool parse_content(const std::string& content, std::uint64_t& message) {
  if (!content.starts_with("message ")) return false;
  message = std::strtoull(content.c_str() + 8, nullptr, 10);
  return content == content_of(message, content.size());
}

void Score::line(const std::string& text) {
  std::istringstream in(text);
  std::string when, what;
  std::uint32_t mailbox = 0;
  in >> when >> what >> mailbox;
  Box& box = boxes_[mailbox];
  const bool done = when == "A";
  if (done) ++acknowledged_;
  if (what == "D") {
    std::uint64_t id = 0;
    in >> id;
    Message& message = box.messages[id];
    if (!done) {
      in >> message.size >> message.children;
    } else {
      std::uint32_t number = 0;
      in >> number;
      message.acknowledged = true;
      message.numbers.insert(number);
      Number& known = box.numbers[number];
      if (known.message != 0 && known.message != id)
        fault(mailbox, "number " + std::to_string(number) + " told twice");
      known.message = id;
      box.highest = std::max(box.highest, number + message.children);
    }
  } else if (what == "R") {
    std::uint32_t number = 0;
    in >> number;
    (done ? box.numbers[number].removed : box.numbers[number].remove_intended) = true;
  } else if (what == "S") {
    std::uint32_t number = 0;
    int status = 0;
    in >> number >> status;
    int& kept = done ? box.numbers[number].status_durable : box.numbers[number].status_intended;
    kept = std::max(kept, status);
  } else if (what == "P") {
    std::string key, value;
    in >> key >> value;
    ItemScore& item = box.items[key];
    if (done) {  // one thread writes a key, so that older values are out of the question now
      item.durable = value;
      item.intended.clear();
    }
    item.intended.insert(value);
  } else {
    throw std::runtime_error("no line of a score: " + text);
  }
  if (!in) throw std::runtime_error("no line of a score: " + text);
}

std::vector<std::string> Score::check(backend::Backend& store) {
  const auto boxes = store.mailboxes();
  if (!boxes.ok()) return {boxes.error().text()};
  std::set<std::uint32_t> there;
  for (const backend::Mailbox& info : *boxes) {
    there.insert(info.number);
    check_box(store, info, boxes_[info.number]);
  }
  for (const auto& [number, box] : boxes_)
    if (!there.contains(number)) fault(number, "is gone");
  for (const backend::Finding& finding : store.findings())
    if (finding.kind == backend::Finding::Kind::damage) faults_.push_back("damage told: " + finding.text);
  return std::move(faults_);
}

void Score::check_box(backend::Backend& store, const backend::Mailbox& info, Box& box) {
  if (info.next <= box.highest)
    fault(info.number, "next number " + std::to_string(info.next) + " was told before");
  backend::Query query;
  query.mailbox = info.number;
  query.classes = {EntryClass::delivery};
  query.with_children = true;
  query.limit = 10'000'000;
  const auto page = store.select(query);
  if (!page.ok()) return fault(info.number, page.error().text());
  std::set<std::uint32_t> found;
  backend::Time last = 0;
  for (const Row& row : page->rows) {
    found.insert(row.number);
    if (row.created < last) fault(info.number, "creation times fall at " + std::to_string(row.number));
    last = row.created;
    if (row.number >= info.next) fault(info.number, "number not counted: " + std::to_string(row.number));
    check_entry(store, info.number, row, box);
  }
  for (auto& [number, known] : box.numbers) {
    if (found.contains(number)) continue;
    const auto message = box.messages.find(known.message);
    if (message != box.messages.end() && message->second.acknowledged && !known.remove_intended)
      fault(info.number, "acknowledged entry " + std::to_string(number) + " is lost");
    known.removed = true;  // from now on it stays away
  }
  check_counters(store, info.number, page->rows);
  check_items(store, info.number, box);
}

void Score::check_entry(backend::Backend& store, std::uint32_t mailbox, const Row& row, Box& box) {
  const std::string name = "entry " + std::to_string(row.number);
  const auto stored = store.read(mailbox, EntryBase::stored, row.number);
  if (!stored.ok()) return fault(mailbox, name + ": " + stored.error().text());
  if (!stored->content) return fault(mailbox, name + " has no content");
  const auto octets = stored->content->read_all();
  if (!octets.ok()) return fault(mailbox, octets.error().text());
  const std::string content(chars(*octets));
  if (row.parent != 0) {  // a slice of its main entry's content
    const auto main = store.read(mailbox, EntryBase::stored, row.parent);
    const auto whole = main.ok() && main->content ? main->content->read_all() : Result<Octets>(Octets{});
    if (!whole.ok() || chars(*whole).substr(1) != content) fault(mailbox, name + " is not its parent's part");
    return;
  }
  std::uint64_t id = 0;
  if (!parse_content(content, id)) return fault(mailbox, name + " holds octets that nobody wrote");
  const auto known = box.messages.find(id);
  if (known == box.messages.end()) return fault(mailbox, name + " was never intended");
  Message& message = known->second;
  if (content.size() != content_of(id, message.size).size()) fault(mailbox, name + " is not whole");
  if (row.descendants != message.children) fault(mailbox, name + " has lost children");
  if (!stored->attributes.ok())
    fault(mailbox, name + ": " + stored->attributes.error().text());
  else if (chars(*stored->attributes) != attributes_of(id))
    fault(mailbox, name + " has other attributes");
  message.numbers.insert(row.number);
  if (message.numbers.size() > 1) fault(mailbox, "message " + std::to_string(id) + " has several entries");
  Number& number = box.numbers[row.number];
  if (number.message != 0 && number.message != id) fault(mailbox, name + " was another message's number");
  number.message = id;
  message.acknowledged = true;  // whoever sees it may rely on it
  box.highest = std::max(box.highest, row.number + row.descendants);
  if (number.removed) fault(mailbox, name + " was removed and is back");
  number.remove_intended = false;
  const int status = static_cast<int>(row.status);
  if (status < number.status_durable) fault(mailbox, name + " has fallen back in status");
  if (status > number.status_intended) fault(mailbox, name + " has risen in status unasked");
  number.status_durable = status;  // the store that showed it is closed in good order
}

void Score::check_counters(backend::Backend& store, std::uint32_t mailbox, const std::vector<Row>& rows) {
  std::map<std::vector<int>, std::pair<std::uint64_t, std::uint64_t>> sums;
  for (const Row& row : rows) {
    auto& [count, octets] =
        sums[{static_cast<int>(row.status), row.entry_type, row.priority, row.parent != 0}];
    ++count;
    octets += row.size;
  }
  const auto counters = store.counters(mailbox, EntryBase::stored);
  if (!counters.ok()) return fault(mailbox, counters.error().text());
  for (const backend::Counter& c : *counters) {
    const std::vector<int> key{static_cast<int>(c.status), c.entry_type, c.priority, c.child};
    if (sums[key] != std::pair(c.count, c.octets)) fault(mailbox, "a counter is not the sum");
    sums.erase(key);
  }
  if (!sums.empty()) fault(mailbox, "a counter is missing");
}

void Score::check_items(backend::Backend& store, std::uint32_t mailbox, Box& box) {
  for (auto& [key, item] : box.items) {
    const auto found = store.item(mailbox, item_kind, view(key));
    if (!found.ok()) {
      fault(mailbox, found.error().text());
      continue;
    }
    if (!*found) {
      if (!item.durable.empty()) fault(mailbox, "item " + key + " is lost");
      item.intended.clear();
      continue;
    }
    const std::string value(chars((*found)->value));
    if (!item.intended.contains(value))
      fault(mailbox, "item " + key + " has the value " + value + ", older or unknown");
    item.durable = value;
    item.intended = {value};
  }
}

}  // namespace x400::mstore::crash
