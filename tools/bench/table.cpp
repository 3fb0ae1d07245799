#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cstdio>

namespace bench {

double ratio(const Row& row) {
  if (row.floor <= 0 || row.figure <= 0) return 0;
  return row.unit == "per second" ? row.figure / row.floor : row.floor / row.figure;
}

void Table::add(Row row) {
  if (!json_) {
    if (rows_.empty())
      fmt::print("{:<52} {:>12} {:>12} {:>6} {:>8} {:>8}  {}\n", "what", "figure", "floor", "ratio", "p50 ms",
                 "p99 ms", "the floor");
    const auto number = [](double n, int digits) { return n > 0 ? fmt::format("{:.{}f}", n, digits) : "-"; };
    const int digits = row.unit == "ms" ? 3 : 0;
    fmt::print("{:<52} {:>12} {:>12} {:>6} {:>8} {:>8}  {}\n", row.what + ", " + row.unit,
               number(row.figure, digits), number(row.floor, digits), number(ratio(row), 2),
               number(row.p50, 3), number(row.p99, 3), row.floor_what);
    std::fflush(stdout);
  }
  rows_.push_back(std::move(row));
}

void Table::finish() {
  if (!json_) return;
  boost::json::array rows;
  for (const Row& r : rows_)
    rows.push_back({{"what", r.what},
                    {"unit", r.unit},
                    {"figure", r.figure},
                    {"floor", r.floor},
                    {"ratio", ratio(r)},
                    {"p50_ms", r.p50},
                    {"p99_ms", r.p99},
                    {"floor_what", r.floor_what}});
  fmt::print("{}\n", boost::json::serialize(rows));
}

double Latencies::milliseconds(double percentile) {
  if (all_.empty()) return 0;
  const auto at = static_cast<std::size_t>(percentile / 100 * static_cast<double>(all_.size() - 1));
  std::nth_element(all_.begin(), all_.begin() + static_cast<std::ptrdiff_t>(at), all_.end());
  return std::chrono::duration<double, std::milli>(all_[at]).count();
}

}  // namespace bench
