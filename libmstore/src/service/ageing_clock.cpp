// The clock that Ageing goes by: noted in the store, so that a leap while the service was down is one too.
#include <algorithm>
#include <array>

#include "service/ageing.hpp"
#include "service/items.hpp"
#include "x400/ber/reader.hpp"
#include "x400/ber/writer.hpp"

namespace x400::mstore::service {

namespace {

constexpr backend::Time keep_every = 3'600'000;

Octets encode(const TrustedClock::Seen& seen) {
  ber::Writer w;
  w.constructed(ber::tags::sequence, [&] {
    w.integer(ber::context(0), seen.trusted);
    w.integer(ber::context(1), seen.wall);
    w.integer(ber::context(2), seen.apart);
  });
  return std::move(w).take();
}

Result<TrustedClock::Seen> decode_seen(View octets) {
  X400_TRY(whole, ber::read_one(octets));
  ber::Reader r(whole.content);
  std::array<std::int64_t, 3> n{};
  for (std::uint32_t i = 0; i < n.size(); ++i) {
    X400_TRY(e, r.expect(ber::context(i)));
    X400_TRY(value, ber::read_integer(e));
    n[i] = value;
  }
  return TrustedClock::Seen{n[0], n[1], n[2]};
}

}  // namespace

// The note lies in the first mailbox: a store without one has nothing to lose.
Status load_clock(Engine& engine) {
  const auto all = engine.all();
  if (all.empty()) return Ok{};
  X400_TRY(item, engine.backend().item(all.front()->number, items::clock, {}));
  if (!item) return Ok{};
  X400_TRY(seen, decode_seen(item->value));
  engine.clock.begin(seen);
  return Ok{};
}

Status Ageing::keep_clock() {
  const TrustedClock::Seen seen = engine_.clock.seen();
  if (clock_kept_ && std::abs(seen.wall - *clock_kept_) < keep_every) return Ok{};
  const auto all = engine_.all();
  if (all.empty() || !in_use()) return Ok{};
  backend::ItemChange change;
  change.kind = items::clock;
  change.value = encode(seen);
  backend::ChangeSet set;
  set.mailbox = all.front()->number;
  set.items.push_back(std::move(change));
  auto done = commit(std::move(set));
  if (!done.ok()) return done.error().error;
  clock_kept_ = seen.wall;
  return Ok{};
}

// Whether time takes anything away here at all.
bool Ageing::in_use() const {
  const auto all = engine_.all();
  return std::any_of(all.begin(), all.end(), [this](const MailboxPtr& mailbox) {
    const Policy p = engine_.policy(*mailbox);
    const auto set = [](const auto& time) { return time && time->count() > 0; };
    return (p.in_box && p.in_box->age.count() > 0) || (p.out_box && p.out_box->age.count() > 0) ||
           set(p.logs) || set(p.hold) || set(p.archive);
  });
}

void Ageing::tell_clock() {
  const auto change = engine_.clock.take_change();
  if (!change) return;
  Notice notice;
  notice.kind = change->believed ? Notice::Kind::clock_believed : Notice::Kind::clock_ahead;
  notice.ahead = std::chrono::milliseconds(change->ahead);
  engine_.notices.tell(notice);
}

}  // namespace x400::mstore::service
