// Directory: who may bind, under which addresses, and what MTA serves whom.
//
// Answers come from memory and at once; an implementation whose truth lies elsewhere keeps a copy here
// and follows it. What is found is a snapshot: it stays valid and unchanged while the pointer is held,
// also when the directory has moved on.
//
// Threads: all functions from any thread; none blocks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "directory/password_verifier.hpp"
#include "x400/access/tls.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/mstore/policy.hpp"
#include "x400/settings/secret.hpp"

namespace x400::server {

/// A user of the store.
struct User {
  std::string id;                             ///< of the mailbox, for ever
  std::vector<asn1::ORAddress> or_addresses;  ///< the first is the one the store submits with
  std::string mta;                            ///< name of the MTA that takes this user's submissions
  settings::Secret mts_password;              ///< the user's P3 password; empty where it is not needed
  mstore::Policy policy{};                    ///< what the mailbox may hold and how long
  std::string p7_sealed{};                    ///< P7 password, sealed for the mailbox id; empty: none
  std::vector<std::string> certificates{};    ///< this user's, as in the configuration; empty: any or none
  bool certificate_suffices = false;          ///< there is no password beside it
  settings::Secret responder_password{};      ///< shown to the user in the result of a P7 bind
  bool keep_logs = false;                     ///< delivery log and submission log of the mailbox
  bool owns(const asn1::ORAddress& address) const;  ///< one of or_addresses, by X.402 18.4
};
using UserPtr = std::shared_ptr<const User>;

class Directory {
 public:
  virtual ~Directory() = default;

  /// By any of the user's addresses, compared as X.402 18.4 says; null: no such user.
  virtual UserPtr find_by_address(const asn1::ORAddress& address) const = 0;
  virtual UserPtr find_by_id(std::string_view id) const = 0;
  virtual std::vector<UserPtr> users() const = 0;
  /// Whether the certificate is one of somebody's, but not of `user` (null: unknown).
  virtual bool of_another(const access::PeerCertificate& certificate, const UserPtr& user) const = 0;

  /// Checks a P7 password. `user` null: unknown; takes as long as a wrong password. The completion runs on
  /// the calling thread or another, once.
  virtual void authenticate(const UserPtr& user, settings::Secret password,
                            std::function<void(Verdict)> completion) = 0;
};

/// Whether a certificate is one of those listed, by subject or "sha256:" and fingerprint.
bool listed(const std::vector<std::string>& certificates, const access::PeerCertificate& certificate);

}  // namespace x400::server
