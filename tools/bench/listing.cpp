#include "listing.hpp"

#include <fmt/format.h>

#include "delivering.hpp"

namespace bench {

using namespace x400;

namespace {

Status bind_and_list(access::Runtime& runtime, const Place& place, unsigned mailbox, ListFigures& figures) {
  const auto begin = Clock::now();
  X400_TRY(client, place.user(runtime, mailbox));
  auto entries = client->list(p7client::new_entries());
  figures.latencies.add(begin, Clock::now());
  if (!entries.ok()) return Error(ErrorKind::unavailable, entries.error().text());
  if (entries->size() != 10)
    return Error(ErrorKind::internal, fmt::format("{} new entries listed, not 10", entries->size()));
  figures.octets = 0;
  for (const auto& e : *entries)
    for (const auto& a : e.attributes()) figures.octets += a.encoded.size();
  return Ok{};
}

// Counters are read from the index, which then has all that was delivered: who comes later finds it so.
Status have_indexed(access::Runtime& runtime, const Place& place, unsigned mailbox) {
  X400_TRY(client, place.user(runtime, mailbox));
  auto counted = client->summarize(p7client::new_entries());
  if (!counted.ok()) return Error(ErrorKind::unavailable, counted.error().text());
  return Ok{};
}

}  // namespace

Result<ListFigures> bind_and_list(const Place& place, unsigned mailbox, int rounds, const osi::Slice& content,
                                  std::uint64_t& next) {
  access::Runtime runtime(1);
  ListFigures figures;
  for (int round = 0; round < rounds; ++round, next += 10) {
    X400_CHECK(fill(place, mailbox, next, 10, content));
    X400_CHECK(have_indexed(runtime, place, mailbox));
    X400_CHECK(bind_and_list(runtime, place, mailbox, figures));
  }
  return figures;
}

Result<ListFigures> bind_and_list_once(const Place& place, unsigned mailbox) {
  access::Runtime runtime(1);
  ListFigures figures;
  X400_CHECK(bind_and_list(runtime, place, mailbox, figures));
  return figures;
}

Status list_all(const Place& place, unsigned mailbox) {
  access::Runtime runtime(1);
  X400_TRY(client, place.user(runtime, mailbox));
  auto entries = client->list(p7client::new_entries());
  if (!entries.ok()) return Error(ErrorKind::unavailable, entries.error().text());
  return Ok{};
}

}  // namespace bench
