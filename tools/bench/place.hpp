// Place: a store of its own for a measurement: a folder, a configuration, a running mstored.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "x400/access/connect.hpp"
#include "x400/access/runtime.hpp"
#include "x400/base/result.hpp"
#include "x400/p7client/client.hpp"

namespace bench {

class Place {
 public:
  /// Starts `mstored` (the program) with `mailboxes` mailboxes in a new folder below `under`.
  static x400::Result<std::unique_ptr<Place>> make(const std::filesystem::path& mstored,
                                                   const std::filesystem::path& under, unsigned mailboxes);
  /// The same over a store that is there, made by `bench data-set`, and stays.
  static x400::Result<std::unique_ptr<Place>> over(const std::filesystem::path& mstored,
                                                   const std::filesystem::path& under, unsigned mailboxes,
                                                   const std::filesystem::path& store);
  /// Ends the server and removes the folder.
  ~Place();

  const std::filesystem::path& folder() const { return folder_; }

  /// An association of the MTA, to deliver on.
  x400::Result<x400::access::AssociationPtr> mta(x400::access::Runtime& runtime) const;
  /// A user agent's.
  x400::Result<std::unique_ptr<x400::p7client::Client>> user(x400::access::Runtime& runtime,
                                                             unsigned mailbox) const;

 private:
  Place() = default;
  x400::Status write_files(unsigned mailboxes, const std::filesystem::path& store) const;
  x400::Status start(const std::filesystem::path& mstored);

  std::filesystem::path folder_;
  std::uint16_t p7_port_ = 0, p3_port_ = 0;
  pid_t server_ = -1;
};

}  // namespace bench
