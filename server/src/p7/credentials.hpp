// Who somebody is by P7: credentials and certificates, held against what the directory knows and what the
// user has changed. The password that the user has set, kept in the store, counts before the directory's.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "service/parts.hpp"
#include "x400/access/tls.hpp"
#include "x400/asn1/credentials.hpp"

namespace x400::server {

/// Who binds, by what.
struct Claim {
  UserPtr user;  ///< null: unknown
  std::optional<mstore::MailboxNumber> mailbox;
  asn1::Credentials credentials;
  std::optional<access::PeerCertificate> certificate;
};

/// Judges a claim. Unknown users and wrong passwords take the same time. Simple and protected credentials are
/// looked at; strong ones are the place for what is to come, and wrong until then. Reads the store: call it
/// on the engine pool. The completion, with the reason for the log where the verdict is wrong, runs there or
/// on a thread of the verifier, once.
void authenticate(const Parts& parts, Claim claim, std::function<void(Verdict, std::string)> completion);

/// Checks a simple password alone, for a user who is bound.
void check_password(const Parts& parts, const UserPtr& user, std::optional<mstore::MailboxNumber> mailbox,
                    settings::Secret password, std::function<void(Verdict)> completion);

/// A new password as the store keeps it: hashed, and sealed where the user's was sealed. Nothing if it is not
/// acceptable. Errors: unavailable (too many checks wait), internal (OpenSSL).
using NewSecret = Result<std::optional<std::string>>;
/// Makes it, as long as a check takes, on a thread of the verifier; what is not acceptable is told at once.
void make_secret(const Parts& parts, const UserPtr& user, const asn1::Credentials& credentials,
                 std::function<void(NewSecret)> completion);

/// What the store answers a bind with.
asn1::Credentials responder_credentials(const User& user, const asn1::Credentials& initiator);

}  // namespace x400::server
