// FileSpool: long PDUs in files without a name, which the system writes out when memory is short and which
// are gone with the process, whatever ends it.
//
//   options.limits.spool = FileSpool::open({.folder = "/var/lib/mstore", .from = 1 << 20, .keep_free = 64 <<
//   20})
//
// Where there is no room for a PDU (keep_free, open files, an error of the disk) it lies in memory.
// docs/decisions/spool.md says what that is worth.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "x400/base/result.hpp"
#include "x400/osi/spool.hpp"

namespace x400::access {

class FileSpool final : public osi::Spool {
 public:
  struct Options {
    std::filesystem::path folder;        ///< where the files are made; it must be there and writable
    std::size_t from = 1024 * 1024;      ///< octets of a PDU from which on it lies in a file
    std::uint64_t keep_free = 64 << 20;  ///< octets of the disk that are left alone
  };

  /// Makes a file to see whether it works. Error: io (the folder's file system knows no files without a name,
  /// or no allocation in advance, for instance NFS).
  static Result<std::shared_ptr<FileSpool>> open(Options options);

  std::unique_ptr<osi::SpooledOctets> open() override;

 private:
  explicit FileSpool(Options options) : Spool(options.from), options_(std::move(options)) {}

  const Options options_;
};

}  // namespace x400::access
