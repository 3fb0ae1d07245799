// Protected credentials: a bind that proves a password without showing it (X.411 8.1.1.1.1.2).
//
// What is sent is a hash over password, a time and a random number, with time and number beside it. It keeps
// the password from who listens, but not from one who listens and then guesses: choose long passwords, or use
// TLS. It does not protect the association that follows. Both sides must have the password itself, not a
// hash.
//
// Made with SHA-256; SHA-384, SHA-512 and SHA-1 (peers of the old kind) are taken too. A hash is taken once:
// its time must lie within a window around now and after the start of the checker, and it must not have been
// seen before. An answer to a bind repeats the bind's time1 and random1 as its time2 and random2, and a bind
// has neither. So nothing that was recorded on the wire is worth anything in another place: an answer is none
// to another bind, an answer is no bind, and a bind is no answer.
//
// Threads: functions from any; ProtectedChecker has a lock of its own.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "x400/asn1/protected_password.hpp"
#include "x400/asn1/time.hpp"
#include "x400/base/result.hpp"

namespace x400::access {

/// Makes protected credentials. `form`: whether the peer should hash the password as OCTET STRING or
/// IA5String; checkers try both. `answered`: the credentials of the bind that this is the answer to. Error:
/// internal (OpenSSL).
Result<asn1::ProtectedPassword> protect(const asn1::Password& password, asn1::Time now,
                                        const asn1::ProtectedPassword* answered = nullptr);

/// Why protected credentials are not taken; for the log, never for the peer.
enum class ProtectedFault {
  none,
  malformed,
  unsupported,  ///< another algorithm
  wrong,        ///< not this password
  stale,        ///< no time, or one out of the window, or before the start
  no_random,    ///< no random number, or one of less than 64 bits
  replayed,     ///< seen before; of an answer: made for another bind
  crowded,      ///< too many of this name, or in all, are remembered
  answer,       ///< an answer, where a bind should be
  no_answer,    ///< what could be a bind, where an answer should be
};
std::string_view name(ProtectedFault fault);

class ProtectedChecker {
 public:
  struct Options {
    std::chrono::seconds window{300};    ///< on both sides of now: for clocks that differ
    std::size_t remembered = 1'000'000;  ///< beyond it everything is refused, as crowded
    std::size_t of_one_name = 10'000;    ///< so that one who knows his password cannot fill it for all
  };
  using Now = std::function<asn1::Time()>;

  explicit ProtectedChecker(const Options& options, Now now = asn1::now);
  ProtectedChecker() : ProtectedChecker(Options()) {}

  /// `who`: whose password; the same hash may be somebody else's. `password` nothing: there is none, or
  /// nobody of that name; wrong, after the same work. Credentials with a time2 or random2 are an answer, here
  /// or elsewhere, and never taken.
  ProtectedFault check(const std::string& who, const asn1::ProtectedPassword& credentials,
                       std::optional<View> password);

  std::size_t remembered() const;

 private:
  struct Seen {
    asn1::Time until;
    const std::string* key;  // in seen_
    std::size_t name_size;   // of its beginning
  };
  ProtectedFault remember(const std::string& who, View hash, asn1::Time until, asn1::Time now);
  void forget(asn1::Time now);

  const Options options_;
  const Now now_;
  const asn1::Time started_;
  mutable std::mutex mutex_;
  std::unordered_set<std::string> seen_;                // name, NUL, hash
  std::unordered_map<std::string, std::size_t> names_;  // how many of each
  std::deque<Seen> order_;                              // in which they came
};

/// The initiator's side: is this answer made with the responder's password, and for `sent`? It must carry the
/// time1 and random1 of `sent` as its time2 and random2; being of now by its own time is not enough, as a
/// bind of the responder's, recorded elsewhere, is that too.
ProtectedFault check_answer(const asn1::ProtectedPassword& answer, const asn1::ProtectedPassword& sent,
                            View password);

}  // namespace x400::access
