// Submission: checks, durable intent, the way to the MTA, and what its answer leaves behind (see the public
// header).
#pragma once

#include "service/engine.hpp"
#include "service/stored_form.hpp"

namespace x400::mstore::service {

void submit(const std::shared_ptr<Engine>& engine, Submission submission, SubmissionCompletion completion);
Status record_cancellation(Engine& engine, MailboxState& mailbox, View identifier);

/// What the entry keeps of the MTA's answer, a MessageSubmissionResult or ProbeSubmissionResult.
Result<Variable> state_after(View result);

/// Intents that a crash or a shutdown left without an answer become `unknown`. Before any submission.
Status recover_submissions(Engine& engine);

}  // namespace x400::mstore::service
