#include "service/mailboxes.hpp"

namespace x400::server {
namespace {

std::vector<Octets> encoded(const std::vector<asn1::ORAddress>& addresses) {
  std::vector<Octets> list;
  for (const auto& address : addresses) list.push_back(asn1::ORName{address, {}}.encode());
  return list;
}

// A move of an address from one mailbox to another must not depend on the order of the two: those that only
// lose addresses go first. Two passes do for moves, and an exchange fails with a text that says so.
Status configure(mstore::Store& store, const User& user, mstore::Mailbox& mailbox, bool only_loss, Log& log) {
  mstore::MailboxSettings wanted = mailbox.settings;
  wanted.or_addresses = encoded(user.or_addresses);
  wanted.policy = user.policy;
  wanted.logs = user.keep_logs;
  if (only_loss) {
    std::erase_if(wanted.or_addresses, [&](const Octets& a) {
      const auto& had = mailbox.settings.or_addresses;
      return std::find(had.begin(), had.end(), a) == had.end();
    });
    if (wanted.or_addresses.empty()) return Ok{};
  }
  if (wanted == mailbox.settings) return Ok{};
  const Status status = store.configure_mailbox(mailbox.number, wanted);
  if (!status.ok()) return status.error().in("mailbox " + user.id);
  mailbox.settings = wanted;
  if (!only_loss) log.write(events::mailbox_changed, {{"mailbox", user.id}});
  return Ok{};
}

}  // namespace

Result<Mailboxes> Mailboxes::prepare(mstore::Store& store, const Directory& directory, Log& log) {
  Mailboxes made;
  std::vector<mstore::Mailbox> there = store.mailboxes();
  for (const bool only_loss : {true, false}) {
    for (mstore::Mailbox& mailbox : there) {
      if (const UserPtr user = directory.find_by_id(mailbox.settings.id))
        X400_CHECK(configure(store, *user, mailbox, only_loss, log));
    }
  }
  for (const mstore::Mailbox& mailbox : there) {
    const UserPtr user = directory.find_by_id(mailbox.settings.id);
    if (!user) {
      log.write(events::mailbox_without_user, {{"mailbox", mailbox.settings.id}});
      continue;
    }
    made.numbers_.emplace(user->id, mailbox.number);
    made.users_.emplace(mailbox.number, user);
  }
  for (const UserPtr& user : directory.users()) {
    if (made.numbers_.contains(user->id)) continue;
    mstore::MailboxSettings settings;
    settings.id = user->id;
    settings.or_addresses = encoded(user->or_addresses);
    settings.policy = user->policy;
    settings.logs = user->keep_logs;
    const auto number = store.create_mailbox(settings);
    if (!number.ok()) return number.error().in("mailbox " + user->id);
    log.write(events::mailbox_added, {{"mailbox", user->id}});
    made.numbers_.emplace(user->id, *number);
    made.users_.emplace(*number, user);
  }
  return made;
}

std::optional<mstore::MailboxNumber> Mailboxes::number(const User& user) const {
  const auto found = numbers_.find(user.id);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

UserPtr Mailboxes::user(mstore::MailboxNumber number) const {
  const auto found = users_.find(number);
  return found == users_.end() ? nullptr : found->second;
}

}  // namespace x400::server
