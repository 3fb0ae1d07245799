// A whole service on free loopback ports with a StoreDouble in it.
#pragma once

#include <future>
#include <optional>

#include "log/log.hpp"
#include "service/service.hpp"
#include "store_double.hpp"
#include "x400_temp_folder.hpp"

namespace x400::test {

inline constexpr std::string_view store_name = "C=XX;ADMD=TEST;O=Store",
                                  alice_name = "C=XX;ADMD=TEST;O=Org;S=Alice",
                                  bob_name = "C=XX;ADMD=TEST;O=Org;S=Bob",
                                  nobody_name = "C=XX;ADMD=TEST;O=Org;S=Nobody";

inline std::shared_ptr<const settings::PasswordHash> cheap_hash(std::string_view password) {
  return std::make_shared<const settings::PasswordHash>(
      settings::PasswordHash::make(view(password), {16, 1, 1}).value());
}

inline server::MailboxConfig mailbox_config(std::string id, std::string_view name,
                                            std::string_view password) {
  server::MailboxConfig m;
  m.id = std::move(id);
  m.or_addresses = {address(name)};
  m.p7_hash = cheap_hash(password);
  m.mts_password = settings::Secret(m.id + "-mts");
  m.mta = "MTA1";
  return m;
}

/// The configuration most tests start from: alice (pw-a) and bob (pw-b) behind MTA1 (mta-pw), no MTA to
/// submit to.
inline server::Config service_config() {
  server::Config config;
  config.store.or_address = address(store_name);
  config.store.password = settings::Secret("store-pw");
  config.store.path = "unused";
  config.service.io_threads = 2;
  config.service.shutdown_grace = std::chrono::seconds(60);
  server::ListenConfig p7, p3;
  p7.protocol = server::ListenConfig::Protocol::p7;
  p7.address = loopback(0);
  p3.protocol = server::ListenConfig::Protocol::p3;
  p3.address = loopback(0);
  config.listen = {p7, p3};
  server::MtaConfig mta;
  mta.name = "MTA1";
  mta.password = settings::Secret("mta-pw");
  config.mtas = {mta};
  config.mailboxes = {mailbox_config("alice", alice_name, "pw-a"), mailbox_config("bob", bob_name, "pw-b")};
  return config;
}

class RunningService {
 public:
  explicit RunningService(server::Config given = service_config())
      : config(std::move(given)),
        log(server::Log::open(
                {.level = server::Level::debug, .file = folder.path() / "log", .standard_error = false})
                .value()) {
    auto started = server::Service::start(config, *log, [this](const auto&, mstore::Submitter* submitter) {
      script->submitter = submitter;
      return Result<std::unique_ptr<mstore::Store>>(std::make_unique<StoreDouble>(script));
    });
    if (!started.ok()) FAIL(started.error().error.text());
    service = std::move(*started);
    p7 = service->ports()[0];
    p3 = service->ports()[1];
  }

  std::string log_text() const { return folder.read("log"); }

  TempFolder folder;
  server::Config config;
  std::unique_ptr<server::Log> log;
  std::shared_ptr<StoreScript> script = std::make_shared<StoreScript>();
  std::unique_ptr<server::Service> service;
  std::uint16_t p7 = 0, p3 = 0;
  access::Runtime runtime{1};  // of the test's own ends; gone before the service
};

/// A bound user.
inline access::AssociationPtr bound_user(RunningService& s, asn1::Edition edition = asn1::Edition::e1994,
                                         std::string_view name = alice_name,
                                         std::string_view password = "pw-a") {
  auto made = connect_user(s.runtime, s.p7, user_bind(name, password), edition);
  if (!made.ok()) FAIL(made.error().text);
  return made->association;
}

inline Octets list_argument(asn1::Edition edition) { return ms::ListArgument{}.encode(edition); }

/// Keeps a thread of the engine pool busy: the operation `list` of bob, until it goes.
class BusyPool {
 public:
  explicit BusyPool(RunningService& s) {
    s.script->list = [this](const ms::ListArgument&) -> mstore::Outcome<mstore::Listed> {
      begun_.put(true);
      end_.get_future().wait();
      return mstore::Listed{};
    };
    auto made = connect_user(s.runtime, s.p7, user_bind(bob_name, "pw-b"));
    if (!made.ok()) FAIL(made.error().text);
    association_ = made->association;
    answer_ = association_->invoke(operations::list, ms::ListArgument{}.encode(asn1::Edition::e1994));
    begun_.take();
  }
  /// Lets it go; what was waiting for the pool runs.
  void free() {
    end_.set_value();
    CHECK(answer_->get().is_result());
    answer_.reset();
  }
  ~BusyPool() {
    if (answer_) free();
  }

 private:
  Inbox<bool> begun_;
  std::promise<void> end_;
  access::AssociationPtr association_;
  std::optional<access::Pending<access::Outcome>> answer_;
};

}  // namespace x400::test
