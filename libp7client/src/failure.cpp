#include "x400/p7client/failure.hpp"

namespace x400::p7client {
namespace {

using Connect = access::ConnectFailure::Kind;

Failure::Kind kind_of(const access::ConnectFailure& f) {
  switch (f.kind) {
    case Connect::invalid: return Failure::Kind::invalid;
    case Connect::bind_error: return Failure::Kind::bind_refused;
    case Connect::refused: return f.transient ? Failure::Kind::unreachable : Failure::Kind::bind_refused;
    case Connect::unreachable:
    case Connect::timed_out:
    case Connect::aborted: break;
  }
  return Failure::Kind::unreachable;
}

}  // namespace

Failure Failure::of(const access::ConnectFailure& f) {
  Failure failure(kind_of(f), f.text);
  if (f.kind != Connect::bind_error) return failure;
  auto error = asn1::ms::MsBindError::decode(f.bind_error.view());
  if (!error.ok()) return failure;
  failure.bind_problem_ = error->problem;
  failure.text_ = "the store refused the bind: " + std::string(asn1::ms::name(error->problem));
  if (error->supplementary_information) failure.text_ += " (" + *error->supplementary_information + ")";
  // A store that is stopped or full says so by a bind error too.
  if (error->problem == asn1::ms::BindProblem::unable_to_establish_association)
    failure.kind_ = Kind::unreachable;
  return failure;
}

Failure Failure::of(const access::Outcome& outcome) {
  using K = access::Outcome::Kind;
  switch (outcome.kind()) {
    case K::error: {
      auto error = asn1::ms::decode_error(outcome.code(), outcome.value().view());
      if (!error.ok()) return bad_answer(error.error());
      return Failure(std::move(*error));
    }
    case K::rejected: return Failure(Kind::rejected, access::to_string(outcome));
    case K::lost: return Failure(Kind::lost, outcome.text());
    case K::not_sent: return Failure(Kind::not_done, outcome.text());
    case K::result: break;
  }
  return Failure(Kind::bad_answer, "an answer that is none");
}

std::string_view name(Failure::Kind kind) {
  switch (kind) {
    case Failure::Kind::invalid: return "invalid";
    case Failure::Kind::unreachable: return "unreachable";
    case Failure::Kind::bind_refused: return "bind-refused";
    case Failure::Kind::service_error: return "service-error";
    case Failure::Kind::rejected: return "rejected";
    case Failure::Kind::lost: return "lost";
    case Failure::Kind::not_done: return "not-done";
    case Failure::Kind::bad_answer: return "bad-answer";
  }
  return "unknown";
}

}  // namespace x400::p7client
