#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cstdio>

namespace bench {
namespace {

std::string number(double n, int digits) { return n > 0 ? fmt::format("{:.{}f}", n, digits) : "-"; }

std::string ratio_text(const Row& row) {
  if (row.most <= 0) return number(ratio(row), 2);
  return fmt::format("{:.2f} ({:.2f}-{:.2f})", ratio(row), row.least, row.most);
}

}  // namespace

void Row::set(Latencies& latencies, const std::vector<Span>& checkpoints_met) {
  p50 = latencies.milliseconds(50);
  p99 = latencies.milliseconds(99);
  p99_apart = checkpoints_met.empty() ? p99 : latencies.outside(checkpoints_met).milliseconds(99);
  checkpoints = checkpoints_met.size();
  for (const Span& s : checkpoints_met) longest_checkpoint = std::max(longest_checkpoint, s.milliseconds());
}

double ratio(const Row& row) {
  if (row.floor <= 0 || row.figure <= 0) return 0;
  return row.unit == "ms" ? row.floor / row.figure : row.figure / row.floor;
}

std::vector<Row> medians(const std::vector<std::vector<Row>>& rounds) {
  std::vector<Row> out;
  for (std::size_t i = 0; !rounds.empty() && i < rounds.front().size(); ++i) {
    std::vector<const Row*> same;
    for (const auto& round : rounds)
      if (i < round.size()) same.push_back(&round[i]);
    const auto weight = [](const Row* row) { return row->floor > 0 ? ratio(*row) : row->figure; };
    std::sort(same.begin(), same.end(), [&](auto* a, auto* b) { return weight(a) < weight(b); });
    out.push_back(*same[same.size() / 2]);
    out.back().least = ratio(*same.front());
    out.back().most = ratio(*same.back());
  }
  return out;
}

void Table::add(Row row) {
  if (form_ == Form::people) {
    if (rows_.empty())
      fmt::print("{:<20} {:<62} {:<9} {:>11} {:>11} {:>16} {:<14} {:>8} {:>8} {:>8} {:>6}  {}\n", "measure",
                 "what", "entries", "figure", "floor", "ratio", "wanted", "p50 ms", "p99 ms", "apart",
                 "chkpts", "the floor");
    const int digits = row.unit == "ms" ? 3 : 0;
    fmt::print("{:<20} {:<62} {:<9} {:>11} {:>11} {:>16} {:<14} {:>8} {:>8} {:>8} {:>6}  {}\n", row.name,
               row.what + ", " + row.unit, row.entries, number(row.figure, digits), number(row.floor, digits),
               ratio_text(row), row.wanted, number(row.p50, 3), number(row.p99, 3), number(row.p99_apart, 3),
               row.checkpoints == 0 ? "-" : fmt::format("{}", row.checkpoints), row.floor_what);
    std::fflush(stdout);
  }
  rows_.push_back(std::move(row));
}

void Table::finish() {
  if (form_ != Form::json) return;
  boost::json::array rows;
  for (const Row& r : rows_)
    rows.push_back({{"measure", r.name},
                    {"what", r.what},
                    {"entries", r.entries},
                    {"unit", r.unit},
                    {"figure", r.figure},
                    {"floor", r.floor},
                    {"ratio", ratio(r)},
                    {"ratio_of_worst_round", r.least},
                    {"ratio_of_best_round", r.most},
                    {"wanted", r.wanted},
                    {"p50_ms", r.p50},
                    {"p99_ms", r.p99},
                    {"p99_apart_from_checkpoints_ms", r.p99_apart},
                    {"checkpoints", r.checkpoints},
                    {"longest_checkpoint_ms", r.longest_checkpoint},
                    {"floor_what", r.floor_what}});
  fmt::print("{}\n", boost::json::serialize(rows));
}

}  // namespace bench
