#include "log/bodies.hpp"

#include "log/fields.hpp"

namespace x400::mstore::storage {
namespace {

constexpr std::uint8_t has_precedence = 1, has_slice = 2, list_in_row = 4, in_archive = 8;  // entry
constexpr std::uint8_t has_variable = 1, has_list = 2;  // modify (and list_in_row)
constexpr std::uint8_t has_value = 1, has_due = 2;      // item

Error damaged(const char* what) { return Error(ErrorKind::corrupt, std::string("damaged body of ") + what); }

bool known(RetrievalStatus s) { return s <= RetrievalStatus::processed; }
bool known(EntryBase b) { return b <= EntryBase::archive; }

}  // namespace

Octets encode(const MailboxBody& body) {
  Octets out;
  FieldWriter w(out);
  w.run(body.id);
  w.run(body.properties);
  return out;
}

Result<MailboxBody> decode_mailbox(View octets) {
  FieldReader r(octets);
  MailboxBody body;
  body.id = r.run();
  body.properties = r.run();
  if (!r.ok()) return damaged("mailbox");
  return body;
}

Octets encode(const EntryBody& body) {
  Octets out;
  out.reserve(80 + body.duplicate_key.size() + body.list_attributes.size() + body.variable.size() +
              body.attributes.size());
  FieldWriter w(out);
  w.u8(static_cast<std::uint8_t>(body.entry_class));
  w.u8(body.entry_type);
  w.u8(static_cast<std::uint8_t>(body.status));
  w.u8(body.priority);
  w.u8(static_cast<std::uint8_t>((body.precedence ? has_precedence : 0) | (body.slice ? has_slice : 0) |
                                 (body.list_complete ? list_in_row : 0) | (body.archived ? in_archive : 0)));
  w.u32(static_cast<std::uint32_t>(body.precedence.value_or(0)));
  w.u64(body.size);
  w.u32(body.parent_distance);
  w.u32(body.main_distance);
  w.u32(body.descendants);
  w.u64(body.slice ? body.slice->offset : 0);
  w.u64(body.slice ? body.slice->size : 0);
  w.u64(body.state_lsn);
  w.run(body.duplicate_key);
  w.run(body.list_attributes);
  w.run(body.variable);
  w.run(body.attributes);
  return out;
}

Result<EntryBody> decode_entry(View octets) {
  FieldReader r(octets);
  EntryBody body;
  body.entry_class = static_cast<EntryClass>(r.u8());
  body.entry_type = r.u8();
  body.status = static_cast<RetrievalStatus>(r.u8());
  body.priority = r.u8();
  const std::uint8_t flags = r.u8();
  const std::uint32_t precedence = r.u32();
  body.archived = (flags & in_archive) != 0;
  if ((flags & has_precedence) != 0) body.precedence = static_cast<std::int32_t>(precedence);
  body.size = r.u64();
  body.parent_distance = r.u32();
  body.main_distance = r.u32();
  body.descendants = r.u32();
  backend::ContentSlice slice;
  slice.offset = r.u64();
  slice.size = r.u64();
  if ((flags & has_slice) != 0) body.slice = slice;
  body.state_lsn = r.u64();
  body.duplicate_key = r.run();
  body.list_complete = (flags & list_in_row) != 0;
  body.list_attributes = r.run();
  body.variable = r.run();
  body.attributes = r.run();
  if (!r.ok() || !known(body.status)) return damaged("entry");
  return body;
}

Octets encode(const StatusBody& body) {
  Octets out;
  FieldWriter w(out);
  w.u8(static_cast<std::uint8_t>(body.base));
  w.u8(static_cast<std::uint8_t>(body.status));
  w.u8(body.backwards ? 1 : 0);
  w.u32(static_cast<std::uint32_t>(body.ranges.size()));
  for (const NumberRange& range : body.ranges) {
    w.u32(range.from);
    w.u32(range.to);
  }
  return out;
}

Result<StatusBody> decode_status(View octets) {
  FieldReader r(octets);
  StatusBody body;
  body.base = static_cast<EntryBase>(r.u8());
  body.status = static_cast<RetrievalStatus>(r.u8());
  body.backwards = (r.u8() & 1) != 0;
  const std::uint32_t count = r.u32();
  if (count > r.left() / 8) return damaged("status");
  body.ranges.resize(count);
  for (NumberRange& range : body.ranges) {
    range.from = r.u32();
    range.to = r.u32();
  }
  if (!r.ok() || !known(body.status) || !known(body.base)) return damaged("status");
  return body;
}

Octets encode(const RemoveBody& body) {
  Octets out;
  FieldWriter w(out);
  w.u8(static_cast<std::uint8_t>(body.base));
  w.u32(static_cast<std::uint32_t>(body.entries.size()));
  for (const RemovedEntry& entry : body.entries) {
    w.u32(entry.number);
    w.u32(entry.descendants);
    w.i64(entry.created);
    w.run(entry.duplicate_key);
  }
  return out;
}

Result<RemoveBody> decode_remove(View octets) {
  FieldReader r(octets);
  RemoveBody body;
  body.base = static_cast<EntryBase>(r.u8());
  const std::uint32_t count = r.u32();
  if (count > r.left() / 20) return damaged("remove");
  body.entries.resize(count);
  for (RemovedEntry& entry : body.entries) {
    entry.number = r.u32();
    entry.descendants = r.u32();
    entry.created = r.i64();
    entry.duplicate_key = to_octets(r.run());
  }
  if (!r.ok() || !known(body.base)) return damaged("remove");
  return body;
}

Octets encode(const ModifyBody& body) {
  Octets out;
  FieldWriter w(out);
  w.u8(static_cast<std::uint8_t>(body.base));
  w.u8(static_cast<std::uint8_t>((body.variable ? has_variable : 0) | (body.list_attributes ? has_list : 0) |
                                 (body.list_complete ? list_in_row : 0)));
  w.run(body.variable.value_or(View{}));
  w.run(body.list_attributes.value_or(View{}));
  return out;
}

Result<ModifyBody> decode_modify(View octets) {
  FieldReader r(octets);
  ModifyBody body;
  body.base = static_cast<EntryBase>(r.u8());
  const std::uint8_t flags = r.u8();
  const View variable = r.run();
  const View list = r.run();
  if ((flags & has_variable) != 0) body.variable = variable;
  if ((flags & has_list) != 0) body.list_attributes = list;
  body.list_complete = (flags & list_in_row) != 0;
  if (!r.ok() || !known(body.base)) return damaged("modify");
  return body;
}

Octets encode(const ItemBody& body) {
  Octets out;
  FieldWriter w(out);
  w.u16(body.kind);
  w.u8(static_cast<std::uint8_t>((body.value ? has_value : 0) | (body.due ? has_due : 0)));
  w.i64(body.due.value_or(0));
  w.run(body.key);
  w.run(body.value.value_or(View{}));
  return out;
}

Result<ItemBody> decode_item(View octets) {
  FieldReader r(octets);
  ItemBody body;
  body.kind = r.u16();
  const std::uint8_t flags = r.u8();
  const Time due = r.i64();
  if ((flags & has_due) != 0) body.due = due;
  body.key = r.run();
  const View value = r.run();
  if ((flags & has_value) != 0) body.value = value;
  if (!r.ok()) return damaged("item");
  return body;
}

Octets encode(const EventBody& body) {
  Octets out;
  FieldWriter w(out);
  w.u16(body.kind);
  w.run(body.octets);
  return out;
}

Result<EventBody> decode_event(View octets) {
  FieldReader r(octets);
  EventBody body;
  body.kind = r.u16();
  body.octets = r.run();
  if (!r.ok()) return damaged("event");
  return body;
}

Octets encode(const CounterBody& body) {
  Octets out;
  FieldWriter w(out);
  w.u32(body.next);
  w.i64(body.last_time);
  return out;
}

Result<CounterBody> decode_counter(View octets) {
  FieldReader r(octets);
  CounterBody body;
  body.next = r.u32();
  body.last_time = r.i64();
  if (!r.ok()) return damaged("counter");
  return body;
}

}  // namespace x400::mstore::storage
