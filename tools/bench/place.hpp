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

struct PlaceOptions {
  std::filesystem::path mstored;  ///< the program
  std::filesystem::path under;    ///< a new folder is made below it, and removed at the end
  unsigned mailboxes = 1;
  /// A store that is there, made by `bench data-set`, and stays. Empty: a new one in the folder.
  std::filesystem::path store = {};
  /// scrypt N of the users' passwords. The cheapest, where the cost of a bind is not what is measured.
  std::uint64_t cost = 2;
  std::size_t associations = 0;  ///< [limits]: so many in all and from one address; 0: mstored's default
  bool tls = false;              ///< on the P7 port, with a certificate made for it (by openssl)
};

class Place {
 public:
  /// Starts mstored and waits until it answers.
  static x400::Result<std::unique_ptr<Place>> make(const PlaceOptions& options);
  /// Ends the server and removes the folder.
  ~Place();

  const std::filesystem::path& folder() const { return folder_; }
  /// Octets of private memory that mstored holds: without what its files have in the cache.
  double memory() const;

  /// An association of the MTA, to deliver on.
  x400::Result<x400::access::AssociationPtr> mta(x400::access::Runtime& runtime) const;
  /// A user agent's, as a client of its own would make it.
  x400::access::ConnectOptions user_options(unsigned mailbox) const;
  x400::Result<std::unique_ptr<x400::p7client::Client>> user(x400::access::Runtime& runtime,
                                                             unsigned mailbox) const;

 private:
  Place() = default;
  x400::Status write_files(const PlaceOptions& options) const;
  x400::Status start(const std::filesystem::path& mstored);

  std::filesystem::path folder_;
  std::uint16_t p7_port_ = 0, p3_port_ = 0;
  std::shared_ptr<x400::access::TlsClient> tls_;
  pid_t server_ = -1;
};

}  // namespace bench
