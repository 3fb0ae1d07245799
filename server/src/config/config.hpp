// Config: what mstored.toml says, as plain values. This header is the manual of the file's keys; the man
// page mstored.toml(5) says the same for operators.
//
// The file is read strictly: an unknown key, a wrong type, a missing or doubled thing refuses it, with file,
// line, column and what to write instead. All faults are reported at once.
//
// Relative paths are relative to the folder of the configuration file. Durations and sizes are texts with a
// unit: "500 ms", "10 s", "5 min", "2 h", "30 d"; "512 B", "64 KiB", "20 MiB", "1 GiB". Files of secrets hold
// one line, and nobody but owner and group may have any right to them.
//
// Threads: values.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log/log.hpp"
#include "x400/access/tls.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/base/result.hpp"
#include "x400/mstore/policy.hpp"
#include "x400/osi/address.hpp"
#include "x400/settings/password_hash.hpp"
#include "x400/settings/sealed_secret.hpp"
#include "x400/settings/secret.hpp"

namespace x400::server {

using Milliseconds = std::chrono::milliseconds;

/// [store]: what the store is and where it keeps things.
struct StoreConfig {
  /// or_address: O/R address of the store; the name it answers an MTA's bind with (X.411 8.1.1.1.2.1).
  /// Required. Text forms: "C=XX;ADMD=TEST;O=Store" or "/O=Store/ADMD=TEST/C=XX/".
  asn1::ORAddress or_address;
  /// password_file: file with the store's own P3 password: what an MTA is shown in the result of its bind,
  /// and what `bind_as = "store"` binds with. Required.
  settings::Secret password;
  /// path: folder of the store (log, index). Made at the first start. Required.
  std::filesystem::path path;
  /// keep_free: octets of the disk that deliveries and submissions leave alone, so that users can still read
  /// and delete; with less left they are not taken until there is room again. "0 B": taken until a write
  /// fails.
  std::size_t keep_free = 64 * 1024 * 1024;  ///< default "64 MiB"
  /// reserve: octets held in a file of the store against others who fill the disk, so that reading, deleting
  /// and opening go on. Default: a quarter of keep_free. "0 B": none.
  std::optional<std::size_t> reserve;
  /// audit_days: how long audit lines stay in the log; default 0, for ever.
  std::uint32_t audit_days = 0;

  /// [store.cleaning]: how room comes back that deleted messages take. The table may be left out.
  struct Cleaning {
    std::uint32_t dead_percent = 30;  ///< dead_percent: share of dead octets in the log that is borne; 30
    /// rate: octets a second that cleaning reads and writes at most; default "16 MiB". "0 B": no bound.
    std::size_t rate = 16 * 1024 * 1024;
    /// retired: how long segments that were replaced stay in retired/, for plain copies of the folder; whole
    /// minutes, default "1 d". A full disk shortens it.
    Milliseconds retired{std::chrono::hours(24)};
  };
  Cleaning cleaning;
};

/// [service]: threads and the end. The table may be left out.
struct ServiceConfig {
  unsigned io_threads = 0;        ///< io_threads: serve associations; 0, the default: one a processor
  unsigned engine_threads = 4;    ///< engine_threads: reads that may wait for the disk; default 4
  unsigned password_threads = 2;  ///< password_threads: scrypt checks at the same time; default 2
  /// password_queue: binds that may wait for their check, beyond it they are refused as overload; default
  /// 256.
  std::size_t password_queue = 256;
  /// seal_key_file: the key that p7_sealed passwords are sealed with (`mstorectl seal-key`); outside the
  /// folders of this file and of the store, so that who copies those has no password. Left out: no protected
  /// credentials in P7.
  std::shared_ptr<const settings::SealKey> seal_key;
  /// shutdown_grace: how long a shutdown waits for what has begun; default "20 s".
  Milliseconds shutdown_grace{20'000};
};

/// [management]: the door for administrators; see docs/management.md. The table may be left out.
struct ManagementConfig {
  /// socket: path of the Unix socket that mstorectl talks to, made with mode 660. Left out: none.
  std::optional<std::filesystem::path> socket;
};

/// [[listen]]: one address to accept associations on. At least one.
struct ListenConfig {
  enum class Protocol : std::uint8_t { p7, p3 };
  Protocol protocol = Protocol::p7;  ///< protocol: "p7" for users, "p3" for MTAs. Required
  /// address: "127.0.0.1:1102", "[::1]:102", "*:102" for all addresses, with selectors
  /// "tsel=P7;ssel=S;psel=P;10.0.0.1:102". The host is a numeric address; port 0 is any free one, which event
  /// S109 tells. Required.
  osi::PresentationAddress address;
  /// [listen.tls]: TLS 1.2 or 1.3 on this address, and nothing else. Left out: in the clear. Read again on
  /// SIGHUP.
  ///   certificate, key  files in PEM: the chain, the server's own certificate first; its key. Required
  ///   clients           "none" (default), "optional": a certificate that is shown must be good, "required"
  ///   clients_ca        file in PEM: the CAs of clients. Required unless "none"
  ///   clients_crl       file in PEM: revocation lists, one of each CA in a client's chain, in date. Left
  ///   out:
  ///                     none is revoked
  std::shared_ptr<access::TlsServer> tls;
};

/// [limits]: what peers can make the service do. All may be left out. Time-outs of "0 s" mean never.
struct LimitsConfig {
  std::size_t associations = 10'000;             ///< associations: in all
  std::size_t associations_per_address = 1'000;  ///< associations_per_address: IPv6: one /64
  std::size_t associations_per_user = 16;        ///< associations_per_user: P7, of one mailbox
  /// failed_binds_per_user, failed_binds_per_address: refused passwords for one name and from one address
  /// (IPv6: one /64) in each failed_binds_span, beyond which further binds wait, at most failed_binds_wait,
  /// before they are looked at; binds under way count. A name that has bound from an address before is
  /// counted by itself there. 0: no limit. Defaults 5, 20, "1 min", "20 s".
  std::size_t failed_binds_per_user = 5;
  std::size_t failed_binds_per_address = 20;
  Milliseconds failed_binds_span{60'000};
  Milliseconds failed_binds_wait{20'000};
  /// protected_window: how far the time in protected credentials may be off; default "5 min".
  Milliseconds protected_window{300'000};
  Milliseconds connect_timeout{10'000};  ///< connect_timeout: TCP connection to whole CR; and going out
  Milliseconds session_timeout{10'000};  ///< session_timeout: CC to whole CN
  Milliseconds bind_timeout{30'000};     ///< bind_timeout: CN to the decision on the bind
  /// progress_span, progress_octets: a PDU that has begun must bring progress_octets a second, looked at
  /// every progress_span, or the association ends. Defaults "30 s", "1 KiB".
  Milliseconds progress_span{30'000};
  std::size_t progress_octets = 1024;
  Milliseconds idle_p7{0};          ///< idle_p7: bound, nothing under way; default never (TCP keep-alive)
  Milliseconds idle_p3{3'600'000};  ///< idle_p3: the same for MTAs; default "60 min"
  std::size_t tsdu_before_bind = 64 * 1024;  ///< tsdu_before_bind: default "64 KiB"
  std::size_t content = 64 * 1024 * 1024;    ///< content: largest message content; default "64 MiB"
  /// spool_from: what of a PDU has come lies in a file from then on; "0 B": never. Default "1 MiB".
  std::size_t spool_from = 1024 * 1024;
  std::size_t ber_depth = 64;               ///< ber_depth: nesting of a PDU
  std::size_t ber_elements = 1'000'000;     ///< ber_elements: values in one PDU
  std::size_t ber_elements_bind = 2'000;    ///< ber_elements_bind: the same before the bind
  std::size_t operations_outstanding = 64;  ///< operations_outstanding: then reading stops
  /// unsent: octets of answers not taken by the peer; beyond it nothing more is read from it, and none of
  /// its retrieval operations begins. Default "4 MiB".
  std::size_t unsent = 4 * 1024 * 1024;
  std::size_t list_entries = 100'000;      ///< list_entries: in one List result, then `next`
  std::size_t presentation_contexts = 16;  ///< presentation_contexts: looked at in one CN
  std::size_t selector_octets = 64;        ///< selector_octets: longest called or calling selector
};

/// [[mta]]: an MTA the store works with.
struct MtaConfig {
  /// name: the MTA's name in binds, IA5, 1 to 32 characters (ub-mta-name-length). Required, unique.
  std::string name;
  /// address: where to bind to submit, as in [[listen]] but with a host name or address. Left out: nothing
  /// can be submitted through this MTA, it only delivers.
  std::optional<osi::PresentationAddress> address;
  /// password_in_file: the MTA's password, checked when it binds and when it answers a bind. Required.
  settings::Secret password;
  /// protected: protected credentials instead of passwords on the wire, in both directions and both ways (the
  /// MTA's binds and ours, our answers and its); simple ones are then refused. Default false.
  bool protected_credentials = false;
  /// certificates: with TLS, who may bind as this MTA: a subject as in [[mailbox]]. Left out: anybody with
  /// the password.
  std::vector<std::string> certificates;
  /// [mta.tls]: TLS when the store binds to submit; the MTA's certificate is always verified. Left out: in
  /// the clear. Read again on SIGHUP.
  ///   ca                file in PEM: the CAs it may come from; left out: those of the system
  ///   crl               file in PEM: revocation lists of those CAs, in date; left out: none is revoked
  ///   certificate, key  files in PEM: what the store shows when asked; left out: nothing
  ///   server_name       what the certificate must be for; left out: the host of `address`
  std::shared_ptr<access::TlsClient> tls;
  /// bind_as: whose name and password the store submits with: "user" (default), the mailbox's first address
  /// and its mts_password_file; or "store", or_address and password_file of [store].
  enum class BindAs : std::uint8_t { user, store };
  BindAs bind_as = BindAs::user;
  /// unknown_mailbox: what a delivery for an address of no mailbox gets (mts.md 7): "refuse" (default), the
  /// error security-error / unauthorised-user-name, upon which the MTA makes a non-delivery report; or
  /// "abort", so that the MTA tries again until the mailbox is set up.
  enum class UnknownMailbox : std::uint8_t { refuse, abort };
  UnknownMailbox unknown_mailbox = UnknownMailbox::refuse;
  /// full_mailbox: what a delivery for a mailbox at its hard quota gets, as P3 has no "later" (mts.md 7):
  /// "abort" (default), no answer and the end of the association, so that the MTA tries again; or "reject",
  /// a ROSE reject resource-limitation, which spares the other deliveries of the association, for MTAs known
  /// to take it as passing.
  enum class FullMailbox : std::uint8_t { abort, reject };
  FullMailbox full_mailbox = FullMailbox::abort;
  /// submit_associations: at the same time to this MTA, over all users; default 100.
  std::size_t submit_associations = 100;
  /// submit_reliable: submit over RTSE (mts-reliable-access); true or false, default false. Deliveries are
  /// taken with it and without.
  bool submit_reliable = false;
  /// submit_reliable_bare: with submit_reliable, the first APDUs go out bare, not in EXTERNAL, for an MTA
  /// that knows no other form; afterwards the MTA's own form is used in any case. Default false.
  bool submit_reliable_bare = false;
  Milliseconds submit_idle{60'000};     ///< submit_idle: an unused submission association is released; "60 s"
  Milliseconds retry_first{1'000};      ///< retry_first: pause after a failed bind, doubled each time; "1 s"
  Milliseconds retry_most{60'000};      ///< retry_most: but never longer; "60 s"
  Milliseconds retry_refused{900'000};  ///< retry_refused: pause after a refused password; "15 min"
};

/// [[mailbox]]: a user.
struct MailboxConfig {
  /// id: the mailbox's name for ever; letters, digits, '.', '-', '_', at most 64. Never the address, which
  /// may change. Required, unique.
  std::string id;
  /// or_addresses: the user's O/R addresses; binds and deliveries may use any, the first is the one the store
  /// submits with. Required, none in two mailboxes.
  std::vector<asn1::ORAddress> or_addresses;
  /// p7_hash: the user's P7 password, hashed by `mstorectl password-hash`. Left out: nobody can bind to this
  /// mailbox by P7.
  std::shared_ptr<const settings::PasswordHash> p7_hash;
  /// p7_sealed: the same password, sealed by `mstorectl password-seal`, so that the user can bind with
  /// protected credentials. Needs seal_key_file. Left out: simple credentials only.
  std::string p7_sealed;
  /// certificates: with TLS, the certificates this user binds with: subjects as RFC 2253 writes them
  /// ("CN=Alice,O=Org,C=XX"), or "sha256:" and the fingerprint. Where there are any, a bind without one of
  /// them is refused; with one, the password counts too if p7_hash is given, else any credentials are taken.
  /// A certificate that stands here binds for nobody else.
  std::vector<std::string> certificates;
  /// responder_password_file: the password the store shows this user in the result of a bind (X.413
  /// responder-credentials). Left out: an empty one.
  settings::Secret responder_password;
  /// mts_password_file: the user's P3 password. Required if the MTA has an address and bind_as is "user".
  settings::Secret mts_password;
  std::string mta;  ///< mta: name of the [[mta]] this user's submissions go to. Required
  /// What the mailbox may hold and how long; the keys are those of [defaults], which hold where it says
  /// nothing. A table that gives one of the four limits gives them all.
  mstore::Policy policy;
  /// keep_logs: whether deliveries and submissions leave entries in the user's delivery log and submission
  /// log. Left out: what [defaults] says.
  bool keep_logs = false;
};

struct Config {
  std::filesystem::path file;  ///< where it was read from
  StoreConfig store;
  ServiceConfig service;
  ManagementConfig management;
  std::vector<ListenConfig> listen;
  LimitsConfig limits;
  /// [log]: level ("debug", "info", "warning", "error"; default "info"), file (path; default none), stderr
  /// (true or false; default true without a file, else false), json (default false).
  LogOptions log;
  /// [defaults]: of all mailboxes; by default no limit, for ever, no hold (x400/mstore/policy.hpp).
  ///   hold, archive   how long what users delete stays in the archive: since creation, since deletion
  ///   logs            age at which log entries go
  ///   [defaults.in_box], [defaults.out_box], [defaults.drafts]
  ///     soft_entries, hard_entries, soft_octets, hard_octets   quotas; 0: none
  ///     age      at which entries go; "0 s": never. Not of drafts
  ///     remove   which ones: "not-new" (default), "processed", "all"
  mstore::Policy defaults;
  /// keep_logs (true or false; default false): of mailboxes that do not say it themselves.
  bool keep_logs = false;
  std::vector<MtaConfig> mtas;
  std::vector<MailboxConfig> mailboxes;
};

/// Errors: io, malformed, invalid; the text has one line a fault.
Result<Config> read_config(const std::filesystem::path& file);

}  // namespace x400::server
