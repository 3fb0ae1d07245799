// Mta: listener, queue and links of one running simulator.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "config.hpp"
#include "delivery.hpp"
#include "queue.hpp"
#include "routing.hpp"
#include "worker.hpp"
#include "x400/access/listener.hpp"
#include "x400/access/runtime.hpp"

namespace mtasim {

class Mta {
 public:
  /// Errors: io (queue, port), invalid.
  static x400::Result<std::unique_ptr<Mta>> start(Config config);
  ~Mta();

  /// The ports stores submit to.
  std::vector<std::uint16_t> ports() const { return listener_->ports(); }
  /// Lets what has begun finish; what is not delivered stays in the queue.
  void stop();

 private:
  Mta(Config config, Queue queue);
  void tick();

  Config config_;
  Routing routing_;
  Queue queue_;
  std::unique_ptr<x400::access::Runtime> runtime_;
  std::vector<std::shared_ptr<StoreLink>> links_;
  std::unique_ptr<Worker> worker_;
  std::unique_ptr<x400::access::Listener> listener_;
  bool stopped_ = false;
};

}  // namespace mtasim
