#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "floor.hpp"
#include "measures.hpp"
#include "x400/content/compose.hpp"

namespace bench {
namespace {

using namespace x400;
using Clock = std::chrono::steady_clock;
namespace operations = access::operations;

struct Load {
  std::atomic<std::uint64_t> done{0}, next{1};
  std::atomic<bool> failed{false};
};

void deliver_until(Clock::time_point end, const access::AssociationPtr& association,
                   const asn1::ORAddress& to, const osi::Slice& content, Load& load, Latencies& latencies) {
  for (auto begin = Clock::now(); begin < end; begin = Clock::now()) {
    const auto outcome =
        association->invoke(operations::message_delivery, delivery(to, load.next++, content)).get();
    if (!outcome.is_result()) {
      load.failed = true;
      return;
    }
    latencies.add(Clock::now() - begin);
    ++load.done;
  }
}

Status measure(const Settings& settings, Table& table, std::size_t size, unsigned associations) {
  X400_TRY(content, message_of(size));
  X400_TRY(place, Place::make(settings.mstored, settings.folder, associations));
  access::Runtime runtime;
  std::vector<access::AssociationPtr> all;
  for (unsigned i = 0; i < associations; ++i) {
    X400_TRY(association, place->mta(runtime));
    all.push_back(std::move(association));
  }
  Load load;
  std::vector<Latencies> latencies(associations);
  std::vector<std::thread> threads;
  const auto end = Clock::now() + settings.time;
  for (unsigned i = 0; i < associations; ++i)
    threads.emplace_back(
        [&, i] { deliver_until(end, all[i], place->address(i), content, load, latencies[i]); });
  for (auto& t : threads) t.join();
  if (load.failed) return Error(ErrorKind::unavailable, "a delivery got no result");
  for (unsigned i = 1; i < associations; ++i) latencies[0].add(latencies[i]);
  const double seconds = std::chrono::duration<double>(settings.time).count();
  all.clear();
  place.reset();  // the floor has disk and processors for itself, as the store had
  X400_TRY(floor, append_floor(settings.folder, associations, size, settings.time));
  table.add({fmt::format("durable deliveries of {} kB, {} association{}", size / 1000, associations,
                         associations > 1 ? "s" : ""),
             "per second", static_cast<double>(load.done) / seconds, floor.per_second,
             "loopback, append, one sync for all waiting", latencies[0].milliseconds(50),
             latencies[0].milliseconds(99)});
  return Ok{};
}

}  // namespace

Result<osi::Slice> message_of(std::size_t size) {
  content::NewHeading heading;
  heading.this_ipm.local = "bench";
  heading.subject = "A message to be measured";
  const std::size_t frame = 120;
  X400_TRY(part, content::ia5_text_part(std::string(size > frame ? size - frame : 1, 'x')));
  X400_TRY(octets, content::compose_ipm(heading, {part}));
  return osi::Slice(std::move(octets));
}

Status fill(const Place& place, unsigned mailbox, std::uint64_t first, std::uint64_t count,
            const osi::Slice& content) {
  constexpr std::size_t window = 48;
  access::Runtime runtime;
  X400_TRY(association, place.mta(runtime));
  const auto to = place.address(mailbox);
  std::vector<access::Pending<access::Outcome>> begun;
  std::size_t oldest = 0;
  const auto settle = [&]() -> Status {
    const auto outcome = begun[oldest++].get();
    if (!outcome.is_result()) return Error(ErrorKind::unavailable, access::to_string(outcome));
    return Ok{};
  };
  for (std::uint64_t i = 0; i < count; ++i) {
    begun.push_back(association->invoke(operations::message_delivery, delivery(to, first + i, content)));
    if (begun.size() - oldest >= window) X400_CHECK(settle());
  }
  while (oldest < begun.size()) X400_CHECK(settle());
  return Ok{};
}

Status deliveries(const Settings& settings, Table& table) {
  for (const std::size_t size : {std::size_t{2000}, std::size_t{50'000}})
    for (const unsigned associations : {1U, 16U}) X400_CHECK(measure(settings, table, size, associations));
  return Ok{};
}

}  // namespace bench
