// FileSpool: long PDUs in files without a name, which the system writes out when memory is short and which
// are gone with the process, whatever ends it.
//
//   options.limits.spool = *FileSpool::open({.folder = "/var/lib/mstore"});
//
// It leaves alone what keep_free says, and as much again as it has taken: what a message needs in the store's
// log, on the same disk. Where there is no room for a PDU (of the disk, of open files, an error) it lies in
// memory. docs/decisions/spool.md says what that is worth.
#pragma once

#include <atomic>
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
  /// Octets of all its files.
  using Taken = std::atomic<std::uint64_t>;

  /// Makes a file to see whether it works. Error: io (the folder's file system knows no files without a name,
  /// for instance NFS).
  static Result<std::shared_ptr<FileSpool>> open(Options options);

  std::unique_ptr<osi::SpooledOctets> open() override;

 private:
  explicit FileSpool(Options options) : Spool(options.from), options_(std::move(options)) {}

  const Options options_;
  const std::shared_ptr<Taken> taken_ = std::make_shared<Taken>(0);
};

}  // namespace x400::access
