#include "space/survey.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "log/bodies.hpp"

namespace x400::mstore::space {
namespace {

constexpr std::size_t most_looked_at = 100'000;  // entries of one status record; beyond, it stays as it is

class Surveyor {
 public:
  Surveyor(Database& db, const Segment& segment, const Catalogue& catalogue, const SurveyRules& rules)
      : db_(db),
        number_(segment.header.segment),
        file_(file_key(segment.header.segment, segment.header.generation)),
        catalogue_(catalogue),
        rules_(rules) {}

  Result<Survey> run(Lsn as_of) {
    out_.as_of = as_of;
    X400_TRY(spaces, space_rows(db_));
    for (const SpaceRow& s : spaces) states_[s.segment] = s.as_of;
    states_[number_] = as_of;
    X400_TRY(marks, mailbox_marks(db_));
    marks_ = std::move(marks);
    kept_.resize(catalogue_.records.size());
    // From the end: later ones tell what earlier ones are needed for.
    for (std::size_t i = kept_.size(); i-- > 0;) X400_CHECK(look(i));
    X400_CHECK(join_status());
    for (std::size_t i = 0; i < kept_.size(); ++i)
      if (kept_[i].record != nullptr) out_.keep.push_back(std::move(kept_[i]));
    // What is kept here as well may die while the segment is written: its grave must stay then.
    std::erase_if(out_.dropped_entries, [this](std::int64_t id) { return kept_ids_.contains(id); });
    std::erase_if(out_.dropped_items, [this](const CatalogueRecord* r) {
      const auto body = decode_item(r->body);
      return body.ok() && kept_items_.contains({r->header.mailbox, body->kind, to_octets(body->key)});
    });
    return std::move(out_);
  }

 private:
  using Group = std::pair<MailboxNumber, EntryBase>;

  Status look(std::size_t i) {
    const CatalogueRecord& r = catalogue_.records[i];
    switch (r.header.type) {
      case RecordType::entry: return entry(i);
      case RecordType::status: return status(i);
      case RecordType::remove: return remove(i);
      case RecordType::archive: return archive(i);
      case RecordType::modify: return modify(i);
      case RecordType::item: return item(i);
      case RecordType::mailbox: return keep_if(i, r.header.lsn >= marks_[r.header.mailbox].record);
      case RecordType::counter: return keep_if(i, r.header.lsn >= marks_[r.header.mailbox].counter);
      case RecordType::event: return keep_if(i, !rules_.events_from || r.header.time >= *rules_.events_from);
    }
    return keep_if(i, true);  // of a later version
  }

  Status keep_if(std::size_t i, bool needed) {
    if (needed) kept_[i].record = &catalogue_.records[i];
    return Ok{};
  }

  std::int64_t id_of(const CatalogueRecord& r, EntryBase base) const {
    return entry_id(box_key(r.header.mailbox, base), r.header.number);
  }

  Status entry(std::size_t i) {
    const CatalogueRecord& r = catalogue_.records[i];
    X400_TRY(body, decode_entry(r.body));
    const std::int64_t id = id_of(r, backend::base_of(body.entry_class));
    for (const std::int64_t at : {id, archive_id(id)}) {
      if (at != id && !is_stored(id)) break;
      X400_TRY(live, live_entry(db_, at));
      if (!live || live->file != file_ || live->offset != r.offset) continue;
      kept_[i].state = std::move(live);
      kept_[i].archived = at != id;
      kept_ids_.insert(id);
      return keep_if(i, true);
    }
    out_.dropped_entries.push_back(id);
    Lsn& last = out_.uncounted[r.header.mailbox];
    last = std::max(last, r.header.lsn);
    if (marks_[r.header.mailbox].counter > last) out_.uncounted.erase(r.header.mailbox);
    return Ok{};
  }

  // Whether the record of this entry's state is older than the change.
  bool needs(std::uint64_t file, Lsn change) const {
    const auto it = states_.find(segment_of_key(file));
    return it == states_.end() || it->second < change;
  }

  // What was said of entries of the base stored holds for those that have gone to the archive since.
  static std::vector<EntryBase> where(EntryBase base) {
    if (base == EntryBase::stored) return {EntryBase::stored, EntryBase::archive};
    return {base};
  }

  Status status(std::size_t i) {
    const CatalogueRecord& r = catalogue_.records[i];
    X400_TRY(body, decode_status(r.body));
    std::vector<SequenceNumber> numbers;
    std::size_t looked_at = 0;
    for (const NumberRange& range : body.ranges)
      for (const EntryBase base : where(body.base)) {
        const std::int64_t box = box_key(r.header.mailbox, base);
        X400_TRY(files,
                 files_of_entries(db_, entry_id(box, range.from), entry_id(box, range.to), most_looked_at));
        looked_at += files.size();
        if (looked_at >= most_looked_at) return keep_if(i, true);
        for (const NumberedFile& f : files)
          if (needs(f.file, r.header.lsn)) numbers.push_back(f.number);
      }
    if (numbers.empty()) return Ok{};
    X400_CHECK(keep_if(i, true));
    raised_[i] = {std::move(body), std::move(numbers)};
    return Ok{};
  }

  struct Raised {
    StatusBody body;
    std::vector<SequenceNumber> numbers;
  };

  // Raises commute; a step backwards between them would not, nor an entry that bears the number of one gone
  // (only those of the stored base never do).
  Status join_status() {
    std::set<Group> ordered;
    for (const auto& [i, r] : raised_)
      if (r.body.backwards || r.body.base != EntryBase::stored)
        ordered.insert({catalogue_.records[i].header.mailbox, r.body.base});
    std::map<std::tuple<MailboxNumber, EntryBase, RetrievalStatus>, std::size_t> last;
    for (auto it = raised_.rbegin(); it != raised_.rend(); ++it) {
      auto& [i, r] = *it;
      const MailboxNumber mailbox = catalogue_.records[i].header.mailbox;
      if (ordered.contains({mailbox, r.body.base})) continue;
      const auto [joined, first] = last.try_emplace({mailbox, r.body.base, r.body.status}, i);
      if (first) continue;
      auto& numbers = raised_[joined->second].numbers;
      numbers.insert(numbers.end(), r.numbers.begin(), r.numbers.end());
      r.numbers.clear();
    }
    for (auto& [i, r] : raised_) write_status(i, r);
    return Ok{};
  }

  void write_status(std::size_t i, Raised& r) {
    if (r.numbers.empty()) {
      kept_[i] = {};
      return;
    }
    std::sort(r.numbers.begin(), r.numbers.end());
    r.body.ranges.clear();
    for (const SequenceNumber n : r.numbers) {
      if (!r.body.ranges.empty() && n <= r.body.ranges.back().to + 1)
        r.body.ranges.back().to = n;
      else
        r.body.ranges.push_back({n, n});
    }
    kept_[i].body = encode(r.body);
  }

  Status modify(std::size_t i) {
    const CatalogueRecord& r = catalogue_.records[i];
    X400_TRY(body, decode_modify(r.body));
    const std::int64_t id = id_of(r, body.base);
    X400_TRY(stored, file_of_entry(db_, id));
    auto file = stored;
    if (!file && is_stored(id)) {
      X400_TRY(archived, file_of_entry(db_, archive_id(id)));
      file = archived;
    }
    Said& said = said_[id];
    const bool news = (body.variable && !said.variable) || (body.list_attributes && !said.list);
    said.variable = said.variable || body.variable;
    said.list = said.list || body.list_attributes;
    return keep_if(i, file && news && needs(*file, r.header.lsn));
  }

  Status remove(std::size_t i) {
    const CatalogueRecord& r = catalogue_.records[i];
    X400_TRY(body, decode_remove(r.body));
    const std::size_t before = body.entries.size();
    std::vector<RemovedEntry> kept;
    bool for_keys = true;
    for (RemovedEntry& removed : body.entries) {
      const std::int64_t low = stored_id(entry_id(box_key(r.header.mailbox, body.base), removed.number));
      X400_TRY(elsewhere, buried_elsewhere(db_, low, low + removed.descendants, number_));
      const bool key = !removed.duplicate_key.empty() && removed.created >= rules_.duplicates_from;
      if (!elsewhere && !key) continue;
      for_keys = for_keys && !elsewhere;
      kept.push_back(std::move(removed));
    }
    if (kept.empty()) return Ok{};
    X400_CHECK(keep_if(i, true));
    if (kept.size() < before) {
      body.entries = std::move(kept);
      kept_[i].body = encode(body);
    }
    const std::uint64_t size = kept_[i].body ? kept_[i].body->size() : r.header.body_size;
    out_.expiring += static_cast<std::int64_t>(round_up8(record_header_size + size));
    out_.expires = std::max(out_.expires, for_keys ? r.header.time : rules_.now);
    return Ok{};
  }

  Status archive(std::size_t i) {
    const CatalogueRecord& r = catalogue_.records[i];
    X400_TRY(body, decode_remove(r.body));
    const std::size_t before = body.entries.size();
    std::vector<RemovedEntry> kept;
    for (RemovedEntry& entry : body.entries) {
      const std::int64_t low = entry_id(box_key(r.header.mailbox, EntryBase::stored), entry.number);
      const std::int64_t high = low + entry.descendants;
      X400_TRY(elsewhere, buried_elsewhere(db_, low, high, number_));
      X400_TRY(files, files_of_entries(db_, archive_id(low), archive_id(high), entry.descendants + 1));
      const bool live = std::any_of(files.begin(), files.end(),
                                    [&](const NumberedFile& f) { return needs(f.file, r.header.lsn); });
      if (elsewhere || live) kept.push_back(std::move(entry));
    }
    if (kept.empty()) return Ok{};
    if (kept.size() < before) {
      body.entries = std::move(kept);
      kept_[i].body = encode(body);
    }
    return keep_if(i, true);
  }

  Status item(std::size_t i) {
    const CatalogueRecord& r = catalogue_.records[i];
    X400_TRY(body, decode_item(r.body));
    X400_TRY(holder, item_record(db_, r.header.mailbox, body.kind, body.key));
    if (body.value) {
      const bool current = holder && *holder == r.header.lsn;
      if (current)
        kept_items_.emplace(r.header.mailbox, body.kind, to_octets(body.key));
      else
        out_.dropped_items.push_back(&r);
      return keep_if(i, current);
    }
    if (holder) return Ok{};  // put again later
    X400_TRY(elsewhere, item_buried_elsewhere(db_, r.header.mailbox, body.kind, body.key, number_));
    return keep_if(i, elsewhere);
  }

  struct Said {
    bool variable = false;
    bool list = false;
  };

  Database& db_;
  const std::uint32_t number_;
  const std::uint64_t file_;
  const Catalogue& catalogue_;
  const SurveyRules& rules_;
  std::map<std::uint32_t, Lsn> states_;
  std::map<MailboxNumber, MailboxMarks> marks_;
  std::vector<Kept> kept_;
  std::set<std::int64_t> kept_ids_;
  std::set<std::tuple<MailboxNumber, std::uint16_t, Octets>> kept_items_;
  std::map<std::size_t, Raised> raised_;
  std::map<std::int64_t, Said> said_;
  Survey out_;
};

}  // namespace

Result<Survey> survey(Database& db, const Segment& segment, const Catalogue& catalogue, Lsn as_of,
                      const SurveyRules& rules) {
  return Surveyor(db, segment, catalogue, rules).run(as_of);
}

}  // namespace x400::mstore::space
