// The measurements, each with a name to be chosen by. Each adds its rows to the table.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "table.hpp"
#include "x400/base/result.hpp"

namespace bench {

struct Settings {
  std::filesystem::path mstored, folder;
  std::filesystem::path data_set;        ///< empty: measures of scale cannot run
  std::chrono::milliseconds time{3000};  ///< of each measurement that lasts a time
  std::optional<std::uint64_t> entries;  ///< of those that want a number
  std::uint64_t entries_or(std::uint64_t usual) const { return entries.value_or(usual); }
};

struct Measure {
  std::string name;
  std::string what;
  std::function<x400::Status(const Measure&, const Settings&, Table&)> run;
  bool scale = false;  ///< wants the data set
};

std::vector<Measure> engine_measures();     ///< the library alone
std::vector<Measure> delivery_measures();   ///< over P3
std::vector<Measure> retrieval_measures();  ///< over P7
std::vector<Measure> all_measures();

}  // namespace bench
