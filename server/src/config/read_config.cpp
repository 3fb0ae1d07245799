#include <arpa/inet.h>

#include <algorithm>
#include <map>
#include <set>

#include "config/config.hpp"
#include "config/read_access.hpp"
#include "config/read_policy.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/osi/policy.hpp"
#include "x400/settings/document.hpp"

namespace x400::server {
namespace {

using settings::Document;
using settings::Table;

constexpr std::int64_t many = 1'000'000'000;

template <class Number>
void set_count(Table& table, std::string_view key, Number& to, std::int64_t least, std::int64_t most = many) {
  if (const auto value = table.integer(key, least, most)) to = static_cast<Number>(*value);
}

void set_duration(Table& table, std::string_view key, Milliseconds& to) {
  if (const auto value = table.duration(key)) to = *value;
}

void set_size(Table& table, std::string_view key, std::size_t& to, std::uint64_t least, std::uint64_t most) {
  const auto value = table.size(key);
  if (!value) return;
  if (*value < least || *value > most)
    table.fault(key, std::string(key) + " must be at least " + std::to_string(least) + " B and at most " +
                         std::to_string(most) + " B");
  else
    to = static_cast<std::size_t>(*value);
}

// A required file with a secret. The fault names the file, and what is wrong with it.
settings::Secret secret(Table& table, std::string_view key, std::string_view example) {
  if (table.required_text(key, example).empty()) return {};
  auto read = settings::read_secret_file(*table.path(key));
  if (read.ok()) return std::move(*read);
  table.fault(key, std::string(key) + ": " + read.error().text());
  return {};
}

// A presentation address.
std::optional<osi::PresentationAddress> address(Table& table, std::string_view key, const std::string& text) {
  auto parsed = osi::parse_address(text);
  if (parsed.ok()) return std::move(*parsed);
  table.fault(key, std::string(key) + ": " + parsed.error().text() + "; write for instance " +
                       std::string(key) + " = \"127.0.0.1:1102\"");
  return std::nullopt;
}

// One to listen on: "*" stands for all own addresses (an empty host), port 0 for any free one.
std::optional<osi::PresentationAddress> listen_address(Table& table, std::string text) {
  const std::size_t last = text.rfind(';') + 1;  // npos + 1 is 0: no selectors
  const bool all = text.compare(last, 2, "*:") == 0;
  if (all) text.replace(last, 1, "0.0.0.0");
  const bool any_port = text.ends_with(":0");
  if (any_port) text.back() = '1';
  auto parsed = address(table, "address", text);
  if (parsed && all) parsed->host.clear();
  if (parsed && any_port) parsed->port = 0;
  return parsed;
}

bool numeric(const std::string& host) {
  in6_addr octets{};
  return ::inet_pton(AF_INET, host.c_str(), &octets) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &octets) == 1;
}

// A complete O/R address, or nothing and a fault.
std::optional<asn1::ORAddress> or_address(Table& table, std::string_view key, const std::string& text) {
  auto parsed = asn1::parse_or_address(text);
  const Status status = parsed.ok() ? asn1::check(*parsed) : Status(parsed.error());
  if (status.ok()) return std::move(*parsed);
  table.fault(key, std::string(key) + ": \"" + text + "\": " + status.error().text());
  return std::nullopt;
}

class Reader {
 public:
  explicit Reader(Document document) : document_(std::move(document)) {}

  Result<Config> read(const std::filesystem::path& file) {
    Table root = document_.root();
    config_.file = file;
    store(root);
    if (auto table = root.table("service")) service(*table);
    if (auto table = root.table("management")) config_.management.socket = table->path("socket");
    listen_tables(root);
    if (auto table = root.table("limits")) limits(*table);
    if (auto table = root.table("log")) log(*table);
    if (auto table = root.table("defaults")) {
      config_.defaults = read_policy(*table);
      config_.keep_logs = table->boolean("keep_logs").value_or(false);
    }
    for (Table& table : root.tables("mta")) mta(table);
    for (Table& table : root.tables("mailbox")) mailbox(table);
    X400_CHECK(document_.finish());
    return std::move(config_);
  }

 private:
  void listen_tables(Table& root) {
    auto list = root.tables("listen");
    if (list.empty() && !root.has("listen"))
      document_.fault(
          {}, "no [[listen]] in the file; add one with protocol = \"p7\" and address = \"127.0.0.1:1102\"");
    for (Table& table : list) listen(table);
  }

  void store(Table& root) {
    auto table = root.table("store");
    if (!table) {
      if (!root.has("store"))
        document_.fault({}, "no [store] in the file; add it with or_address, password_file and path");
      return;
    }
    StoreConfig& s = config_.store;
    const auto name = table->required_text("or_address", "or_address = \"C=XX;ADMD=TEST;PRMD=DEMO;O=Store\"");
    if (!name.empty()) s.or_address = or_address(*table, "or_address", name).value_or(asn1::ORAddress());
    s.password = secret(*table, "password_file", "password_file = \"secrets/store\"");
    if (!table->required_text("path", "path = \"/var/lib/mstored\"").empty()) s.path = *table->path("path");
    set_size(*table, "keep_free", s.keep_free, 0, std::int64_t{1} << 40);
    if (table->has("reserve")) set_size(*table, "reserve", s.reserve.emplace(), 0, std::int64_t{1} << 40);
    set_count(*table, "audit_days", s.audit_days, 0, 100'000);
    if (auto cleaning = table->table("cleaning")) this->cleaning(*cleaning, s.cleaning);
  }

  void cleaning(Table& table, StoreConfig::Cleaning& c) {
    set_count(table, "dead_percent", c.dead_percent, 1, 99);
    set_size(table, "rate", c.rate, 0, std::int64_t{1} << 40);
    set_duration(table, "retired", c.retired);
    if (c.retired % std::chrono::minutes(1) != Milliseconds(0))
      table.fault("retired", "retired is counted in whole minutes; write \"90 min\" for an hour and a half");
  }

  void service(Table& table) {
    ServiceConfig& s = config_.service;
    set_count(table, "io_threads", s.io_threads, 0, 256);
    set_count(table, "engine_threads", s.engine_threads, 1, 256);
    set_count(table, "password_threads", s.password_threads, 1, 64);
    set_count(table, "password_queue", s.password_queue, 1, 100'000);
    set_duration(table, "shutdown_grace", s.shutdown_grace);
    s.seal_key = read_seal_key(table, {document_.folder(), config_.store.path});
  }

  void listen(Table& table) {
    ListenConfig l;
    table.required_text("protocol", "protocol = \"p7\"");
    const auto protocol = table.choice("protocol", {"p7", "p3"});
    l.protocol = protocol == "p3" ? ListenConfig::Protocol::p3 : ListenConfig::Protocol::p7;
    const auto text = table.required_text("address", "address = \"127.0.0.1:1102\"");
    if (text.empty()) return;
    const auto parsed = listen_address(table, text);
    if (!parsed) return;
    l.address = *parsed;
    if (!l.address.host.empty() && !numeric(l.address.host))
      table.fault("address", "address: \"" + l.address.host +
                                 "\" is a name; write the number of an own address, or * for all of them");
    if (l.address.port != 0 && !listen_places_.insert({l.address.host, l.address.port}).second)
      table.fault("address", "address: another [[listen]] has the same host and port; give each its own");
    if (auto tls = table.table("tls")) l.tls = read_tls_server(*tls);
    config_.listen.push_back(std::move(l));
  }

  void limits(Table& table) {
    LimitsConfig& l = config_.limits;
    set_count(table, "associations", l.associations, 1);
    set_count(table, "associations_per_address", l.associations_per_address, 1);
    set_count(table, "associations_per_user", l.associations_per_user, 1);
    set_count(table, "failed_binds_per_user", l.failed_binds_per_user, 0);
    set_count(table, "failed_binds_per_address", l.failed_binds_per_address, 0);
    set_duration(table, "failed_binds_span", l.failed_binds_span);
    if (l.failed_binds_span.count() == 0)
      table.fault("failed_binds_span", "failed_binds_span must be more than nothing");
    set_duration(table, "failed_binds_wait", l.failed_binds_wait);
    set_duration(table, "protected_window", l.protected_window);
    set_duration(table, "connect_timeout", l.connect_timeout);
    set_duration(table, "session_timeout", l.session_timeout);
    set_duration(table, "bind_timeout", l.bind_timeout);
    set_duration(table, "progress_span", l.progress_span);
    set_size(table, "progress_octets", l.progress_octets, 1, 1 << 30);
    set_duration(table, "idle_p7", l.idle_p7);
    set_duration(table, "idle_p3", l.idle_p3);
    set_size(table, "tsdu_before_bind", l.tsdu_before_bind, 2048, 1 << 30);
    set_size(table, "content", l.content, 1024, 0x7FFFFFFF);
    set_size(table, "spool_from", l.spool_from, 0, 1 << 30);
    set_count(table, "ber_depth", l.ber_depth, 16, static_cast<std::int64_t>(osi::Limits().pdu_ber.depth));
    set_count(table, "ber_elements", l.ber_elements, 1000);
    set_count(table, "ber_elements_bind", l.ber_elements_bind, 200);
    set_count(table, "operations_outstanding", l.operations_outstanding, 1, 10'000);
    set_size(table, "unsent", l.unsent, 64 << 10, 1 << 30);
    set_count(table, "list_entries", l.list_entries, 1, 100'000'000);
    set_count(table, "presentation_contexts", l.presentation_contexts, 5, 64);
    set_count(table, "selector_octets", l.selector_octets, 4, 128);
  }

  void log(Table& table) {
    const auto level = table.choice("level", {"debug", "info", "warning", "error"});
    if (level == "debug") config_.log.level = Level::debug;
    if (level == "warning") config_.log.level = Level::warning;
    if (level == "error") config_.log.level = Level::error;
    config_.log.file = table.path("file");
    config_.log.standard_error = table.boolean("stderr").value_or(!config_.log.file);
    config_.log.json = table.boolean("json").value_or(false);
    if (!config_.log.file && !config_.log.standard_error)
      table.fault("stderr", "nothing would be logged anywhere; give a file, or leave stderr out");
  }

  void mta(Table& table) {
    MtaConfig m;
    m.name = table.required_text("name", "name = \"MTA1\"");
    const bool ia5 =
        std::all_of(m.name.begin(), m.name.end(), [](char c) { return static_cast<signed char>(c) >= ' '; });
    if (m.name.size() > 32 || !ia5)
      table.fault("name", "name: at most 32 characters of IA5 (X.411 ub-mta-name-length)");
    if (!m.name.empty() && !mta_names_.insert(m.name).second)
      table.fault("name", "name: there is another [[mta]] named \"" + m.name + "\"; names are unique");
    if (const auto text = table.text("address")) m.address = address(table, "address", *text);
    if (m.address && m.address->host.empty()) table.fault("address", "address: the host is missing");
    m.password = secret(table, "password_in_file", "password_in_file = \"secrets/mta1-in\"");
    m.protected_credentials = table.boolean("protected").value_or(false);
    m.certificates = read_certificates(table);
    if (auto tls = table.table("tls")) m.tls = read_tls_client(*tls);
    if (table.choice("bind_as", {"user", "store"}) == "store") m.bind_as = MtaConfig::BindAs::store;
    if (table.choice("unknown_mailbox", {"refuse", "abort"}) == "abort")
      m.unknown_mailbox = MtaConfig::UnknownMailbox::abort;
    if (table.choice("full_mailbox", {"abort", "reject"}) == "reject")
      m.full_mailbox = MtaConfig::FullMailbox::reject;
    set_count(table, "submit_associations", m.submit_associations, 1, 100'000);
    m.submit_reliable = table.boolean("submit_reliable").value_or(false);
    m.submit_reliable_bare = table.boolean("submit_reliable_bare").value_or(false);
    set_duration(table, "submit_idle", m.submit_idle);
    set_duration(table, "retry_first", m.retry_first);
    set_duration(table, "retry_most", m.retry_most);
    set_duration(table, "retry_refused", m.retry_refused);
    if (m.retry_first.count() == 0) table.fault("retry_first", "retry_first must be more than nothing");
    if (m.retry_most < m.retry_first)
      table.fault("retry_most", "retry_most must not be shorter than retry_first");
    config_.mtas.push_back(std::move(m));
  }

  void mailbox(Table& table) {
    MailboxConfig m;
    m.id = mailbox_id(table);
    for (const auto& text :
         table.required_texts("or_addresses", "or_addresses = [\"C=XX;ADMD=TEST;O=Org;S=Alice\"]"))
      own_address(table, m, text);
    if (const auto hash = table.text("p7_hash")) {
      auto parsed = settings::PasswordHash::parse(*hash);
      if (parsed.ok())
        m.p7_hash = std::make_shared<const settings::PasswordHash>(std::move(*parsed));
      else
        table.fault("p7_hash", "p7_hash: " + parsed.error().text());
    }
    m.p7_sealed = read_sealed(table, m.id, config_.service.seal_key.get());
    m.certificates = read_certificates(table);
    if (table.has("responder_password_file"))
      m.responder_password =
          secret(table, "responder_password_file", "responder_password_file = \"secrets/to-" + m.id + "\"");
    m.mta = table.required_text("mta", "mta = \"MTA1\"");
    mts_password(table, m);
    m.policy = read_policy(table);
    m.keep_logs = table.boolean("keep_logs").value_or(config_.keep_logs);
    config_.mailboxes.push_back(std::move(m));
  }

  std::string mailbox_id(Table& table) {
    std::string id = table.required_text("id", "id = \"alice\"");
    const bool good = std::all_of(id.begin(), id.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
             c == '-' || c == '_';
    });
    if (!good || id.size() > 64)
      table.fault("id", "id: \"" + id + "\": letters, digits, '.', '-' and '_' only, at most 64");
    if (!id.empty() && !mailbox_ids_.insert(id).second)
      table.fault("id", "id: there is another [[mailbox]] with id \"" + id + "\"; ids are unique");
    return id;
  }

  void own_address(Table& table, MailboxConfig& m, const std::string& text) {
    auto address = or_address(table, "or_addresses", text);
    if (!address) return;
    const auto [found, added] = owners_.emplace(asn1::canonical_key(*address), m.id);
    if (!added)
      table.fault("or_addresses", "or_addresses: \"" + text + "\" belongs to mailbox \"" + found->second +
                                      "\" already; an address has one mailbox and stands there once");
    m.or_addresses.push_back(std::move(*address));
  }

  void mts_password(Table& table, MailboxConfig& m) {
    const auto mta = std::find_if(config_.mtas.begin(), config_.mtas.end(),
                                  [&](const auto& x) { return x.name == m.mta; });
    const bool known = mta != config_.mtas.end();
    if (!m.mta.empty() && !known)
      table.fault("mta", "mta: there is no [[mta]] named \"" + m.mta + "\"; add it or correct the name");
    const bool needed = known && mta->address && mta->bind_as == MtaConfig::BindAs::user;
    if (needed || table.has("mts_password_file"))
      m.mts_password = secret(table, "mts_password_file", "mts_password_file = \"secrets/" + m.id + "-mts\"");
    else
      (void)table.text("mts_password_file");
  }

  Document document_;
  Config config_;
  std::set<std::string> mta_names_, mailbox_ids_;
  std::map<std::string, std::string> owners_;  // canonical key of an address -> mailbox id
  std::set<std::pair<std::string, std::uint16_t>> listen_places_;
};

}  // namespace

Result<Config> read_config(const std::filesystem::path& file) {
  X400_TRY(document, Document::read(file));
  return Reader(std::move(document)).read(file);
}

}  // namespace x400::server
