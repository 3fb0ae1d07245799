// Failure: why something asked of the store did not happen.
//
// kind() is what a program decides on, text() what a person reads. Where the store answered with an error of
// the abstract service, service_error() is that error with all its problems.
//
// Threads: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "x400/access/association.hpp"
#include "x400/access/connect.hpp"
#include "x400/asn1/ms/bind.hpp"
#include "x400/asn1/ms/errors.hpp"

namespace x400::p7client {

class [[nodiscard]] Failure {
 public:
  enum class Kind : std::uint8_t {
    invalid,        ///< asked for something that makes no sense; nothing was sent
    unreachable,    ///< no connection, no answer in time, or too busy: later may be better
    bind_refused,   ///< by the bind: name or password wrong (told apart by nobody), or policy
    service_error,  ///< the store answered with an error: service_error()
    rejected,       ///< the store did not understand the operation, or does not offer it
    lost,           ///< the association ended; whether the operation was done is not known
    not_done,       ///< the association had ended before; certainly not done
    bad_answer,     ///< the store's answer cannot be read
  };

  Failure(Kind kind, std::string text) : kind_(kind), text_(std::move(text)) {}
  explicit Failure(asn1::ms::ServiceError error)
      : kind_(Kind::service_error), text_(asn1::ms::to_string(error)), service_error_(std::move(error)) {}

  /// Of connecting.
  static Failure of(const access::ConnectFailure& failure);
  /// Of an operation, whose outcome is not a result.
  static Failure of(const access::Outcome& outcome);
  /// Of reading an answer.
  static Failure bad_answer(const Error& error) { return Failure(Kind::bad_answer, error.text()); }

  Kind kind() const { return kind_; }
  const std::string& text() const { return text_; }
  const std::optional<asn1::ms::ServiceError>& service_error() const { return service_error_; }
  /// bind_refused: the problem the store named, if it named one.
  std::optional<asn1::ms::BindProblem> bind_problem() const { return bind_problem_; }

 private:
  Kind kind_;
  std::string text_;
  std::optional<asn1::ms::ServiceError> service_error_;
  std::optional<asn1::ms::BindProblem> bind_problem_;
};

/// "service-error", "unreachable", ...: for logs and JSON.
std::string_view name(Failure::Kind kind);

template <class T>
using Answer = Result<T, Failure>;

}  // namespace x400::p7client
