// Submission: the side of the MTA that stores bind to (mts-access) and submit through.
//
// What is answered: result once the queue has it on disk; originator-invalid (2) if the originator is not who
// bound; inconsistent-request (11) without recipients; a bind error authentication-error (2) for a name or
// password that is not right. register and change-credentials are rejected: users are configured here.
#pragma once

#include <memory>

#include "config.hpp"
#include "queue.hpp"
#include "routing.hpp"
#include "worker.hpp"
#include "x400/access/listener.hpp"

namespace mtasim {

/// What a submission needs; all outlives it.
struct SubmissionParts {
  const Config& config;
  const Routing& routing;
  Queue& queue;
  Worker& worker;
};

std::shared_ptr<x400::access::Acceptor> submission_acceptor(SubmissionParts parts);

}  // namespace mtasim
