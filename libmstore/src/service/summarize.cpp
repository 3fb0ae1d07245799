// Summarize (X.413 8.2.2). What the counters of the mailbox tell is taken from them, so that counting the
// unread of a large mailbox costs nothing; everything else looks at the entries.
#include <algorithm>
#include <map>
#include <set>

#include "service/session.hpp"
#include "x400/asn1/oids.hpp"

namespace x400::mstore::service {

namespace {

namespace a = asn1::oids::attribute;

// The most distinct values a Summary can hold.
constexpr std::size_t most_values = 32767;

// One summary request while entries are counted.
class Tally {
 public:
  explicit Tally(ber::Oid type) : type_(std::move(type)) {
    if (const asn1::AttributeInfo* info = asn1::find_attribute(type_)) rule_ = info->equality(Edition::e1994);
  }
  Status add(Entry& entry) {
    X400_TRY(values, entry.values(type_));
    if (values.empty()) ++absent_;
    std::set<std::string> seen;
    for (const View value : values) {
      std::string key(chars(value));
      if (rule_)
        if (auto k = value_key(*rule_, value)) key = std::move(*k);
      // A value counts once an entry.
      if (!seen.insert(key).second) continue;
      add(key, to_octets(value), 1);
    }
    return Ok{};
  }
  void add_absent(std::uint64_t count) { absent_ += count; }
  void add(const std::string& key, Octets value, std::uint64_t count) {
    auto at = index_.find(key);
    if (at == index_.end()) {
      at = index_.emplace(key, present_.size()).first;
      present_.push_back({type_, std::move(value), 0});
    }
    present_[at->second].count += static_cast<SequenceNumber>(count);
  }
  bool too_many() const { return present_.size() > most_values; }
  ms::Summary take() && {
    ms::Summary s;
    s.absent = static_cast<SequenceNumber>(absent_);
    s.present = std::move(present_);
    return s;
  }

 private:
  ber::Oid type_;
  std::optional<asn1::MatchingRule> rule_;
  std::uint64_t absent_ = 0;
  std::vector<ms::Summary::Present> present_;
  std::map<std::string, std::size_t> index_;
};

// The value of a column of the counters; nothing: the counter does not tell. `absent`: entries of it have
// none.
std::optional<Octets> counted_value(const ber::Oid& type, const backend::Counter& c, bool& absent) {
  absent = false;
  if (type == a::retrieval_status) return integer_value(static_cast<std::int64_t>(c.status));
  if (type == a::entry_type) return integer_value(c.entry_type);
  if (type != a::priority || c.child) return std::nullopt;
  const auto t = static_cast<EntryType>(c.entry_type);
  absent =
      t != EntryType::delivered_message && t != EntryType::submitted_message && t != EntryType::draft_message;
  ber::Writer w;
  w.integer(ber::application(7), c.priority);
  return std::move(w).take();
}

Problems check_requests(const std::vector<ber::Oid>& requests, Edition edition) {
  Problems problems;
  for (const ber::Oid& type : requests) {
    bool body_part = false;
    const asn1::AttributeInfo* info = known_attribute(type, edition, body_part);
    if (!info && !body_part)
      problems.add(ms::AttributeProblem::unavailable_attribute_type, type);
    else if (!info || !info->summary)
      problems.add(ms::AttributeProblem::inappropriate_for_operation, type);
  }
  return problems;
}

}  // namespace

Outcome<ms::SummarizeResult> Session::summarize(const ms::SummarizeArgument& argument) {
  if (auto refused = unknown_extension(argument.extensions, nullptr, "summarize")) return std::move(*refused);
  X400_TRY(want, this->want(argument.entry_class, argument.selector, nullptr, Purpose::list, "summarize"));
  if (const Problems problems = check_requests(argument.summary_requests, options_.edition); !problems.none())
    return failure(problems, where("summarize"));
  auto counted = summarize_counters(argument, want);
  if (!counted.ok()) return failure(counted.error(), where("summarize"));
  if (*counted) return std::move(**counted);
  auto looked = summarize_entries(argument, want);
  if (looked.ok()) return std::move(*looked);
  if (looked.error().kind() == ErrorKind::limit)
    return failure(ms::ServiceErrorParameter{ms::ServiceProblem::unwilling_to_perform, {}},
                   where("summarize"), looked.error().text());
  return failure(looked.error(), where("summarize"));
}

Result<std::optional<ms::SummarizeResult>> Session::summarize_counters(const ms::SummarizeArgument& argument,
                                                                       const Want& want) const {
  using None = std::optional<ms::SummarizeResult>;
  if (argument.selector.range || want.limit) return None{};
  X400_TRY(counters, backend().counters(mailbox_->number, backend::EntryBase::stored));
  ms::SummarizeResult result;
  std::vector<Tally> tallies(argument.summary_requests.begin(), argument.summary_requests.end());
  std::uint64_t count = 0;
  for (const backend::Counter& c : counters) {
    if (!want.classes.has(c.entry_class) || (c.child && !want.with_children)) continue;
    const auto selected = evaluate(want.filter.get(), c);
    if (!selected) return None{};
    if (!*selected) continue;
    count += c.count;
    for (std::size_t i = 0; i < tallies.size(); ++i) {
      bool absent = false;
      auto value = counted_value(argument.summary_requests[i], c, absent);
      if (!value) return None{};
      if (absent)
        tallies[i].add_absent(c.count);
      else {
        const std::string key(chars(*value));
        tallies[i].add(key, std::move(*value), c.count);
      }
    }
  }
  result.count = static_cast<SequenceNumber>(count);
  for (Tally& t : tallies) result.summaries.push_back(std::move(t).take());
  if (count == 0) return std::optional(std::move(result));

  ms::Span span;
  for (const backend::Order order : {backend::Order::ascending, backend::Order::descending}) {
    Want ends;
    ends.classes = want.classes;
    ends.with_children = want.with_children;
    ends.box = both(want.box, box_of(want.filter.get()));
    ends.order = order;
    ends.limit = 1;
    Selection entries(backend(), mailbox_->number, ends, false);
    X400_TRY(entry, entries.next());
    // The box may be wider than the filter: then the counters cannot tell the ends.
    if (!entry || (want.filter && service::evaluate(*want.filter, *entry) != Truth::yes)) return None{};
    (order == backend::Order::ascending ? span.lowest : span.highest) = entry->row().number;
  }
  result.span = span;
  return std::optional(std::move(result));
}

Result<ms::SummarizeResult> Session::summarize_entries(const ms::SummarizeArgument& argument,
                                                       const Want& want) const {
  ms::SummarizeResult result;
  std::vector<Tally> tallies(argument.summary_requests.begin(), argument.summary_requests.end());
  ms::EntryInformationSelection wanted;
  for (const ber::Oid& type : argument.summary_requests) wanted.push_back({type, {}, {}});
  Selection entries(backend(), mailbox_->number, want, needs_attributes(wanted));
  for (;;) {
    X400_TRY(entry, entries.next());
    if (!entry) break;
    const SequenceNumber number = entry->row().number;
    if (want.limit && result.count == *want.limit) {
      result.next = number;
      break;
    }
    ++result.count;
    if (!result.span) result.span = {number, number};
    result.span->lowest = std::min(result.span->lowest, number);
    result.span->highest = std::max(result.span->highest, number);
    for (Tally& t : tallies) {
      X400_CHECK(t.add(*entry));
      if (t.too_many()) return Error(ErrorKind::limit, "more than 32767 distinct values");
    }
  }
  for (Tally& t : tallies) result.summaries.push_back(std::move(t).take());
  return result;
}

}  // namespace x400::mstore::service
