// Result and Error: how every library of this project reports failure.
//
// No exception crosses a library's border. A function that can fail returns Result<T>; one that
// has nothing to return but success returns Status. Both are [[nodiscard]]: ignoring one is a
// compiler warning, and warnings are errors in the check.
//
// An Error has one of few kinds (what the caller may decide on) and a text (what the log says:
// what failed, on what, where). The text is for operators; it never goes to a peer.
//
// Threads: values; no shared state.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace x400 {

enum class ErrorKind {
  malformed,    ///< octets that do not follow their syntax
  truncated,    ///< octets end before their syntax does; more of them may cure it
  limit,        ///< well-formed, but larger, deeper or more than a configured limit
  unsupported,  ///< understood, not offered here
  invalid,      ///< an argument or a configuration that makes no sense
  not_found,    ///< the thing named is not there
  exists,       ///< the thing to be made is already there
  refused,      ///< the other side, or a rule, said no
  unavailable,  ///< cannot now; trying again later may succeed
  io,           ///< the operating system reported an error
  corrupt,      ///< stored data damaged: checksum or structure
  closed,       ///< the thing was shut down
  internal,     ///< a promise inside this project was broken
};

/// A short stable name of the kind, for logs and JSON ("malformed", "io", ...).
constexpr std::string_view name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::malformed: return "malformed";
    case ErrorKind::truncated: return "truncated";
    case ErrorKind::limit: return "limit";
    case ErrorKind::unsupported: return "unsupported";
    case ErrorKind::invalid: return "invalid";
    case ErrorKind::not_found: return "not-found";
    case ErrorKind::exists: return "exists";
    case ErrorKind::refused: return "refused";
    case ErrorKind::unavailable: return "unavailable";
    case ErrorKind::io: return "io";
    case ErrorKind::corrupt: return "corrupt";
    case ErrorKind::closed: return "closed";
    case ErrorKind::internal: return "internal";
  }
  return "unknown";
}

class [[nodiscard]] Error {
 public:
  Error(ErrorKind kind, std::string text) : kind_(kind), text_(std::move(text)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& text() const { return text_; }

  /// The same error with what the caller was doing in front: "reading bind: truncated length".
  Error in(std::string_view context) const { return Error(kind_, std::string(context) + ": " + text_); }

  friend bool operator==(const Error&, const Error&) = default;

 private:
  ErrorKind kind_;
  std::string text_;
};

/// A T, or the E that says why there is none. E is Error nearly everywhere; the abstract services
/// use their own error values (what the peer sees) in its place.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// The value. Calling it without ok() is a fault of the caller: the program stops, in every build.
  T& value() & {
    demand(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    demand(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    demand(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  T value_or(T other) const& { return ok() ? value() : std::move(other); }

  /// The error. Calling it with ok() is a fault of the caller: the program stops, in every build.
  E& error() & {
    demand(!ok());
    return *std::get_if<1>(&state_);
  }
  const E& error() const& {
    demand(!ok());
    return *std::get_if<1>(&state_);
  }
  E&& error() && {
    demand(!ok());
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  // Reading the absent side would read memory that is none; a store had better stop.
  static void demand(bool holds) {
    if (!holds) std::abort();
  }

  std::variant<T, E> state_;
};

/// Success without a value.
struct Ok {
  friend bool operator==(Ok, Ok) = default;
};

/// Success, or why not: `return Ok{};` or `return Error(...)`.
using Status = Result<Ok>;

}  // namespace x400

// X400_TRY(name, expression): name becomes the value of the Result, or its error is returned from
// the enclosing function. X400_CHECK(expression): the same for a value nobody needs.
// Not for coroutines (they need co_return) and not inside lambdas that return something else.
#define X400_CONCAT2(a, b) a##b
#define X400_CONCAT(a, b) X400_CONCAT2(a, b)
#define X400_TRY(name, ...) X400_TRY_IMPL(X400_CONCAT(x400_try_, __LINE__), name, __VA_ARGS__)
#define X400_TRY_IMPL(tmp, name, ...)           \
  auto tmp = (__VA_ARGS__);                     \
  if (!tmp.ok()) return std::move(tmp).error(); \
  auto name = std::move(tmp).value()
#define X400_CHECK(...) X400_CHECK_IMPL(X400_CONCAT(x400_check_, __LINE__), __VA_ARGS__)
#define X400_CHECK_IMPL(tmp, ...)                 \
  do {                                            \
    auto tmp = (__VA_ARGS__);                     \
    if (!tmp.ok()) return std::move(tmp).error(); \
  } while (false)
