// The reference data set: mailboxes as they are in use, made by direct calls of the engine in minutes.
//
//   user0 ...        `mailboxes` equal ones: `processed` processed entries, then `fresh` new ones
//   then four more   1,000, 10,000, 100,000 and `big` entries, the last 10 of each new: for curves
//
// One in a hundred messages is urgent, two in a hundred are non-urgent; one in a thousand is military
// (flash), one has three times the size, one has "Zebra" in its subject. Originators take turns among 50.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "messages.hpp"
#include "x400/base/result.hpp"

namespace bench {

struct DataSetOptions {
  std::filesystem::path folder;
  unsigned mailboxes = 100;
  std::uint32_t processed = 10'000, fresh = 1'000;
  std::uint32_t big = 500'000;
  std::size_t size = 10'000;
};

struct DataSetBox {
  unsigned user = 0;  ///< "userN", address_of(N)
  std::uint32_t processed = 0, fresh = 0;
  std::uint32_t all() const { return processed + fresh; }
};
std::vector<DataSetBox> boxes_of(const DataSetOptions& options);

/// exists: there is something in the folder.
x400::Status make_data_set(const DataSetOptions& options);
/// How many of its mailboxes are equal ones; they stand first. invalid: it was not made by make_data_set().
x400::Result<unsigned> equal_mailboxes(const std::filesystem::path& folder);

inline constexpr const char* rare_word = "Zebra";
std::string originator_text(unsigned number);

/// Every message of the data set, by its number among all.
class DataSetMessages {
 public:
  static x400::Result<DataSetMessages> make(std::size_t size);
  x400::Octets envelope(std::uint64_t number) const;
  const x400::osi::Slice& content(std::uint64_t number) const;

 private:
  std::vector<Numbered> envelopes_;
  std::vector<x400::osi::Slice> plain_;
  x400::osi::Slice rare_, large_, military_;
};

}  // namespace bench
