// Service: the whole of mstored but its command line and signals. Programs and tests start it from a Config.
//
// Threads: start() and stop() from one thread. Many more run inside: those of the Runtime serve associations,
// the engine pool and the verifier's do what may block.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "config/config.hpp"
#include "directory/file_directory.hpp"
#include "directory/throttle_timer.hpp"
#include "management/server.hpp"
#include "p3/gateway.hpp"
#include "p3/subject_index.hpp"
#include "p7/sessions.hpp"
#include "service/exit_status.hpp"
#include "service/parts.hpp"
#include "service/store_watch.hpp"
#include "x400/access/listener.hpp"
#include "x400/access/runtime.hpp"

namespace x400::server {

class Service {
 public:
  struct StartFailure {
    ExitStatus status = exit_failed;
    Error error;
  };
  /// Store::open, or what a test puts in its place.
  using OpenStore =
      std::function<Result<std::unique_ptr<mstore::Store>>(const mstore::Options&, mstore::Submitter*)>;
  /// Opens the store (recovering as needed), makes the mailboxes and listens. `config` and `log` must outlive
  /// the service.
  static Result<std::unique_ptr<Service>, StartFailure> start(const Config& config, Log& log,
                                                              const OpenStore& open);
  /// Aborts what is left of associations; stop() before it for an orderly end.
  ~Service();

  /// The ports listened on, in the order of the [[listen]] tables.
  std::vector<std::uint16_t> ports() const;

  /// Reads certificates and keys of [listen.tls] and [mta.tls] again, for connections to come; those that
  /// cannot be read stay as they were, and the log says so.
  void reload();

  /// Ends in order: accepts nothing more, lets what has begun finish, closes associations and the store.
  /// Waits at most shutdown_grace, and asks `hurry` ten times a second whether to wait at all. Ok if all
  /// ended by itself; unavailable if something had to be cut short, io if the store did not close well.
  Status stop(const std::function<bool()>& hurry = [] { return false; });

 private:
  Service(const Config& config, Log& log) : config_(config), log_(log) {}
  Result<Ok, StartFailure> open_store(const OpenStore& open);
  Result<Ok, StartFailure> listen();
  std::shared_ptr<osi::Spool> open_spool(const mstore::Options& store);
  Result<Ok, StartFailure> open_management();
  void start_throttle();
  void end_threads();

  const Config& config_;
  Log& log_;
  std::atomic<bool> stopping_{false};
  // In the order of making: each may use what stands above it.
  std::unique_ptr<access::Runtime> runtime_;
  std::unique_ptr<WorkerPool> engine_;
  std::unique_ptr<PasswordVerifier> verifier_;
  std::unique_ptr<ThrottleTimer> throttle_;
  std::unique_ptr<access::ProtectedChecker> protected_checker_;
  std::unique_ptr<FileDirectory> directory_;
  std::unique_ptr<SubmissionGateway> gateway_;
  std::unique_ptr<mstore::Store> store_;
  std::unique_ptr<StoreWatch> watch_;
  std::unique_ptr<SubjectIndex> subjects_;
  std::unique_ptr<Mailboxes> mailboxes_;
  std::unique_ptr<Parts> parts_;
  std::shared_ptr<P7Sessions> sessions_;
  std::unique_ptr<mstore::Subscription> alerts_, notices_;
  std::vector<std::unique_ptr<access::Listener>> listeners_;
  std::unique_ptr<ManagementServer> management_;
};

}  // namespace x400::server
