// What was measured: rows of figure, floor and ratio; printed as a table or as JSON.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "latencies.hpp"

namespace bench {

struct Row {
  std::string name;          ///< of the measure
  std::string what;          ///< in words
  std::string entries;       ///< "new" or "processed", where it counts
  std::string unit;          ///< "per second", "MB per second", or "ms"
  double figure = 0;         ///< of the store
  double floor = 0;          ///< of a bare program doing the same disk and socket work; 0: none
  std::string floor_what{};  ///< what the floor does
  std::string wanted{};      ///< what the project holds itself to; may be empty
  double p50 = 0, p99 = 0;   ///< milliseconds; 0: not measured
  double p99_apart = 0;      ///< of what met no checkpoint of the index
  std::size_t checkpoints = 0;
  double longest_checkpoint = 0;  ///< milliseconds
  double least = 0, most = 0;     ///< ratio of the worst and of the best round, where there were several

  void set(Latencies& latencies, const std::vector<Span>& checkpoints_met = {});
};

/// figure / floor for rates, floor / figure for times: 1 is as fast as bare; 0 without a floor.
double ratio(const Row& row);

/// Of rounds with the same rows: of each row the one with the median ratio, without a floor the median
/// figure.
std::vector<Row> medians(const std::vector<std::vector<Row>>& rounds);

/// Prints each row as it comes (people), or all at the end (JSON).
class Table {
 public:
  enum class Form { people, json, none };
  explicit Table(Form form) : form_(form) {}
  void add(Row row);
  void finish();
  const std::vector<Row>& rows() const { return rows_; }

 private:
  Form form_;
  std::vector<Row> rows_;
};

}  // namespace bench
