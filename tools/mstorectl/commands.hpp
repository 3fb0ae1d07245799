// Commands that ask a running service. Each prints and gives an exit status.
#pragma once

#include "service.hpp"

namespace x400::mstorectl {

enum ExitStatus : int { done = 0, failed = 1, wrong_use = 2, no_service = 3, problems = 4 };

/// Says what is wrong on standard error.
int fail(const Error& error);

int status(const Service& service, bool json);
int mailboxes(const Service& service, bool json);

}  // namespace x400::mstorectl
