#include "directory/password_verifier.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace x400::server {

Result<std::unique_ptr<PasswordVerifier>> PasswordVerifier::make(unsigned threads, std::size_t queue,
                                                                 settings::PasswordHash::Cost cost) {
  Octets key(32);
  if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1)
    return Error(ErrorKind::internal, "OpenSSL gives no random octets");
  // The password of the dummy is random too, so that nobody can guess his way to "right".
  X400_TRY(dummy, settings::PasswordHash::make(key, cost));
  return std::unique_ptr<PasswordVerifier>(
      new PasswordVerifier(threads, queue, std::move(key), std::move(dummy)));
}

PasswordVerifier::PasswordVerifier(unsigned threads, std::size_t queue, Octets key,
                                   settings::PasswordHash dummy)
    : key_(std::move(key)), dummy_(std::move(dummy)), pool_(threads, queue) {}

Octets PasswordVerifier::tag(const settings::PasswordHash& hash, View password) const {
  // The text of the hash holds no NUL, so that the border between the two parts is certain.
  settings::Secret message([&] {
    Octets octets = to_octets(hash.text());
    octets.push_back(0);
    append(octets, password);
    return octets;
  }());
  Octets out(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  const View m = message.octets();
  if (!HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), m.data(), m.size(), out.data(), &size))
    size = 0;
  out.resize(size);
  return out;
}

bool PasswordVerifier::remembered(const std::string& user, View tag) const {
  const std::lock_guard lock(mutex_);
  const auto found = tags_.find(user);
  return found != tags_.end() && !tag.empty() && found->second.size() == tag.size() &&
         CRYPTO_memcmp(found->second.data(), tag.data(), tag.size()) == 0;
}

void PasswordVerifier::verify(const std::string& user, std::shared_ptr<const settings::PasswordHash> hash,
                              settings::Secret password, Completion completion) {
  // The HMAC is made for unknown users too: the same work on every path.
  const Octets mine = tag(hash ? *hash : dummy_, password.octets());
  if (hash && remembered(user, mine)) {
    completion(Verdict::right);
    return;
  }
  // Shared, because a full queue drops the task and somebody still has to be told.
  auto shared = std::make_shared<Completion>(std::move(completion));
  const bool taken = pool_.post([this, user, hash = std::move(hash), password = std::move(password), shared] {
    check(user, hash.get(), password.octets(), *shared);
  });
  if (!taken) (*shared)(Verdict::overloaded);
}

void PasswordVerifier::hash(settings::Secret password, HashCompletion completion) {
  auto shared = std::make_shared<HashCompletion>(std::move(completion));
  const bool taken = pool_.post([password = std::move(password), shared] {
    (*shared)(settings::PasswordHash::make(password.octets()));
  });
  if (!taken) (*shared)(Error(ErrorKind::unavailable, "too many password checks waiting"));
}

void PasswordVerifier::check(const std::string& user, const settings::PasswordHash* hash, View password,
                             Completion& completion) {
  ++checks_;
  const Result<bool> result = (hash ? *hash : dummy_).check(password);
  if (!result.ok()) {
    completion(Verdict::failed);
    return;
  }
  if (!*result || !hash) {
    completion(Verdict::wrong);
    return;
  }
  {
    Octets mine = tag(*hash, password);
    const std::lock_guard lock(mutex_);
    tags_[user] = std::move(mine);
  }
  completion(Verdict::right);
}

}  // namespace x400::server
