#include "x400/access/protected_password.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace x400::access {
namespace {

using asn1::ProtectedFields;

constexpr std::size_t random_octets = 16;
constexpr std::size_t least_random_bits = 64;

struct Algorithm {
  ber::Oid oid;
  const EVP_MD* (*digest)();
};
const std::array<Algorithm, 4>& algorithms() {
  static const std::array<Algorithm, 4> all{{{{2, 16, 840, 1, 101, 3, 4, 2, 1}, EVP_sha256},
                                             {{2, 16, 840, 1, 101, 3, 4, 2, 2}, EVP_sha384},
                                             {{2, 16, 840, 1, 101, 3, 4, 2, 3}, EVP_sha512},
                                             {{1, 3, 14, 3, 2, 26}, EVP_sha1}}};
  return all;
}

const Algorithm* algorithm(const ber::Oid& oid) {
  const auto found = std::ranges::find(algorithms(), oid, &Algorithm::oid);
  return found == algorithms().end() ? nullptr : &*found;
}

Result<Octets> digest(const Algorithm& algorithm, const ProtectedFields& fields,
                      const asn1::Password& password) {
  Octets input = fields.to_be_signed(password);
  Octets out(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  const bool made =
      EVP_Digest(input.data(), input.size(), out.data(), &size, algorithm.digest(), nullptr) == 1;
  OPENSSL_cleanse(input.data(), input.size());
  if (!made) return Error(ErrorKind::internal, "OpenSSL cannot make a hash");
  out.resize(size);
  return out;
}

// In either form: what is sent does not tell which one was hashed. Both are always made.
bool signed_with(const Algorithm& algorithm, const ProtectedFields& fields, View password) {
  bool found = false;
  for (const bool octet_string : {false, true}) {
    asn1::Password form{to_octets(password), octet_string};
    const auto made = digest(algorithm, fields, form);
    OPENSSL_cleanse(form.octets.data(), form.octets.size());
    const Octets& given = fields.signature.octets;
    if (made.ok() && fields.signature.unused == 0 && made->size() == given.size() &&
        CRYPTO_memcmp(made->data(), given.data(), given.size()) == 0)
      found = true;
  }
  return found;
}

bool same(const std::optional<ber::Bits>& a, const std::optional<ber::Bits>& b) {
  return a && b && a->unused == b->unused && a->octets == b->octets;
}

}  // namespace

std::string_view name(ProtectedFault fault) {
  switch (fault) {
    case ProtectedFault::none: return "right";
    case ProtectedFault::malformed: return "malformed";
    case ProtectedFault::unsupported: return "unsupported algorithm";
    case ProtectedFault::wrong: return "wrong password, or none set";
    case ProtectedFault::stale: return "time missing or out of the window";
    case ProtectedFault::no_random: return "random number missing or short";
    case ProtectedFault::replayed: return "seen before";
    case ProtectedFault::crowded: return "too many remembered";
    case ProtectedFault::answer: return "an answer to a bind, not a bind";
    case ProtectedFault::no_answer: return "not made for this bind";
  }
  return "unknown";
}

Result<asn1::ProtectedPassword> protect(const asn1::Password& password, asn1::Time now,
                                        const asn1::ProtectedPassword* answered) {
  const Algorithm& with = algorithms().front();
  ProtectedFields fields;
  fields.algorithm = with.oid;
  fields.time1 = asn1::utc_time(now);
  fields.random1.emplace();
  fields.random1->octets.resize(random_octets);
  if (RAND_bytes(fields.random1->octets.data(), static_cast<int>(random_octets)) != 1)
    return Error(ErrorKind::internal, "OpenSSL gives no random octets");
  if (answered) {
    X400_TRY(bind, ProtectedFields::decode(*answered));
    fields.time2 = bind.time1;
    fields.random2 = bind.random1;
  }
  X400_TRY(hash, digest(with, fields, password));
  fields.signature.octets = std::move(hash);
  return fields.encode();
}

ProtectedChecker::ProtectedChecker(const Options& options, Now now)
    : options_(options), now_(std::move(now)), started_(now_()) {}

ProtectedFault ProtectedChecker::check(const std::string& who, const asn1::ProtectedPassword& credentials,
                                       std::optional<View> password) {
  const auto fields = ProtectedFields::decode(credentials);
  if (!fields.ok()) return ProtectedFault::malformed;
  const Algorithm* const with = algorithm(fields->algorithm);
  if (!with) return ProtectedFault::unsupported;
  const bool right = signed_with(*with, *fields, password.value_or(view("nobody's password")));
  if (!right || !password) return ProtectedFault::wrong;
  // Who is bound to with this password answers with hashes of it; they must not open anything here.
  if (fields->time2 || fields->random2) return ProtectedFault::answer;
  const asn1::Time now = now_();
  const auto time = fields->time1 ? asn1::parse_utc_time(*fields->time1, now)
                                  : Result<asn1::Time>(Error(ErrorKind::malformed, "no time"));
  // What was made before the start may have been used before it, when this memory was another one.
  if (!time.ok() || *time < now - options_.window || *time > now + options_.window || *time < started_)
    return ProtectedFault::stale;
  if (!fields->random1 || fields->random1->size() < least_random_bits) return ProtectedFault::no_random;
  // The hash covers time and number, so it stands for them.
  return remember(who, fields->signature.octets, *time + options_.window, now);
}

ProtectedFault ProtectedChecker::remember(const std::string& who, View hash, asn1::Time until,
                                          asn1::Time now) {
  std::string key = who + '\0' + std::string(chars(hash));
  const std::lock_guard lock(mutex_);
  forget(now);
  if (seen_.contains(key)) return ProtectedFault::replayed;
  if (seen_.size() >= options_.remembered) return ProtectedFault::crowded;
  std::size_t& of_name = names_[who];
  if (of_name >= options_.of_one_name) return ProtectedFault::crowded;
  ++of_name;
  order_.push_back({until, &*seen_.insert(std::move(key)).first, who.size()});
  return ProtectedFault::none;
}

// In the order in which they came, which is nearly that of their times: one of a clock that is ahead keeps
// those behind it, for two windows at most. So nobody who binds pays for more than what he leaves.
void ProtectedChecker::forget(asn1::Time now) {
  for (; !order_.empty() && order_.front().until < now; order_.pop_front()) {
    const Seen& oldest = order_.front();
    const auto name = names_.find(oldest.key->substr(0, oldest.name_size));
    if (--name->second == 0) names_.erase(name);
    seen_.erase(seen_.find(*oldest.key));
  }
}

std::size_t ProtectedChecker::remembered() const {
  const std::lock_guard lock(mutex_);
  return seen_.size();
}

ProtectedFault check_answer(const asn1::ProtectedPassword& answer, const asn1::ProtectedPassword& sent,
                            View password) {
  const auto fields = ProtectedFields::decode(answer);
  const auto ours = ProtectedFields::decode(sent);
  if (!fields.ok() || !ours.ok()) return ProtectedFault::malformed;
  const Algorithm* const with = algorithm(fields->algorithm);
  if (!with) return ProtectedFault::unsupported;
  if (!signed_with(*with, *fields, password)) return ProtectedFault::wrong;
  if (!fields->random2 || !fields->time2) return ProtectedFault::no_answer;
  return same(fields->random2, ours->random1) && fields->time2 == ours->time1 ? ProtectedFault::none
                                                                              : ProtectedFault::replayed;
}

}  // namespace x400::access
