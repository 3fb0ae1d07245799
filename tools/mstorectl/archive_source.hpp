// ArchiveSource: where the archive is read from: a running service, or a closed store.
//
// Errors: those of the service or store; malformed: the answer is not that of mstored.
// Threads: one at a time.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "service.hpp"
#include "x400/base/octets.hpp"

namespace x400::mstorectl {

class ArchiveSource {
 public:
  virtual ~ArchiveSource() = default;
  /// Entries behind `after`; none: that was all.
  virtual Result<boost::json::array> list(std::uint32_t after) = 0;
  virtual Result<boost::json::object> entry(std::uint32_t number) = 0;
  struct Piece {
    Octets octets;
    std::uint64_t size = 0;  ///< of the whole content
  };
  /// not_found: the entry has none.
  virtual Result<Piece> content(std::uint32_t number, std::uint64_t offset) = 0;
};

/// `service` outlives it.
std::unique_ptr<ArchiveSource> archive_of(const Service& service, std::string mailbox);
/// Opens the store: it is recovered as at a start of mstored, and locked as long as the source lives.
Result<std::unique_ptr<ArchiveSource>> archive_of(const std::filesystem::path& folder,
                                                  const std::string& mailbox);

}  // namespace x400::mstorectl
