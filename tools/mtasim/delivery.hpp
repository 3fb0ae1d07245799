// Delivery: the associations that the MTA opens to a store (mts-forced-access), and what goes over them.
//
// A job leaves the queue only with the store's answer. Association lost, busy, resource-limitation: tried
// again after a pause that doubles. An error of the store (security, unsupported-critical-function,
// delivery-control), a mistyped argument, or too old: a non-delivery report, if it was asked for.
//
// Threads: everything on the Worker.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "config.hpp"
#include "queue.hpp"
#include "routing.hpp"
#include "worker.hpp"
#include "x400/access/connect.hpp"
#include "x400/asn1/credentials.hpp"

namespace mtasim {

class StoreLink : public std::enable_shared_from_this<StoreLink> {
 public:
  StoreLink(const Config& config, std::size_t store, const Routing& routing, Queue& queue,
            x400::access::Runtime& runtime);
  /// Before anything else, once; `worker` must outlive all calls.
  void attach(Worker& worker) { worker_ = &worker; }

  /// Sends what is due, opening associations for it. Called often.
  void pump();
  /// Begins no more; closes the associations, letting what has begun finish.
  std::vector<x400::access::Pending<x400::access::Ending>> stop();

 private:
  struct Line {
    x400::access::AssociationPtr association;
    std::size_t outstanding = 0;
  };
  using Clock = std::chrono::steady_clock;

  void connect();
  void connected(x400::Result<x400::access::Connected, x400::access::ConnectFailure> answer,
                 const x400::asn1::Credentials& sent);
  void pause(const std::string& why);
  void send(Line& line, Job job);
  void answered(const x400::access::AssociationPtr& association, const Job& job,
                const x400::access::Outcome& outcome);
  void settle(const Job& job, const x400::access::Outcome& outcome);
  void refused(const Job& job, x400::asn1::mts::NonDeliveryReport why);
  void again(const Job& job, const std::string& why);
  bool too_old(const Job& job) const;
  std::string name() const;

  const Config& config_;
  std::size_t store_;
  const Routing& routing_;
  Queue& queue_;
  x400::access::Runtime& runtime_;
  Worker* worker_ = nullptr;
  std::vector<Line> lines_;
  std::vector<std::int64_t> busy_;  // jobs under way
  unsigned connecting_ = 0;
  Clock::time_point not_before_{};
  std::chrono::milliseconds pause_;
  bool stopping_ = false;
};

}  // namespace mtasim
