// IndexLoader's second half: the rows are written.
#include <algorithm>

#include "index/ahead.hpp"
#include "index/loader.hpp"

namespace x400::mstore::storage {
namespace {

constexpr std::size_t rows_at_once = 1'000;
constexpr std::size_t octets_at_once = 1u << 20;
constexpr std::size_t batches_ahead = 4;
constexpr std::uint64_t told_every = 10'000;

std::int64_t signed_of(std::uint64_t v) { return static_cast<std::int64_t>(v); }

}  // namespace

Status IndexLoader::write(Segments& segments) {
  X400_CHECK(write_entries(segments));
  X400_CHECK(add_counters(db_, counters_));
  X400_CHECK(write_mailboxes());
  X400_CHECK(write_items());
  X400_CHECK(insert_duplicates(db_, duplicates_.settled()));
  return write_space();
}

// Another thread reads the bodies: their places are anywhere in the log.
Status IndexLoader::write_entries(Segments& segments) {
  X400_CHECK(tell(LoadProgress::Phase::writing, 0, made_.size()));
  Ahead<Rows> ahead(batches_ahead, [&] { return read_rows(segments); });
  std::uint64_t told = 0;
  while (true) {
    X400_TRY(rows, ahead.next());
    if (!rows) break;
    X400_CHECK(insert_rows(db_, rows->rows));
    out_.entries += rows->rows.size();
    if (rows->upto - told < told_every) continue;
    told = rows->upto;
    X400_CHECK(tell(LoadProgress::Phase::writing, told, made_.size()));
  }
  return tell(LoadProgress::Phase::writing, made_.size(), made_.size());
}

Result<std::optional<IndexLoader::Rows>> IndexLoader::read_rows(Segments& segments) {
  std::vector<const Made*> chosen;
  std::size_t size = 0;
  for (; next_ < made_.size() && chosen.size() < rows_at_once && size < octets_at_once; ++next_) {
    const Made& made = made_[next_];
    if (made.gone || made.id == last_) continue;
    last_ = made.id;
    chosen.push_back(&made);
    size += made.body_size;
  }
  if (chosen.empty()) return std::optional<Rows>();
  Rows out;
  out.upto = next_;
  out.rows.reserve(chosen.size());
  out.octets.resize(size);
  std::span<std::uint8_t> left(out.octets);
  for (const Made* made : chosen) {
    X400_TRY(row, read_row(segments, *made, left.first(made->body_size)));
    out.rows.push_back(row);
    left = left.subspan(made->body_size);
  }
  return std::optional(std::move(out));
}

Result<WholeRow> IndexLoader::read_row(Segments& segments, const Made& made, std::span<std::uint8_t> octets) {
  const SegmentHeader& h = sources_[made.source].segment.header;
  X400_TRY(opened, segments.open(h.segment, h.generation));
  X400_TRY(got, opened.file->read(made.body_at, octets));
  X400_TRY(body, decode_entry(View(octets).first(got)));
  body.status = static_cast<RetrievalStatus>(made.status);
  body.archived = made.archived;
  if (made.changed != 0) {
    const Modified& m = changed_[made.changed - 1];
    if (m.variable) body.variable = *m.variable;
    if (m.list) {
      body.list_attributes = *m.list;
      body.list_complete = m.list_complete;
    }
  }
  EntryRow row;
  row.mailbox = static_cast<MailboxNumber>(made.id >> 33);
  row.number = number_of(made.id);
  row.created = made.created;
  row.file = file_key(h.segment, h.generation);
  row.offset = made.offset;
  row.head = made.head;
  row.inline_size = made.inline_size;
  if (!files_.empty())
    if (const auto it = files_.find({made.source, made.offset}); it != files_.end())
      row.content_file = it->second;
  if (!body.duplicate_key.empty()) row.duplicate = duplicates_.place_of(row.mailbox, body.duplicate_key);
  Counted& c = counters_[CounterKey(made.id >> 31, static_cast<int>(body.entry_class), made.status,
                                    body.entry_type, body.priority, body.parent_distance != 0 ? 1 : 0)];
  c.count += 1;
  c.octets += signed_of(body.size);
  return WholeRow{row, body};
}

Status IndexLoader::write_mailboxes() {
  for (auto& [number, m] : mailboxes_) {
    if (m.record == 0) {  // its own record was lost: what it holds must stay reachable
      m.id = "recovered-" + std::to_string(number);
      out_.problems.push_back("the record of mailbox " + std::to_string(number) + " is lost: named " + m.id);
    }
    X400_TRY(put, db_.prepare("INSERT INTO mailboxes VALUES(?1,?2,?3,?4,?5,?6,?7)"));
    put.bind(1, number).bind(2, std::string_view(m.id)).bind(3, m.properties);
    put.bind(
        4, std::min<std::int64_t>(signed_of(m.next + out_.lost_records), backend::max_sequence_number + 1ll));
    put.bind(5, m.last_time).bind(6, signed_of(m.record)).bind(7, signed_of(m.counter));
    X400_CHECK(put.run());
  }
  return Ok{};
}

Status IndexLoader::write_items() {
  for (const auto& [key, item] : items_) {
    const auto& [mailbox, kind, name] = key;
    X400_TRY(put, db_.prepare("INSERT INTO items VALUES(?1,?2,?3,?4,?5,?6,?7)"));
    put.bind(1, mailbox).bind(2, kind).bind(3, name).bind(4, item.value);
    if (item.due) put.bind(5, *item.due);
    put.bind(6, signed_of(item.lsn)).bind(7, item.segment);
    X400_CHECK(put.run());
  }
  for (const auto& grave : item_graves_) {
    const auto& [mailbox, kind, name] = grave.first;
    X400_TRY(put, db_.prepare("INSERT INTO item_graves VALUES(?1,?2,?3,?4)"));
    put.bind(1, mailbox).bind(2, kind).bind(3, name).bind(4, grave.second);
    X400_CHECK(put.run());
  }
  return Ok{};
}

Status IndexLoader::write_space() {
  std::sort(graves_.begin(), graves_.end());
  graves_.erase(std::unique(graves_.begin(), graves_.end()), graves_.end());
  for (const auto& grave : graves_) {
    X400_TRY(put, db_.prepare("INSERT INTO graves VALUES(?1,?2)"));
    put.bind(1, grave.first).bind(2, grave.second);
    X400_CHECK(put.run());
  }
  for (const Source& source : sources_) {
    const SpaceRow& s = source.space;
    X400_TRY(put, db_.prepare("INSERT INTO space VALUES(?1,?2,?3,?4,?5,?6,?7)"));
    put.bind(1, s.segment).bind(2, s.generation).bind(3, s.octets).bind(4, s.dead);
    put.bind(5, s.expiring).bind(6, s.expires).bind(7, signed_of(s.as_of));
    X400_CHECK(put.run());
  }
  return Ok{};
}

}  // namespace x400::mstore::storage
