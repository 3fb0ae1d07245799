// FileSpool: long PDUs in files without a name, which the system writes out when memory is short and which
// are gone with the process, whatever ends it.
//
//   options.limits.spool = *FileSpool::open({.folder = "/var/lib/mstore"});
//
// It leaves alone what keep_free says, and as much again as it has taken: what a message needs in the store's
// log, on the same disk. Where there is no room for a PDU it lies in memory; where the system refuses a file
// or a write (too many open files, a quota, an error) as well, and that is told. docs/decisions/spool.md says
// what that is worth.
//
// Threads: open() from any thread; each SpooledOctets from one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "x400/base/result.hpp"
#include "x400/osi/spool.hpp"

namespace x400::access {

class FileSpool final : public osi::Spool {
 public:
  struct Options {
    std::filesystem::path folder;        ///< where the files are made; it must be there and writable
    std::size_t from = 1024 * 1024;      ///< octets of a PDU from which on it lies in a file
    std::uint64_t keep_free = 64 << 20;  ///< octets of the disk that are left alone
    /// Told, at most once a minute, what the system refused: "a file without a name in /x: Too many open
    /// files". On the thread that receives: it must not block. Empty: nobody is told.
    std::function<void(const std::string&)> trouble;
  };
  class State;

  /// Makes a file to see whether it works. Error: io (the folder's file system knows no files without a name,
  /// for instance NFS).
  static Result<std::shared_ptr<FileSpool>> open(Options options);

  std::unique_ptr<osi::SpooledOctets> open() override;

 private:
  explicit FileSpool(Options options);

  const std::shared_ptr<State> state_;  // of its files too, which may outlive it
};

}  // namespace x400::access
