// Notices: the sinks of Store::subscribe_notices().
//
// Threads: any. A sink is called one notice at a time and never after its subscription went.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "x400/mstore/notice.hpp"

namespace x400::mstore::service {

class Notices {
 public:
  std::unique_ptr<Subscription> add(std::function<void(const Notice&)> sink);
  void tell(const Notice& notice);
  bool wanted() const;

 private:
  struct Sinks {
    std::recursive_mutex mutex;  // a sink may cause the next notice
    std::map<std::uint64_t, std::function<void(const Notice&)>> all;
    std::uint64_t next = 1;
  };
  class Handle;
  std::shared_ptr<Sinks> sinks_ = std::make_shared<Sinks>();
};

}  // namespace x400::mstore::service
