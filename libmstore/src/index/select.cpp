// Selection: which index serves a query, and pages of rows.
#include <algorithm>
#include <limits>

#include "index/reader.hpp"
#include "index/sizes.hpp"

namespace x400::mstore::storage {

using backend::ClassSet;
using backend::EntryBase;
using backend::EntryClass;
using backend::Order;
using backend::Page;
using backend::RetrievalStatus;
using backend::Row;
using Asked = backend::Query;

namespace {

constexpr std::int64_t most_precedences = 32;  // values looked up one by one
// Rows looked at for one page, whatever `where` says: a reading that lasts keeps the write-ahead log from
// being begun anew.
constexpr std::uint32_t most_looked_at = 20'000;

constexpr EntryClass all_classes[] = {EntryClass::delivery,       EntryClass::submission,
                                      EntryClass::draft,          EntryClass::delivery_log,
                                      EntryClass::submission_log, EntryClass::auto_action_log};

// Classes of the base that are not asked for: without any, the class need not be looked at.
bool all_of_base(const ClassSet& classes, EntryBase base) {
  if (base == EntryBase::archive) base = EntryBase::stored;
  return std::all_of(std::begin(all_classes), std::end(all_classes),
                     [&](EntryClass c) { return backend::base_of(c) != base || classes.has(c); });
}

class Builder {
 public:
  void where(const std::string& condition) { text_ += (text_.empty() ? "" : " AND ") + condition; }
  std::string value(std::int64_t v) {
    parameters_.push_back(v);
    return "?" + std::to_string(parameters_.size());
  }
  const std::string& text() const { return text_; }
  std::vector<std::int64_t> parameters() && { return std::move(parameters_); }

 private:
  std::string text_;
  std::vector<std::int64_t> parameters_;
};

void where_classes(Builder& b, const Asked& q, EntryBase base) {
  if (all_of_base(q.classes, base)) return;
  std::string list;
  for (EntryClass c : all_classes)
    if (q.classes.has(c)) list += (list.empty() ? "" : ",") + std::to_string(static_cast<int>(c));
  b.where("class IN (" + list + ")");
}

Row row_of(const Query& r, bool attributes) {
  Row row;
  row.number = number_of(r.integer(0));
  row.entry_class = static_cast<EntryClass>(r.integer(1));
  row.entry_type = static_cast<std::uint8_t>(r.integer(2));
  row.status = static_cast<RetrievalStatus>(r.integer(3));
  row.priority = static_cast<std::uint8_t>(r.integer(4));
  if (!r.null(5)) row.precedence = static_cast<std::int32_t>(r.integer(5));
  row.size = static_cast<std::uint64_t>(r.integer(6));
  row.created = r.integer(7);
  row.parent = static_cast<SequenceNumber>(r.integer(8));
  row.descendants = static_cast<std::uint32_t>(r.integer(9));
  row.list_complete = r.integer(10) != 0;
  if (attributes) {
    row.list_attributes = to_octets(r.blob(11));
    row.variable = to_octets(r.blob(12));
  }
  return row;
}

}  // namespace

Result<EntryBase> base_of_query(const Asked& query) {
  std::optional<EntryBase> base;
  for (EntryClass c : all_classes) {
    if (!query.classes.has(c)) continue;
    if (base && *base != backend::base_of(c))
      return Error(ErrorKind::invalid, "select: classes of several bases");
    base = backend::base_of(c);
  }
  if (!base) return Error(ErrorKind::invalid, "select: no class");
  if (!query.archived) return *base;
  if (*base != EntryBase::stored) return Error(ErrorKind::invalid, "select: classes the archive has not");
  return EntryBase::archive;
}

namespace {

const char* columns(const Asked& q) {
  return q.attributes
             ? "SELECT "
               "id,class,type,status,priority,precedence,size,created,parent,descendants,complete,list,"
               "variable FROM entries "
             : "SELECT id,class,type,status,priority,precedence,size,created,parent,descendants,complete "
               "FROM "
               "entries ";
}

// What the index chosen has not made sure of.
struct Left {
  bool status = true, priority = true, precedence = true;
};

void where_rest(Builder& b, const Asked& q, EntryBase base, Left left) {
  where_classes(b, q, base);
  if (left.status && q.status) b.where("+status=" + b.value(static_cast<int>(*q.status)));
  if (left.priority && q.priority) b.where("+priority=" + b.value(*q.priority));
  if (left.precedence && q.precedence_from) b.where("+precedence>=" + b.value(*q.precedence_from));
  if (left.precedence && q.precedence_to) b.where("+precedence<=" + b.value(*q.precedence_to));
  if (q.size_from) b.where("+size>=" + b.value(as_int(*q.size_from)));
  if (q.size_to) b.where("+size<=" + b.value(as_int(*q.size_to)));
  if (q.entry_type) b.where("type=" + b.value(*q.entry_type));
  if (q.since) b.where("created>=" + b.value(*q.since));
  if (q.until) b.where("created<=" + b.value(*q.until));
  if (q.parent)
    b.where("parent=" + b.value(*q.parent));
  else if (!q.with_children)
    b.where("parent=0");
}

// Whether rows are tested on the way, so that one that is not wanted costs no more than a look.
bool tests_rows(const Asked& q) { return q.where && q.attributes; }

}  // namespace

// Each condition of a partial index is repeated word for word, else SQLite does not take it; INDEXED BY,
// because without it SQLite prefers the primary key as soon as rows are wanted in its order.
SelectStatement select_statement(const Asked& q, SequenceNumber low, SequenceNumber high,
                                 std::optional<std::int64_t> precedence) {
  const EntryBase base = base_of_query(q).value_or(EntryBase::stored);
  const std::int64_t box = box_key(q.mailbox, base);
  Builder b;
  std::string index;
  Left left;
  if (q.status && *q.status != RetrievalStatus::processed) {
    index = "entries_status";
    b.where("box=" + b.value(box) + " AND status=" + b.value(static_cast<int>(*q.status)) + " AND status<>2");
    left.status = false;
  } else if (precedence) {
    index = "entries_precedence";
    b.where("box=" + b.value(box) + " AND precedence=" + b.value(*precedence) +
            " AND precedence IS NOT NULL");
    left.precedence = false;
  } else if (q.priority && *q.priority != 0) {
    index = "entries_priority";
    b.where("box=" + b.value(box) + " AND priority=" + b.value(*q.priority) + " AND priority<>0");
    left.priority = false;
  }
  b.where("id BETWEEN " + b.value(entry_id(box, low)) + " AND " + b.value(entry_id(box, high)));
  where_rest(b, q, base, left);
  if (tests_rows(q)) b.where("row_test(complete,list,variable)");
  const std::string limit = b.value(static_cast<std::int64_t>(q.limit) + 1);
  SelectStatement s;
  s.sql = columns(q);
  s.sql += index.empty() ? "NOT INDEXED" : "INDEXED BY " + index;
  s.sql += " WHERE " + b.text() + " ORDER BY id" + (q.order == Order::descending ? " DESC" : "") + " LIMIT " +
           limit;
  s.parameters = std::move(b).parameters();
  return s;
}

SelectStatement row_statement(const Asked& q) {
  Builder b;
  b.where("id=" + b.value(0));
  where_rest(b, q, base_of_query(q).value_or(EntryBase::stored), {});
  SelectStatement s;
  s.sql = columns(q) + ("NOT INDEXED WHERE " + b.text());
  s.parameters = std::move(b).parameters();
  return s;
}

class Selection {
 public:
  Selection(IndexReader& reader, const Asked& query, EntryBase base)
      : reader_(reader),
        db_(reader.database()),
        query_(query),
        box_(box_key(query.mailbox, base)),
        in_time_(base == EntryBase::stored || base == EntryBase::archive) {}

  Result<Page> run() {
    if (query_.limit == 0) return Error(ErrorKind::invalid, "select: no limit");
    low_ = std::max<SequenceNumber>(query_.numbers.from, 1);
    high_ = std::min(query_.numbers.to, backend::max_sequence_number);
    if (query_.after != 0 && query_.order == Order::ascending) {
      if (query_.after >= backend::max_sequence_number) return Page{};
      low_ = std::max(low_, query_.after + 1);
    }
    if (query_.after != 0 && query_.order == Order::descending) high_ = std::min(high_, query_.after - 1);
    if (query_.parent) X400_CHECK(narrow_to_family());
    // Several looks are of one moment, and begin reading only once.
    if (several_looks()) {
      X400_TRY(moment, Snapshot::of(reader_));
      return look();
    }
    return look();
  }

 private:
  bool by_status() const { return query_.status && *query_.status != RetrievalStatus::processed; }

  // Values of precedence worth a look-up each; empty: another way.
  std::vector<std::int64_t> precedences() const {
    std::vector<std::int64_t> values;
    if (by_status() || !query_.precedence_from || !query_.precedence_to) return values;
    const std::int64_t from = *query_.precedence_from;
    const std::int64_t to = *query_.precedence_to;
    if (to - from >= most_precedences) return values;
    for (std::int64_t v = from; v <= to; ++v) values.push_back(v);
    return values;
  }

  bool by_size() const {
    return !by_status() && !(query_.priority && *query_.priority != 0) &&
           (query_.size_from || query_.size_to);
  }
  bool by_time() const { return in_time_ && (query_.since || query_.until); }
  bool several_looks() const { return (by_size() || by_time()) && !db_.in_transaction(); }

  Result<Page> look() {
    // Only there times rise with the numbers: a log entry may be later than its number tells.
    if (by_time()) X400_CHECK(narrow_to_times());
    if (low_ > high_) return Page{};
    const auto values = precedences();
    for (const std::int64_t value : values) X400_CHECK(fetch(value));
    if (!values.empty()) return page(values.size() > 1);
    if (by_size()) {
      X400_TRY(hits, size_hits(db_, query_, box_, low_, high_));
      hits_ = std::move(hits);
    }
    X400_CHECK(hits_ && !hits_->too_many ? fetch_each(*hits_) : fetch(std::nullopt));
    return page(false);
  }

  Status narrow_to_family() {
    SequenceNumber main = *query_.parent;
    for (int depth = 0; depth < 1000; ++depth) {
      X400_TRY(get, db_.prepare("SELECT parent,descendants FROM entries WHERE id=?1"));
      get.bind(1, entry_id(box_, main));
      X400_TRY(found, get.step());
      if (!found) {
        high_ = 0;
        return Ok{};
      }
      if (get.integer(0) == 0) {
        low_ = std::max(low_, *query_.parent + 1);
        high_ = std::min(high_, main + static_cast<SequenceNumber>(get.integer(1)));
        return Ok{};
      }
      main = static_cast<SequenceNumber>(get.integer(0));
    }
    return Error(ErrorKind::corrupt, "index: parents in a circle");
  }

  // The first number in [low_, high_] created at or after `time`, or high_ + 1.
  Result<SequenceNumber> first_since(Time time) {
    SequenceNumber low = low_;
    SequenceNumber high = high_ + 1;
    while (low < high) {
      const SequenceNumber middle = low + (high - low) / 2;
      X400_TRY(get,
               db_.prepare("SELECT id,created FROM entries WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT 1"));
      get.bind(1, entry_id(box_, middle)).bind(2, entry_id(box_, high_));
      X400_TRY(found, get.step());
      if (!found || get.integer(1) >= time)
        high = middle;
      else
        low = number_of(get.integer(0)) + 1;
    }
    return low;
  }

  Status narrow_to_times() {
    if (query_.since && low_ <= high_) {
      X400_TRY(first, first_since(*query_.since));
      low_ = first;
    }
    if (query_.until && low_ <= high_ && *query_.until != std::numeric_limits<Time>::max()) {
      X400_TRY(first, first_since(*query_.until + 1));
      high_ = first - 1;
    }
    return Ok{};
  }

  // One value of precedence among several: rows that are sorted afterwards cannot be cut off on the way.
  Status fetch(std::optional<std::int64_t> precedence) {
    Asked query = query_;
    if (precedence) query.where = nullptr;
    const SelectStatement s = select_statement(query, low_, high_, precedence);
    X400_TRY(rows, db_.prepare(s.sql));
    for (std::size_t i = 0; i < s.parameters.size(); ++i) rows.bind(static_cast<int>(i) + 1, s.parameters[i]);
    std::uint32_t looked_at = 0;
    const RowTest test(db_, [&](std::int64_t complete, View list, View variable) {
      return ++looked_at > most_looked_at || query.where({list, variable, complete != 0});
    });
    const std::size_t before = found_.size();
    while (found_.size() - before <= query_.limit) {
      X400_TRY(row, rows.step());
      if (!row) return Ok{};
      const SequenceNumber number = number_of(rows.integer(0));
      if (looked_at > most_looked_at) {
        cut_ = true;
        reached_ = query_.order == Order::ascending ? number - 1 : number + 1;
        return Ok{};
      }
      reached_ = number;
      found_.push_back(row_of(rows, query_.attributes));
    }
    return Ok{};
  }

  Status fetch_each(const backend::Hits& hits) {
    const SelectStatement s = row_statement(query_);
    X400_TRY(row, db_.prepare(s.sql));
    for (std::size_t i = 1; i < s.parameters.size(); ++i) row.bind(static_cast<int>(i) + 1, s.parameters[i]);
    HitsInOrder numbers(hits, low_, high_, query_.order);
    for (std::uint32_t looked_at = 0; found_.size() <= query_.limit; ++looked_at) {
      const auto number = numbers.next();
      if (!number || looked_at == most_looked_at) {
        cut_ = number.has_value() || numbers.beyond();
        if (!number) reached_ = numbers.edge();
        return Ok{};
      }
      reached_ = *number;
      row.again().bind(1, entry_id(box_, *number));
      X400_TRY(found, row.step());
      if (!found) continue;
      if (tests_rows(query_) && !query_.where({row.blob(11), row.blob(12), row.integer(10) != 0})) continue;
      found_.push_back(row_of(row, query_.attributes));
    }
    return Ok{};
  }

  Page page(bool merged) {
    if (merged)
      std::sort(found_.begin(), found_.end(), [this](const Row& a, const Row& b) {
        return query_.order == Order::ascending ? a.number < b.number : a.number > b.number;
      });
    Page p;
    p.more = cut_ || found_.size() > query_.limit;
    p.reached = reached_;
    if (found_.size() > query_.limit) {
      found_.resize(query_.limit);
      p.reached = found_.back().number;
    }
    p.rows = std::move(found_);
    if (p.more) p.hits = std::move(hits_);
    return p;
  }

  IndexReader& reader_;
  Database& db_;
  const Asked& query_;
  const std::int64_t box_;
  const bool in_time_;
  SequenceNumber low_ = 1;
  SequenceNumber high_ = 0;
  std::shared_ptr<const backend::Hits> hits_;
  std::vector<Row> found_;
  SequenceNumber reached_ = 0;
  bool cut_ = false;
};

Result<Page> IndexReader::select(const Asked& query) {
  X400_TRY(base, base_of_query(query));
  return Selection(*this, query, base).run();
}

}  // namespace x400::mstore::storage
