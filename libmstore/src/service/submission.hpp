// Submission: checks, durable intent, the way to the MTA, and what its answer leaves behind (see the public
// header).
#pragma once

#include "service/engine.hpp"
#include "service/stored_form.hpp"

namespace x400::mstore::service {

void submit(const std::shared_ptr<Engine>& engine, Submission submission, SubmissionCompletion completion);
Status record_cancellation(Engine& engine, MailboxState& mailbox, View identifier);

/// Why no message can be submitted with these options, of an argument or registered.
std::optional<ms::ServiceError> options_error(const ms::SubmissionOptions& options,
                                              const MailboxSettings& settings);

/// What the entry keeps of the MTA's answer, a MessageSubmissionResult or ProbeSubmissionResult.
Result<Variable> state_after(View result);

/// Intents that a crash or a shutdown left without an answer become `unknown`. Before any submission.
Status recover_submissions(Engine& engine);

}  // namespace x400::mstore::service
