// Mailboxes of the Engine: settings kept in the backend, found by number, id and address.
#include <algorithm>

#include "service/audit.hpp"
#include "service/engine.hpp"
#include "service/items.hpp"
#include "service/policies.hpp"
#include "service/quotas.hpp"
#include "x400/asn1/or_name.hpp"

namespace x400::mstore::service {

namespace {

Octets encode(const MailboxSettings& s) {
  ber::Writer w;
  w.constructed(ber::tags::sequence, [&] {
    w.constructed(ber::context(0), [&] {
      for (const Octets& address : s.or_addresses) w.raw(address);
    });
    w.boolean(ber::context(1), s.keep_submitted);
    w.boolean(ber::context(2), s.drafts);
    if (s.policy != Policy()) write(w, s.policy);
    if (s.logs) w.boolean(ber::context(4), s.logs);
  });
  return std::move(w).take();
}

bool flag(const ber::Element& e) { return !e.content.empty() && e.content[0] != 0; }

Result<MailboxSettings> decode(const std::string& id, View octets) {
  MailboxSettings s;
  s.id = id;
  X400_TRY(whole, ber::read_one(octets));
  ber::Reader r(whole.content);
  while (!r.at_end()) {
    X400_TRY(e, r.next());
    if (e.tag == ber::context(1)) s.keep_submitted = flag(e);
    if (e.tag == ber::context(2)) s.drafts = flag(e);
    if (e.tag == ber::context(4)) s.logs = flag(e);
    if (e.tag == ber::context(3)) {
      X400_TRY(policy, read_policy(e));
      s.policy = policy;
    }
    if (e.tag != ber::context(0)) continue;
    ber::Reader addresses(e.content);
    while (!addresses.at_end()) {
      X400_TRY(address, addresses.next());
      s.or_addresses.push_back(to_octets(address.whole));
    }
  }
  return s;
}

Result<std::string> key_of(View or_name) {
  X400_TRY(e, ber::read_one(or_name));
  asn1::ORAddress address;
  if (e.tag == ber::tags::sequence) {
    X400_TRY(read, asn1::ORAddress::decode(or_name));
    address = std::move(read);
  } else {
    X400_TRY(read, asn1::ORName::decode(or_name, e.tag));
    address = std::move(read.address);
  }
  if (address.empty()) return Error(ErrorKind::invalid, "a name without an O/R address");
  return asn1::canonical_key(address);
}

}  // namespace

Result<std::vector<std::string>> Engine::keys_of(const MailboxSettings& settings) const {
  std::vector<std::string> keys;
  for (const Octets& address : settings.or_addresses) {
    auto key = key_of(address);
    if (!key.ok())
      return Error(ErrorKind::invalid, "mailbox " + settings.id + ": address: " + key.error().text());
    keys.push_back(std::move(*key));
  }
  return keys;
}

Status Engine::load() {
  X400_TRY(stored, backend_->mailboxes());
  for (const backend::Mailbox& m : stored) {
    auto settings = decode(m.id, m.properties);
    if (!settings.ok()) return Error(ErrorKind::corrupt, "mailbox " + m.id + ": " + settings.error().text());
    X400_TRY(keys, keys_of(*settings));
    auto state = std::make_shared<MailboxState>(m.number, std::move(*settings));
    X400_TRY(item, backend_->item(m.number, items::registrations, {}));
    if (item) {
      auto registrations = Registrations::decode(item->value, options.rules);
      if (!registrations.ok())
        return Error(ErrorKind::corrupt,
                     "mailbox " + m.id + ": registrations: " + registrations.error().text());
      state->set(std::move(*registrations));
    }
    X400_CHECK(load_told(*this, *state));
    mailboxes_.emplace(m.number, std::move(state));
    for (std::string& key : keys) addresses_.emplace(std::move(key), m.number);
  }
  return Ok{};
}

MailboxPtr Engine::find(MailboxNumber number) const {
  const std::shared_lock lock(mutex_);
  const auto at = mailboxes_.find(number);
  return at == mailboxes_.end() ? nullptr : at->second;
}

std::vector<MailboxPtr> Engine::all() const {
  const std::shared_lock lock(mutex_);
  std::vector<MailboxPtr> out;
  for (const auto& [number, state] : mailboxes_) out.push_back(state);
  return out;
}

Policy Engine::policy(const MailboxState& mailbox) const {
  return effective(mailbox.settings()->policy, options.policy);
}

Result<MailboxNumber> Engine::create(const MailboxSettings& settings) {
  X400_CHECK(check(settings.policy));
  X400_TRY(keys, keys_of(settings));
  const std::lock_guard one(administration_);
  {
    const std::shared_lock lock(mutex_);
    for (const std::string& key : keys)
      if (addresses_.contains(key)) return Error(ErrorKind::exists, "address of another mailbox: " + key);
  }
  X400_TRY(number,
           backend_->create_mailbox(settings.id, encode(settings),
                                    {AuditLine(AuditKind::mailbox_created).text("id", settings.id).event()}));
  const std::unique_lock lock(mutex_);
  mailboxes_.emplace(number, std::make_shared<MailboxState>(number, settings));
  for (std::string& key : keys) addresses_.emplace(std::move(key), number);
  return number;
}

Status Engine::configure(MailboxNumber mailbox, const MailboxSettings& settings) {
  X400_CHECK(check(settings.policy));
  X400_TRY(keys, keys_of(settings));
  const std::lock_guard one(administration_);
  const MailboxPtr state = find(mailbox);
  if (!state) return Error(ErrorKind::not_found, "no mailbox " + std::to_string(mailbox));
  if (state->settings()->id != settings.id)
    return Error(ErrorKind::invalid, "mailbox " + state->settings()->id + " cannot be renamed");
  {
    const std::shared_lock lock(mutex_);
    for (const std::string& key : keys)
      if (const auto at = addresses_.find(key); at != addresses_.end() && at->second != mailbox)
        return Error(ErrorKind::exists, "address of another mailbox: " + key);
  }
  X400_CHECK(backend_->set_mailbox_properties(mailbox, encode(settings),
                                              {AuditLine(AuditKind::mailbox_changed).event()}));
  state->set(settings);
  {
    const std::unique_lock lock(mutex_);
    std::erase_if(addresses_, [mailbox](const auto& entry) { return entry.second == mailbox; });
    for (std::string& key : keys) addresses_.emplace(std::move(key), mailbox);
  }
  check_quotas(*this, state);
  return Ok{};
}

Result<MailboxNumber> Engine::by_address(View or_name) const {
  X400_TRY(key, key_of(or_name));
  const std::shared_lock lock(mutex_);
  const auto at = addresses_.find(key);
  if (at == addresses_.end()) return Error(ErrorKind::not_found, "no mailbox has the address " + key);
  return at->second;
}

}  // namespace x400::mstore::service
