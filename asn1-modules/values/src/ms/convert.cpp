#include "convert.hpp"

#include "x400/asn1/time.hpp"

namespace x400::asn1::ms::convert {
namespace {

constexpr std::int64_t max_attribute_values = 32767;

template <class T>
Result<std::optional<T>> bounded(const long* value, std::int64_t lowest, std::int64_t highest,
                                 std::string_view what) {
  if (value == nullptr) return std::optional<T>{};
  X400_TRY(n, number(*value, lowest, highest, what));
  return std::optional<T>(static_cast<T>(n));
}

Result<std::optional<std::chrono::sys_seconds>> time(const MsTime_t* value) {
  if (value == nullptr) return std::optional<std::chrono::sys_seconds>{};
  X400_TRY(t, parse_utc_time(chars(codec::octets_of(*value))));
  return std::optional<std::chrono::sys_seconds>(t);
}

Result<Range> range(const MsRange_t& value) {
  if (value.present == MsRange_PR_sequence_number) {
    const MsNumberRange_t& r = value.choice.sequence_number;
    X400_TRY(from, bounded<SequenceNumber>(r.from, 0, max_sequence_number, "range"));
    X400_TRY(to, bounded<SequenceNumber>(r.to, 0, max_sequence_number, "range"));
    return Range(NumberRange{from, to});
  }
  if (value.present == MsRange_PR_creation_time) {
    X400_TRY(from, time(value.choice.creation_time.from));
    X400_TRY(to, time(value.choice.creation_time.to));
    return Range(TimeRange{from, to});
  }
  return malformed("unknown kind of range");
}

Override override_bits(const BIT_STRING_t& value) {
  const auto bit = [&](unsigned n) {
    return static_cast<std::size_t>(value.size) > n / 8 && (value.buf[n / 8] & (0x80U >> n % 8)) != 0;
  };
  return {bit(0), bit(1), bit(2)};
}

}  // namespace

Result<std::int64_t> number(long value, std::int64_t lowest, std::int64_t highest, std::string_view what) {
  if (value < lowest || value > highest)
    return malformed(std::string(what) + " " + std::to_string(value) + " out of range");
  return static_cast<std::int64_t>(value);
}

Result<SequenceNumber> sequence_number(long value) {
  X400_TRY(n, number(value, 0, max_sequence_number, "sequence number"));
  return static_cast<SequenceNumber>(n);
}

Result<EntryClass> entry_class(const long* value) {
  if (value == nullptr) return EntryClass::delivery;
  X400_TRY(n, number(*value, 0, 128, "entry class"));
  return static_cast<EntryClass>(n);
}

Result<ber::Oid> oid(const OBJECT_IDENTIFIER_t& value) {
  return ber::Oid::from_contents(codec::octets_of(value));
}

Result<Octets> tlv(const ANY_t& value) {
  X400_TRY(element, ber::read_one(codec::octets_of(value)));
  return to_octets(element.whole);
}

Result<Extensions> extensions(const MsExtensions_t* value) {
  Extensions out;
  if (value == nullptr) return out;
  for (const auto* member : codec::items(*value)) {
    X400_TRY(type, oid(member->type));
    X400_TRY(inner, tlv(member->value));
    out.push_back({std::move(type), std::move(inner)});
  }
  return out;
}

Result<MessageGroupName> group_name(const MsGroupName_t& value) {
  MessageGroupName out;
  for (const auto* part : codec::items(value)) out.push_back(codec::text_of(*part));
  if (out.empty()) return malformed("message group name without parts");
  return out;
}

Result<Selector> selector(const MsSelector_t& value, Edition edition, const FilterLimits& limits) {
  Selector s;
  s.child_entries = value.child_entries != nullptr && *value.child_entries != 0;
  if (value.range != nullptr) {
    X400_TRY(r, range(*value.range));
    s.range = r;
  }
  if (value.filter != nullptr) {
    X400_TRY(f, read_filter(codec::octets_of(*value.filter), edition, limits));
    s.filter = std::move(f);
  }
  X400_TRY(limit, bounded<SequenceNumber>(value.limit, 1, max_sequence_number, "limit"));
  s.limit = limit;
  if (value.override != nullptr) s.override_ = override_bits(*value.override);
  return s;
}

Result<EntryInformationSelection> selection(const MsSelection_t& value) {
  EntryInformationSelection out;
  for (const auto* member : codec::items(value)) {
    X400_TRY(type, oid(member->type));
    X400_TRY(from, bounded<std::uint32_t>(member->from, 1, max_attribute_values, "from"));
    X400_TRY(count, bounded<std::uint32_t>(member->count, 0, max_attribute_values, "count"));
    out.push_back({std::move(type), from, count});
  }
  if (out.size() > max_selections) return Error(ErrorKind::limit, "too many attributes requested");
  return out;
}

Result<AutoActionErrorIndication> indication(const MsErrorIndication_t& value) {
  switch (value.present) {
    case MsErrorIndication_PR_indication_only: return AutoActionErrorIndication{};
    case MsErrorIndication_PR_log_entry: {
      X400_TRY(n, sequence_number(value.choice.log_entry));
      return AutoActionErrorIndication{n};
    }
    default: return malformed("unknown kind of auto-action error indication");
  }
}

Result<SubmissionOptions> options(const MsSubmissionOptions_t& value) {
  SubmissionOptions o;
  if (value.object_entry_class != nullptr) {
    X400_TRY(c, entry_class(value.object_entry_class));
    o.object_entry_class = c;
  }
  o.disable_auto_modify = value.disable_auto_modify != nullptr && *value.disable_auto_modify != 0;
  if (value.add_message_group_names != nullptr)
    for (const auto* member : codec::items(*value.add_message_group_names)) {
      X400_TRY(name, group_name(*member));
      o.add_message_group_names.push_back(std::move(name));
    }
  X400_TRY(ext, extensions(value.extensions));
  o.extensions = std::move(ext);
  return o;
}

}  // namespace x400::asn1::ms::convert
