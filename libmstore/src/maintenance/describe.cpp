#include "maintenance/describe.hpp"

#include <algorithm>

#include "x400/mstore/audit.hpp"

namespace x400::mstore::maintenance {

using namespace storage;

namespace {

constexpr std::size_t most_shown = 64;  // octets

template <class E>
std::uint64_t value(E e) {
  return static_cast<std::uint64_t>(e);
}

std::string begin_of(View octets) {
  const std::string text(chars(octets.first(std::min(octets.size(), most_shown))));
  return octets.size() > most_shown ? text + "..." : text;
}

void describe(Line& line, const EntryBody& b) {
  line.number("class", value(b.entry_class)).number("type", b.entry_type);
  line.number("status", value(b.status)).number("priority", b.priority);
  if (b.precedence) line.time("precedence", *b.precedence);
  line.number("size", b.size);
  if (b.parent_distance != 0)
    line.number("parent_back", b.parent_distance).number("main_back", b.main_distance);
  if (b.descendants != 0) line.number("descendants", b.descendants);
  line.flag("archived", b.archived);
  if (b.slice) line.number("slice_offset", b.slice->offset).number("slice_size", b.slice->size);
  if (b.state_lsn != 0) line.text("state", lsn_text(b.state_lsn));
  if (!b.duplicate_key.empty()) line.text("key", to_hex(b.duplicate_key));
  line.number("list", b.list_attributes.size()).flag("list_incomplete", !b.list_complete);
  line.number("variable", b.variable.size()).number("attributes", b.attributes.size());
}

void describe(Line& line, const StatusBody& b) {
  line.number("base", value(b.base)).number("to", value(b.status)).flag("backwards", b.backwards);
  std::vector<std::uint64_t> from, to;
  for (const NumberRange& range : b.ranges) {
    from.push_back(range.from);
    to.push_back(range.to);
  }
  line.numbers("first", from).numbers("last", to);
}

void describe(Line& line, const RemoveBody& b) {
  std::vector<std::uint64_t> numbers, descendants;
  for (const RemovedEntry& e : b.entries) {
    numbers.push_back(e.number);
    descendants.push_back(e.descendants);
  }
  line.number("base", value(b.base)).numbers("entries", numbers).numbers("descendants", descendants);
}

void describe(Line& line, const ItemBody& b) {
  line.number("kind", b.kind).text("key", to_hex(b.key, most_shown)).flag("erased", !b.value);
  if (b.value) line.number("value", b.value->size());
  if (b.due) line.time("due", *b.due);
}

template <class Body, class F>
Status with(Line& line, const Result<Body>& body, F&& print) {
  if (!body.ok()) return body.error();
  print(line, *body);
  return Ok{};
}

}  // namespace

const char* name_of(RecordType type) {
  switch (type) {
    case RecordType::mailbox: return "mailbox";
    case RecordType::entry: return "entry";
    case RecordType::status: return "status";
    case RecordType::remove: return "remove";
    case RecordType::modify: return "modify";
    case RecordType::item: return "item";
    case RecordType::event: return "event";
    case RecordType::counter: return "counter";
    case RecordType::archive: return "archive";
  }
  return "unknown";
}

void describe(Line& line, const RecordHeader& h) {
  line.text("lsn", lsn_text(h.lsn)).text("type", name_of(h.type)).number("mailbox", h.mailbox);
  if (h.number != 0) line.number("number", h.number);
  line.time("time", h.time).flag("last_of_set", (h.flags & record_last_of_set) != 0);
  if (h.content_size != 0) line.number("content", h.content_size);
  if (h.content_file != 0) line.number("content_file", h.content_file);
}

Status describe_body(Line& line, const RecordHeader& h, View body) {
  const auto own = [](Line& to, const auto& b) { describe(to, b); };
  switch (h.type) {
    case RecordType::entry: return with(line, decode_entry(body), own);
    case RecordType::status: return with(line, decode_status(body), own);
    case RecordType::remove:
    case RecordType::archive: return with(line, decode_remove(body), own);
    case RecordType::item: return with(line, decode_item(body), own);
    case RecordType::mailbox:
      return with(line, decode_mailbox(body), [](Line& to, const MailboxBody& b) {
        to.text("id", begin_of(b.id)).number("properties", b.properties.size());
      });
    case RecordType::modify:
      return with(line, decode_modify(body), [](Line& to, const ModifyBody& b) {
        to.number("base", value(b.base));
        if (b.variable) to.number("variable", b.variable->size());
        if (b.list_attributes) to.number("list", b.list_attributes->size());
      });
    case RecordType::event:
      return with(line, decode_event(body), [](Line& to, const EventBody& b) {
        to.number("kind", b.kind);
        const std::string_view audit = name(static_cast<AuditKind>(b.kind));
        if (audit.empty())
          to.number("octets", b.octets.size());
        else
          to.text("audit", audit).text("fields", chars(b.octets));
      });
    case RecordType::counter:
      return with(line, decode_counter(body), [](Line& to, const CounterBody& b) {
        to.number("next", b.next).time("last_time", b.last_time);
      });
  }
  return Ok{};
}

}  // namespace x400::mstore::maintenance
