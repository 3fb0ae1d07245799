#include "p7/credentials.hpp"

#include "x400/access/credentials.hpp"
#include "x400/access/protected_password.hpp"

namespace x400::server {
namespace {

// What a user has set: "HASH" or "HASH SEALED". Neither part has spaces.
struct Stored {
  std::string hash, sealed;
};

Result<std::optional<Stored>> stored(const Parts& parts, std::optional<mstore::MailboxNumber> mailbox) {
  if (!mailbox) return std::optional<Stored>();
  X400_TRY(changed, parts.store.credentials(*mailbox));
  if (!changed) return std::optional<Stored>();
  const std::size_t space = changed->find(' ');
  if (space == changed->npos) return std::optional<Stored>(Stored{*changed, {}});
  return std::optional<Stored>(Stored{changed->substr(0, space), changed->substr(space + 1)});
}

// Somebody's password is hashed in any case, so that the time does not tell whether there is one.
Verdict check_protected(const Parts& parts, const Claim& claim, std::string& why) {
  const auto changed = stored(parts, claim.mailbox);
  if (!changed.ok()) return Verdict::failed;
  std::optional<settings::Secret> password;
  if (claim.user && parts.config.service.seal_key) {
    const std::string& sealed = *changed ? (*changed)->sealed : claim.user->p7_sealed;
    auto opened = parts.config.service.seal_key->open(sealed, claim.user->id);
    if (opened.ok()) password = std::move(*opened);
  }
  const auto fault = parts.protected_checker.check(
      claim.user ? claim.user->id : std::string(), std::get<asn1::ProtectedPassword>(claim.credentials),
      password ? std::optional(password->octets()) : std::nullopt);
  if (fault == access::ProtectedFault::none) return Verdict::right;
  why = password ? "protected credentials: " + std::string(access::name(fault))
                 : "protected credentials, and no sealed password to hold against them";
  return Verdict::wrong;
}

// What the certificate says of a claim whose password is right. Empty: nothing against it.
std::string against(const Parts& parts, const Claim& claim) {
  if (claim.certificate && parts.directory.of_another(*claim.certificate, claim.user))
    return "the certificate is another user's";
  if (claim.user->certificates.empty()) return {};
  if (!claim.certificate) return "no certificate";
  return listed(claim.user->certificates, *claim.certificate) ? std::string() : "not this user's certificate";
}

NewSecret kept(const Parts& parts, const User& user, const settings::PasswordHash& hash,
               const settings::Secret& password) {
  if (user.p7_sealed.empty() || !parts.config.service.seal_key) return std::optional(hash.text());
  X400_TRY(sealed, parts.config.service.seal_key->seal(password, user.id));
  return std::optional(hash.text() + ' ' + sealed);
}

}  // namespace

void check_password(const Parts& parts, const UserPtr& user, std::optional<mstore::MailboxNumber> mailbox,
                    settings::Secret password, std::function<void(Verdict)> completion) {
  const auto changed = stored(parts, mailbox);
  if (!changed.ok()) return completion(Verdict::failed);
  if (!user || !*changed)
    return parts.directory.authenticate(user, std::move(password), std::move(completion));
  auto hash = settings::PasswordHash::parse((*changed)->hash);
  if (!hash.ok()) return completion(Verdict::failed);
  parts.verifier.verify(user->id, std::make_shared<const settings::PasswordHash>(std::move(*hash)),
                        std::move(password), std::move(completion));
}

void authenticate(const Parts& parts, Claim claim, std::function<void(Verdict, std::string)> completion) {
  const auto judge = [parts, claim, completion](Verdict verdict, std::string why) {
    if (verdict == Verdict::right) why = against(parts, claim);
    if (verdict == Verdict::right && !why.empty()) verdict = Verdict::wrong;
    completion(verdict, std::move(why));
  };
  if (claim.user && claim.user->certificate_suffices && claim.certificate &&
      listed(claim.user->certificates, *claim.certificate))
    return judge(Verdict::right, {});
  if (std::holds_alternative<asn1::ProtectedPassword>(claim.credentials)) {
    std::string why;
    const Verdict verdict = check_protected(parts, claim, why);
    return judge(verdict, std::move(why));
  }
  const auto* password = std::get_if<asn1::Password>(&claim.credentials);
  if (!password) return completion(Verdict::wrong, "strong credentials are not supported");
  const std::string why = claim.user ? "wrong password, or none set" : "unknown user";
  check_password(parts, claim.user, claim.mailbox, settings::Secret(password->octets),
                 [judge, why](Verdict verdict) { judge(verdict, why); });
}

void make_secret(const Parts& parts, const UserPtr& user, const asn1::Credentials& credentials,
                 std::function<void(NewSecret)> completion) {
  const auto* password = std::get_if<asn1::Password>(&credentials);
  if (!password || password->octets.empty() || password->octets.size() > settings::longest_password)
    return completion(std::optional<std::string>());
  settings::Secret secret(password->octets);
  parts.verifier.hash(secret, [parts, user, secret, completion = std::move(completion)](const auto& hash) {
    completion(hash.ok() ? kept(parts, *user, *hash, secret) : NewSecret(hash.error()));
  });
}

asn1::Credentials responder_credentials(const User& user, const asn1::Credentials& initiator) {
  const View own = user.responder_password.octets();
  if (own.empty()) return asn1::ia5_password("");
  auto made = access::responder_credentials(own, initiator, asn1::now());
  // Without random octets there is nothing to prove oneself with, and the password stays here.
  return made.ok() ? std::move(*made) : asn1::Credentials(asn1::ia5_password(""));
}

}  // namespace x400::server
