// SubmissionGateway: the store's way to its MTAs (X.411 clause 8.2), for the engine and for operations that
// are passed on.
//
// A bind names one MTS-user, so there is an association for each user that submits (or one for the store,
// bind_as = "store"), made when needed, kept while used, released when idle. What an MTA answers goes back
// unchanged. Nothing is sent twice, unless it is certain that it was not sent the first time.
//
// Threads: all functions from any thread; none blocks. Completions run on threads of the Runtime, or inside
// the call.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "p3/link.hpp"
#include "service/parts.hpp"
#include "x400/access/runtime.hpp"
#include "x400/mstore/submission.hpp"

namespace x400::server {

/// What became of an operation that was passed on to the MTA.
struct MtaAnswer {
  osi::Slice result;                        ///< whole value
  std::optional<asn1::ms::MtsError> error;  ///< set: there is no result. The MTA's, or remote-bind-error
  std::string log;
};

class SubmissionGateway final : public mstore::Submitter {
 public:
  explicit SubmissionGateway(access::Runtime& runtime) : runtime_(runtime) {}

  /// Before the first submission: what is made after the store, which needs a Submitter, is known now.
  void attach(const Parts& parts);

  /// Whether the user's MTA sees the store in his place (bind_as = "store"): then it cannot tell users apart.
  bool submits_as_store(const User& user) const;

  void submit(std::shared_ptr<const mstore::SubmissionJob> job,
              std::function<void(mstore::MtsOutcome)> done) override;

  /// Invokes an operation for a user whose argument is passed on as it is. `edition`: of the user's own
  /// association; register differs between editions and is refused if the MTA's is another.
  void invoke(const UserPtr& user, access::Operation operation, osi::Slice argument, asn1::Edition edition,
              std::function<void(MtaAnswer)> done);

  /// Takes nothing more, lets what has begun finish, and releases all associations. The Pendings tell when.
  std::vector<access::Pending<access::Ending>> shutdown();

 private:
  std::shared_ptr<MtaLink> link(const User& user);

  access::Runtime& runtime_;
  const Parts* parts_ = nullptr;
  std::mutex mutex_;
  bool stopping_ = false;
  std::map<std::string, std::shared_ptr<MtaTarget>> targets_;  // by MTA name
};

}  // namespace x400::server
