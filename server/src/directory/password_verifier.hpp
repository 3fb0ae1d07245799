// PasswordVerifier: checks P7 passwords against scrypt hashes, and makes such hashes, without holding up
// anybody else.
//
// Either costs 55 ms and 16 MiB, so they run on a few threads of their own with a bounded queue. After a
// success a keyed HMAC of the password is kept in memory (the key is random and of this process), which
// verifies repeats at once. The HMAC is bound to the hash it was checked against: a changed credential
// makes it worthless by itself.
//
// An unknown user costs the same as a wrong password: a dummy hash of the usual cost is checked. A known
// user's wrong password is always checked by scrypt, never refused by the HMAC alone.
//
// Threads: verify() and hash() from any; they never block. The completion runs on the calling thread (a
// repeat, or overload) or on a thread of the verifier.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "service/worker_pool.hpp"
#include "x400/settings/password_hash.hpp"
#include "x400/settings/secret.hpp"

namespace x400::server {

enum class Verdict : std::uint8_t {
  right,
  wrong,       ///< wrong password, or no such user
  overloaded,  ///< too many checks waiting: not decided, try again later
  failed,      ///< the check could not be made (no memory): not decided
};

class PasswordVerifier {
 public:
  using Completion = std::function<void(Verdict)>;

  /// `threads`: checks at the same time; `queue`: most checks waiting; `cost`: what the check of an unknown
  /// user costs, so that it takes as long as one of a known user. Error: internal (OpenSSL).
  static Result<std::unique_ptr<PasswordVerifier>> make(unsigned threads, std::size_t queue,
                                                        settings::PasswordHash::Cost cost = {});
  /// Finishes what waits.
  ~PasswordVerifier() { pool_.stop(); }

  /// `user` names the credential (a mailbox id). `hash` null: unknown user.
  void verify(const std::string& user, std::shared_ptr<const settings::PasswordHash> hash,
              settings::Secret password, Completion completion);

  /// Hashes a new password. Errors: unavailable (too many wait), and those of PasswordHash::make().
  using HashCompletion = std::function<void(Result<settings::PasswordHash>)>;
  void hash(settings::Secret password, HashCompletion completion);

  /// Finishes what waits and takes no more; afterwards verify() answers overloaded, and hash() unavailable.
  void stop() { pool_.stop(); }

  /// Checks made by scrypt since the start, dummy ones included.
  std::uint64_t checks() const { return checks_; }

 private:
  PasswordVerifier(unsigned threads, std::size_t queue, Octets key, settings::PasswordHash dummy);
  Octets tag(const settings::PasswordHash& hash, View password) const;
  bool remembered(const std::string& user, View tag) const;
  void check(const std::string& user, const settings::PasswordHash* hash, View password,
             Completion& completion);

  const Octets key_;
  const settings::PasswordHash dummy_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Octets> tags_;
  std::atomic<std::uint64_t> checks_{0};
  WorkerPool pool_;
};

}  // namespace x400::server
