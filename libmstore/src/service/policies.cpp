#include "service/policies.hpp"

#include <algorithm>
#include <array>

namespace x400::mstore::service {

namespace {

using std::chrono::seconds;

// Tags inside [3]: quotas 0 to 2, retention 3 and 4, times 5 to 7.
constexpr std::uint32_t tag_quota = 0, tag_retention = 3, tag_time = 5;

template <class P>  // Policy or const Policy
auto quotas(P& p) {
  return std::array{&p.delivery, &p.submission, &p.draft};
}
template <class P>
auto retentions(P& p) {
  return std::array{&p.in_box, &p.out_box};
}
template <class P>
auto times(P& p) {
  return std::array{&p.logs, &p.hold, &p.archive};
}
template <class Q>  // Quota or const Quota
auto limits(Q& q) {
  return std::array{&q.soft_entries, &q.hard_entries, &q.soft_octets, &q.hard_octets};
}

void write_quota(ber::Writer& w, std::uint32_t tag, const Quota& quota) {
  w.constructed(ber::context(tag), [&] {
    std::uint32_t n = 0;
    for (const auto* limit : limits(quota)) {
      if (*limit)
        w.integer(ber::context(n), static_cast<std::int64_t>(std::min<std::uint64_t>(**limit, INT64_MAX)));
      ++n;
    }
  });
}

Result<Quota> read_quota(const ber::Element& e) {
  Quota quota;
  const auto all = limits(quota);
  ber::Reader r(e.content);
  while (!r.at_end()) {
    X400_TRY(limit, r.next());
    X400_TRY(value, ber::read_integer(limit));
    if (limit.tag.number < all.size() && value >= 0)
      *all[limit.tag.number] = static_cast<std::uint64_t>(value);
  }
  return quota;
}

Result<Retention> read_retention(const ber::Element& e) {
  Retention retention;
  ber::Reader r(e.content);
  X400_TRY(age, r.expect(ber::context(0)));
  X400_TRY(s, ber::read_integer(age));
  X400_TRY(of, r.expect(ber::context(1)));
  X400_TRY(which, ber::read_integer(of));
  // Of what is not known, nothing goes but what certainly may.
  const bool known = which >= 0 && which <= static_cast<int>(Retention::Of::not_new);
  retention.age = seconds(s);
  retention.of = known ? static_cast<Retention::Of>(which) : Retention::Of::processed;
  return retention;
}

}  // namespace

Policy effective(const Policy& mailbox, const Policy& store) {
  Policy out = mailbox;
  const auto fill = [](const auto& to, const auto& from) {
    for (std::size_t i = 0; i < to.size(); ++i)
      if (!*to[i]) *to[i] = *from[i];
  };
  fill(quotas(out), quotas(store));
  fill(retentions(out), retentions(store));
  fill(times(out), times(store));
  return out;
}

Status check(const Policy& policy) {
  for (const auto* quota : quotas(policy)) {
    if (!*quota) continue;
    const Quota& q = **quota;
    if ((q.soft_entries && q.hard_entries && *q.soft_entries > *q.hard_entries) ||
        (q.soft_octets && q.hard_octets && *q.soft_octets > *q.hard_octets))
      return Error(ErrorKind::invalid, "a soft quota above the hard one");
  }
  for (const auto* retention : retentions(policy))
    if (*retention && (*retention)->age.count() < 0) return Error(ErrorKind::invalid, "a negative retention");
  for (const auto* time : times(policy))
    if (*time && (*time)->count() < 0) return Error(ErrorKind::invalid, "a negative time to keep");
  return Ok{};
}

void write(ber::Writer& w, const Policy& policy) {
  w.constructed(ber::context(3), [&] {
    std::uint32_t tag = tag_quota;
    for (const auto* quota : quotas(policy)) {
      if (*quota) write_quota(w, tag, **quota);
      ++tag;
    }
    tag = tag_retention;
    for (const auto* retention : retentions(policy)) {
      if (*retention)
        w.constructed(ber::context(tag), [&] {
          w.integer(ber::context(0), (*retention)->age.count());
          w.integer(ber::context(1), static_cast<std::int64_t>((*retention)->of));
        });
      ++tag;
    }
    tag = tag_time;
    for (const auto* time : times(policy)) {
      if (*time) w.integer(ber::context(tag), (*time)->count());
      ++tag;
    }
  });
}

Result<Policy> read_policy(const ber::Element& e) {
  Policy policy;
  ber::Reader r(e.content);
  while (!r.at_end()) {
    X400_TRY(field, r.next());
    const std::uint32_t tag = field.tag.number;
    if (tag < tag_retention) {
      X400_TRY(quota, read_quota(field));
      *quotas(policy)[tag - tag_quota] = quota;
    } else if (tag < tag_time) {
      X400_TRY(retention, read_retention(field));
      *retentions(policy)[tag - tag_retention] = retention;
    } else if (tag < tag_time + times(policy).size()) {
      X400_TRY(time, ber::read_integer(field));
      *times(policy)[tag - tag_time] = seconds(time);
    }
  }
  return policy;
}

}  // namespace x400::mstore::service
