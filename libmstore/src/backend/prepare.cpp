#include "backend/prepare.hpp"

#include <algorithm>

#include "index/schema.hpp"
#include "log/crc32c.hpp"

namespace x400::mstore::backend {
namespace {

Refusal refuse(ErrorKind kind, std::string text, SequenceNumber number = 0) {
  return Refusal{Error(kind, std::move(text)), number, {}};
}

class Preparation {
 public:
  Preparation(const ChangeSet& set, LargeContents& contents) : set_(set), contents_(contents) {}

  Result<Prepared, Refusal> run() {
    if (set_.mailbox == 0 || set_.mailbox > max_mailbox)
      return refuse(ErrorKind::invalid, "no mailbox number");
    if (set_.durability == Durability::lazy && !only_status())
      return refuse(ErrorKind::invalid, "lazy is for status changes only");
    for (const Modification& m : set_.modify) {
      if (auto refused = modify(m)) return *refused;
    }
    for (const ItemChange& item : set_.items) {
      if (item.entry && *item.entry >= set_.create.size())
        return refuse(ErrorKind::invalid, "an item for an entry that is not in the set");
      if (item.key.size() > most_key) return refuse(ErrorKind::limit, "key of an item too long");
    }
    for (const Deletion& deletion : set_.remove)
      if (deletion.archive && deletion.base != EntryBase::stored)
        return refuse(ErrorKind::invalid, "only stored entries go to the archive");
    if (auto refused = family()) return *refused;
    for (std::size_t i = 0; i < set_.create.size(); ++i)
      if (auto refused = create(i)) return *refused;
    for (const LogEvent& event : set_.events) {
      if (event.entry && *event.entry >= set_.create.size())
        return refuse(ErrorKind::invalid, "an event about an entry that is not in the set");
      out_.events.push_back(event_record(set_.mailbox, event));
    }
    return std::move(out_);
  }

 private:
  static constexpr std::size_t most_key = 1024;
  using Refused = std::optional<Refusal>;

  bool only_status() const {
    return set_.modify.empty() && set_.remove.empty() && set_.create.empty() && set_.items.empty() &&
           set_.events.empty() &&
           std::none_of(set_.status.begin(), set_.status.end(),
                        [](const StatusChange& s) { return s.backwards; });
  }

  Refused modify(const Modification& m) {
    ModifyBody body;
    body.base = m.base;
    if (m.variable) {
      if (m.variable->size() > max_variable)
        return refuse(ErrorKind::limit, "attributes that change are too large", m.number);
      body.variable = View(*m.variable);
    }
    if (m.list_attributes) {
      body.list_complete = m.list_attributes->size() <= max_list_attributes;
      body.list_attributes = body.list_complete ? View(*m.list_attributes) : View{};
    }
    LogRecord record = make_record(RecordType::modify, set_.mailbox, encode(body));
    record.header.number = m.number;
    out_.modify.push_back(std::move(record));
    return std::nullopt;
  }

  // Numbers of the entries relative to the first new one, and how many descendants follow each main entry.
  Refused family() {
    out_.create.resize(set_.create.size());
    std::optional<std::size_t> main;
    for (std::size_t i = 0; i < set_.create.size(); ++i) {
      const NewEntry& entry = set_.create[i];
      PreparedEntry& prepared = out_.create[i];
      prepared.base = base_of(entry.entry_class);
      prepared.new_number = !entry.same_number_as && entry.number == 0;
      prepared.ordinal = out_.new_numbers;
      if (prepared.new_number) ++out_.new_numbers;
      if (!entry.parent) {
        if (!prepared.new_number && prepared.base == EntryBase::stored)
          return refuse(ErrorKind::invalid, "only log entries bear the number of another");
        if (entry.same_number_as && *entry.same_number_as >= i)
          return refuse(ErrorKind::invalid, "the number of an entry that does not stand before");
        main = i;
        continue;
      }
      if (!main || *entry.parent >= i || *entry.parent < *main || !prepared.new_number ||
          !out_.create[*main].new_number || prepared.base != out_.create[*main].base)
        return refuse(ErrorKind::invalid, "a child must follow its main entry and parent");
      if (!entry.duplicate_key.empty()) return refuse(ErrorKind::invalid, "a duplicate key of a child");
      prepared.parent_distance = prepared.ordinal - out_.create[*entry.parent].ordinal;
      mains_.resize(set_.create.size());
      mains_[i] = *main;
      ++out_.create[*main].descendants;
    }
    return std::nullopt;
  }

  Refused create(std::size_t i) {
    const NewEntry& entry = set_.create[i];
    PreparedEntry& prepared = out_.create[i];
    if (entry.variable.size() > max_variable)
      return refuse(ErrorKind::limit, "attributes that change are too large");
    if (entry.duplicate_key.size() > max_duplicate_key)
      return refuse(ErrorKind::limit, "duplicate key too long");
    if (entry.content.slice && !entry.parent) return refuse(ErrorKind::invalid, "a slice is for children");
    EntryBody body;
    body.entry_class = entry.entry_class;
    body.entry_type = entry.entry_type;
    body.status = entry.status;
    body.priority = entry.priority;
    body.precedence = entry.precedence;
    body.size = entry.size;
    body.parent_distance = prepared.parent_distance;
    if (entry.parent) body.main_distance = prepared.ordinal - out_.create[mains_[i]].ordinal;
    body.descendants = prepared.descendants;
    body.slice = entry.content.slice;
    body.duplicate_key = entry.duplicate_key;
    body.list_complete = entry.list_attributes.size() <= max_list_attributes;
    if (body.list_complete) body.list_attributes = entry.list_attributes;
    body.variable = entry.variable;
    body.attributes = entry.attributes;
    prepared.record = make_record(RecordType::entry, set_.mailbox, encode(body));
    if (const Status placed = content(entry.content, prepared); !placed.ok())
      return Refusal{placed.error(), 0, {}};
    return std::nullopt;
  }

  Status content(const NewContent& from, PreparedEntry& to) {
    if (from.spooled) {
      auto spooled = std::dynamic_pointer_cast<Spooled>(from.spooled);
      if (!spooled) return Error(ErrorKind::invalid, "content of another store");
      return spool(std::move(spooled), to);
    }
    if (from.octets.size() >= contents_.threshold()) {
      X400_TRY(spooled, contents_.spool(from.octets));
      return spool(std::move(spooled), to);
    }
    if (from.octets.empty()) return Ok{};
    describe_content(to.record.header, from.octets);
    if (from.owner) {
      to.record.content = from.octets;
      to.record.owner = from.owner;
    } else {
      auto copy = std::make_shared<Octets>(to_octets(from.octets));
      to.record.content = *copy;
      to.record.owner = std::move(copy);
    }
    return Ok{};
  }

  static Status spool(std::shared_ptr<Spooled> spooled, PreparedEntry& to) {
    RecordHeader& h = to.record.header;
    h.content_size = spooled->header.content_size;
    h.content_file = spooled->header.content_file;
    h.block_crcs = spooled->header.block_crcs;
    if (h.content_file == 0) {
      to.record.content = spooled->octets;
      to.record.owner = spooled;
    }
    to.spooled = std::move(spooled);
    return Ok{};
  }

  const ChangeSet& set_;
  LargeContents& contents_;
  std::vector<std::size_t> mains_;
  Prepared out_;
};

}  // namespace

Result<Prepared, Refusal> prepare(const ChangeSet& set, LargeContents& contents) {
  return Preparation(set, contents).run();
}

LogRecord event_record(MailboxNumber mailbox, const LogEvent& event) {
  LogRecord record = make_record(RecordType::event, mailbox, encode(EventBody{event.kind, event.octets}));
  record.header.number = event.number;
  return record;
}

LogRecord make_record(RecordType type, MailboxNumber mailbox, Octets body) {
  LogRecord record;
  record.header.type = type;
  record.header.mailbox = mailbox;
  record.header.body_size = static_cast<std::uint32_t>(body.size());
  record.header.body_crc = crc32c(body);
  record.body = std::move(body);
  return record;
}

std::vector<NumberRange> normal_ranges(std::vector<NumberRange> ranges, SequenceNumber last) {
  std::sort(ranges.begin(), ranges.end(),
            [](const NumberRange& a, const NumberRange& b) { return a.from < b.from; });
  std::vector<NumberRange> out;
  for (NumberRange range : ranges) {
    range.from = std::max<SequenceNumber>(range.from, 1);
    range.to = std::min(range.to, last);
    if (range.from > range.to) continue;
    if (!out.empty() && range.from <= out.back().to + 1)
      out.back().to = std::max(out.back().to, range.to);
    else
      out.push_back(range);
  }
  return out;
}

}  // namespace x400::mstore::backend
