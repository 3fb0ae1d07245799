// Submission: checks, durable intent, the way to the MTA, and what its answer leaves behind (see the public
// header).
#pragma once

#include "service/engine.hpp"

namespace x400::mstore::service {

void submit(const std::shared_ptr<Engine>& engine, Submission submission, SubmissionCompletion completion);
Status record_cancellation(Engine& engine, MailboxState& mailbox, View identifier);

/// Intents that a crash or a shutdown left without an answer become `unknown`. Before any submission.
Status recover_submissions(Engine& engine);

}  // namespace x400::mstore::service
