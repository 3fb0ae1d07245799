#include "directory/file_directory.hpp"

#include <algorithm>
#include <tuple>

namespace x400::server {

bool User::owns(const asn1::ORAddress& address) const {
  return std::any_of(or_addresses.begin(), or_addresses.end(),
                     [&](const auto& own) { return asn1::same_address(own, address); });
}

bool listed(const std::vector<std::string>& certificates, const access::PeerCertificate& certificate) {
  return std::any_of(certificates.begin(), certificates.end(), [&](const std::string& one) {
    return one == certificate.subject || one == "sha256:" + certificate.fingerprint;
  });
}

settings::PasswordHash::Cost usual_cost(const std::vector<MailboxConfig>& mailboxes) {
  std::map<std::tuple<std::uint64_t, std::uint32_t, std::uint32_t>, std::size_t> counts;
  settings::PasswordHash::Cost usual;
  std::size_t most = 0;
  for (const MailboxConfig& m : mailboxes) {
    if (!m.p7_hash) continue;
    const auto cost = m.p7_hash->cost();
    const std::size_t count = ++counts[{cost.n, cost.r, cost.p}];
    if (count <= most) continue;
    most = count;
    usual = cost;
  }
  return usual;
}

FileDirectory::FileDirectory(const std::vector<MailboxConfig>& mailboxes, PasswordVerifier& verifier)
    : verifier_(verifier) {
  for (const MailboxConfig& m : mailboxes) {
    const auto user = std::make_shared<const User>(User{
        m.id, m.or_addresses, m.mta, m.mts_password, m.policy, m.p7_sealed, m.certificates,
        !m.certificates.empty() && !m.p7_hash && m.p7_sealed.empty(), m.responder_password, m.keep_logs});
    certificates_.insert(m.certificates.begin(), m.certificates.end());
    by_id_.emplace(m.id, user);
    if (m.p7_hash) hashes_.emplace(m.id, m.p7_hash);
    for (const auto& address : m.or_addresses) by_address_.emplace(asn1::canonical_key(address), user);
  }
}

UserPtr FileDirectory::find_by_address(const asn1::ORAddress& address) const {
  const auto found = by_address_.find(asn1::canonical_key(address));
  return found == by_address_.end() ? nullptr : found->second;
}

UserPtr FileDirectory::find_by_id(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<UserPtr> FileDirectory::users() const {
  std::vector<UserPtr> all;
  for (const auto& [id, user] : by_id_) all.push_back(user);
  return all;
}

bool FileDirectory::of_another(const access::PeerCertificate& certificate, const UserPtr& user) const {
  if (user && listed(user->certificates, certificate)) return false;
  return certificates_.contains(certificate.subject) ||
         certificates_.contains("sha256:" + certificate.fingerprint);
}

void FileDirectory::authenticate(const UserPtr& user, settings::Secret password,
                                 std::function<void(Verdict)> completion) {
  std::shared_ptr<const settings::PasswordHash> hash;
  if (user) {
    if (const auto found = hashes_.find(user->id); found != hashes_.end()) hash = found->second;
  }
  verifier_.verify(user ? user->id : std::string(), std::move(hash), std::move(password),
                   std::move(completion));
}

}  // namespace x400::server
