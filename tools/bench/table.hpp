// What was measured: rows of figure, floor and ratio; printed as a table or as JSON.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace bench {

struct Row {
  std::string what;
  std::string unit;         ///< "per second", or "ms"
  double figure = 0;        ///< of the store
  double floor = 0;         ///< of a bare program doing the same disk and socket work; 0: none
  std::string floor_what;   ///< what the floor does
  double p50 = 0, p99 = 0;  ///< milliseconds; 0: not measured
};

/// figure / floor for rates, floor / figure for times: 1 is as fast as bare; 0 without a floor.
double ratio(const Row& row);

/// Prints each row as it comes (people), or all at the end (JSON).
class Table {
 public:
  explicit Table(bool json) : json_(json) {}
  void add(Row row);
  void finish();

 private:
  bool json_;
  std::vector<Row> rows_;
};

/// Durations in the order measured; gives percentiles.
class Latencies {
 public:
  void add(std::chrono::nanoseconds t) { all_.push_back(t); }
  void add(const Latencies& other) { all_.insert(all_.end(), other.all_.begin(), other.all_.end()); }
  double milliseconds(double percentile);  ///< 0 if there is none

 private:
  std::vector<std::chrono::nanoseconds> all_;
};

}  // namespace bench
