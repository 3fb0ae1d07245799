// Parts: what the adapters of P7 and P3 work with. Made and kept alive by Service.
#pragma once

#include <atomic>
#include <memory>

#include "config/config.hpp"
#include "directory/bind_throttle.hpp"
#include "directory/directory.hpp"
#include "log/log.hpp"
#include "service/mailboxes.hpp"
#include "service/worker_pool.hpp"
#include "x400/access/observer.hpp"
#include "x400/access/protected_password.hpp"
#include "x400/access/runtime.hpp"
#include "x400/mstore/store.hpp"

namespace x400::server {

class SubmissionGateway;
class SubjectIndex;

struct Parts {
  const Config& config;
  Log& log;
  Directory& directory;
  PasswordVerifier& verifier;
  BindThrottle& throttle;
  access::ProtectedChecker& protected_checker;
  mstore::Store& store;
  const Mailboxes& mailboxes;
  SubmissionGateway& gateway;
  SubjectIndex& subjects;
  access::Runtime& runtime;
  std::shared_ptr<access::Observer> observer;
  std::shared_ptr<osi::Spool> spool;  ///< of what comes over associations; null: memory
  WorkerPool& engine;                 ///< where calls of the store run: they may wait for the disk
  const std::atomic<bool>& stopping;

  /// More associations than [limits] allows, over all listeners and those to MTAs.
  bool crowded() const { return runtime.associations() > config.limits.associations; }
};

}  // namespace x400::server
