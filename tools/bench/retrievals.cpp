#include <fmt/format.h>

#include <atomic>
#include <deque>

#include "floor.hpp"
#include "measures.hpp"
#include "x400/asn1/oids.hpp"

namespace bench {
namespace {

using namespace x400;
using Clock = std::chrono::steady_clock;
namespace operations = access::operations;
namespace attribute = asn1::oids::attribute;

Error error_of(const p7client::Failure& failure) { return Error(ErrorKind::unavailable, failure.text()); }

// Lists the ten that are new behind `settings.big` processed ones. Listing makes them listed, so ten more are
// delivered before each round.
Status list_new(const Settings& settings, const Place& place, p7client::Client& client, Table& table,
                const osi::Slice& content, std::uint64_t next) {
  Latencies latencies;
  std::size_t octets = 0;
  for (int round = 0; round < 30; ++round, next += 10) {
    X400_CHECK(fill(place, 0, next, 10, content));
    const auto begin = Clock::now();
    auto entries = client.list(p7client::new_entries());
    latencies.add(Clock::now() - begin);
    if (!entries.ok()) return error_of(entries.error());
    if (entries->size() != 10)
      return Error(ErrorKind::internal, fmt::format("{} new entries listed, not 10", entries->size()));
    octets = 0;
    for (const auto& e : *entries)
      for (const auto& a : e.attributes()) octets += a.encoded.size();
  }
  X400_TRY(floor, round_trip_floor(octets, 1, settings.time / 4));
  table.add({fmt::format("list the 10 new of {} entries", settings.big), "ms", latencies.milliseconds(50),
             floor.latencies.milliseconds(50), "loopback round trip of the same octets",
             latencies.milliseconds(50), latencies.milliseconds(99)});
  return Ok{};
}

osi::Chain fetch_argument(p7client::SequenceNumber number) {
  asn1::ms::FetchArgument argument;
  argument.item = number;
  argument.requested_attributes = asn1::ms::EntryInformationSelection{{attribute::content, {}, {}}};
  return argument.encode(asn1::Edition::e1994);
}

Status fetches(const Settings& settings, const access::AssociationPtr& association, Table& table,
               std::size_t size, p7client::SequenceNumber first, std::uint32_t count, unsigned outstanding) {
  std::deque<std::pair<Clock::time_point, access::Pending<access::Outcome>>> begun;
  Latencies latencies;
  std::uint64_t done = 0;
  std::uint32_t at = 0;
  const auto end = Clock::now() + settings.time;
  while (Clock::now() < end) {
    while (begun.size() < outstanding)
      begun.emplace_back(Clock::now(),
                         association->invoke(operations::fetch, fetch_argument(first + at++ % count)));
    const auto outcome = begun.front().second.get();
    if (!outcome.is_result()) return Error(ErrorKind::unavailable, access::to_string(outcome));
    latencies.add(Clock::now() - begun.front().first);
    begun.pop_front();
    ++done;
  }
  while (!begun.empty()) {
    static_cast<void>(begun.front().second.get());
    begun.pop_front();
  }
  X400_TRY(floor, round_trip_floor(size, outstanding, settings.time));
  table.add({fmt::format("fetches of {} kB, {} outstanding", size / 1000, outstanding), "per second",
             static_cast<double>(done) / std::chrono::duration<double>(settings.time).count(),
             floor.per_second, "loopback round trip of the same octets", latencies.milliseconds(50),
             latencies.milliseconds(99)});
  return Ok{};
}

// From the MTA's invoke to the whole content at the user agent, by alert if the store gives alerts.
Status delivery_to_fetch(const Place& place, Table& table, const osi::Slice& content) {
  access::Runtime runtime;
  X400_TRY(association, place.mta(runtime));
  X400_TRY(client, place.user(runtime, 1));
  const bool alerts = client->register_alert(1, std::nullopt, {}).ok();
  Latencies latencies;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto begin = Clock::now();
    auto delivered = association->invoke(operations::message_delivery,
                                         delivery(place.address(1), 900'000'000 + i, content));
    auto entries =
        client->wait_for(p7client::new_entries(), std::chrono::seconds(10), std::chrono::seconds(1));
    if (!entries.ok()) return error_of(entries.error());
    if (entries->empty()) return Error(ErrorKind::unavailable, "a delivered message was not seen in 10 s");
    auto whole = client->fetch(entries->front().sequence_number());
    if (!whole.ok()) return error_of(whole.error());
    latencies.add(Clock::now() - begin);
    if (!delivered.get().is_result()) return Error(ErrorKind::unavailable, "a delivery got no result");
  }
  table.add({alerts ? "delivery to fetched, by alert" : "delivery to fetched, by looking every second", "ms",
             latencies.milliseconds(50), 0, "", latencies.milliseconds(50), latencies.milliseconds(99)});
  return Ok{};
}

// Makes all processed, so that new ones can be told from them; asks for the content and throws it away.
Status process_all(p7client::Client& client) {
  auto taken = client.fetch_all({}, [](p7client::Entry) { return true; }, 48, {{attribute::content, {}, {}}});
  if (!taken.ok()) return error_of(taken.error());
  return Ok{};
}

}  // namespace

Status retrievals(const Settings& settings, Table& table) {
  X400_TRY(small, message_of(2000));
  X400_TRY(large, message_of(50'000));
  X400_TRY(place, Place::make(settings.mstored, settings.folder, 3));
  access::Runtime runtime;
  X400_CHECK(fill(*place, 0, 1, settings.big, small));
  X400_CHECK(fill(*place, 2, 1'000'000'000, 200, large));
  X400_TRY(client, place->user(runtime, 0));
  X400_TRY(other, place->user(runtime, 2));
  for (const unsigned outstanding : {1U, 32U})
    X400_CHECK(fetches(settings, client->association(), table, 2000, 1, std::min(settings.big, 10'000U),
                       outstanding));
  X400_CHECK(fetches(settings, other->association(), table, 50'000, 1, 200, 32));
  X400_CHECK(process_all(*client));
  X400_CHECK(list_new(settings, *place, *client, table, small, settings.big + 1));
  return delivery_to_fetch(*place, table, small);
}

}  // namespace bench
