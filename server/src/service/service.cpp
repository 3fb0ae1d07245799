#include "service/service.hpp"

#include <chrono>

#include "management/routes.hpp"
#include "p3/acceptor.hpp"
#include "p7/acceptor.hpp"
#include "service/log_notices.hpp"
#include "service/log_observer.hpp"
#include "service/options.hpp"
#include "x400/access/file_spool.hpp"

namespace x400::server {
namespace {

using Clock = std::chrono::steady_clock;

// Connections that may be told at the same time that there are too many.
constexpr std::size_t room_to_refuse = 64;

std::vector<const access::ApplicationContext*> contexts_of(ListenConfig::Protocol protocol) {
  using namespace access::contexts;
  using access::Edition;
  const bool p7 = protocol == ListenConfig::Protocol::p7;
  const auto initiator = p7 ? access::Party::user : access::Party::service;
  std::vector<const access::ApplicationContext*> all;
  for (const bool reliable : {false, true})
    for (const Edition edition : {Edition::e1994, Edition::e1988})
      all.push_back(&of(p7 ? access::Protocol::p7 : access::Protocol::p3, edition, initiator, reliable));
  return all;
}

std::string_view name(ListenConfig::Protocol protocol) {
  return protocol == ListenConfig::Protocol::p7 ? "p7" : "p3";
}

// Waits for all, until `deadline` or until `hurry` says so; whether all came.
template <class T>
bool wait_for_all(std::vector<access::Pending<T>>& pendings, Clock::time_point deadline,
                  const std::function<bool()>& hurry) {
  for (auto& pending : pendings) {
    while (!pending.wait_for(std::chrono::milliseconds(100))) {
      if (hurry() || Clock::now() >= deadline) return false;
    }
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<Service>, Service::StartFailure> Service::start(const Config& config, Log& log,
                                                                       const OpenStore& open) {
  std::unique_ptr<Service> service(new Service(config, log));
  const ServiceConfig& from = config.service;
  auto verifier =
      PasswordVerifier::make(from.password_threads, from.password_queue, usual_cost(config.mailboxes));
  if (!verifier.ok()) return StartFailure{exit_failed, verifier.error()};
  service->runtime_ = std::make_unique<access::Runtime>(from.io_threads);
  service->engine_ = std::make_unique<WorkerPool>(from.engine_threads, 0);
  service->verifier_ = std::move(*verifier);
  service->start_throttle();
  service->directory_ = std::make_unique<FileDirectory>(config.mailboxes, *service->verifier_);
  service->gateway_ = std::make_unique<SubmissionGateway>(*service->runtime_);
  if (auto opened = service->open_store(open); !opened.ok()) return opened.error();
  if (auto listening = service->listen(); !listening.ok()) return listening.error();
  if (auto opened = service->open_management(); !opened.ok()) return opened.error();
  return service;
}

void Service::start_throttle() {
  const LimitsConfig& from = config_.limits;
  BindThrottle::Limits limits;
  limits.per_user = static_cast<unsigned>(from.failed_binds_per_user);
  limits.per_address = static_cast<unsigned>(from.failed_binds_per_address);
  limits.span = from.failed_binds_span;
  limits.wait = from.failed_binds_wait;
  BindThrottle::Hooks hooks;
  hooks.slowed = [this](bool of_user, const std::string& who) {
    log_.write(events::binds_slowed, {{of_user ? "name" : "address", who}});
  };
  throttle_ = std::make_unique<ThrottleTimer>(limits, std::move(hooks));
  access::ProtectedChecker::Options options;
  options.window = std::chrono::duration_cast<std::chrono::seconds>(from.protected_window);
  protected_checker_ = std::make_unique<access::ProtectedChecker>(options);
}

void Service::reload() {
  const auto told = [this](const std::string& what, const Status& status) {
    if (status.ok())
      log_.write(events::certificates_reloaded, {{"of", what}});
    else
      log_.write(events::certificates_not_reloaded, {{"of", what}, {"error", status.error().text()}});
  };
  for (const ListenConfig& l : config_.listen)
    if (l.tls) told("[[listen]] " + osi::to_string(l.address), l.tls->reload());
  for (const MtaConfig& m : config_.mtas)
    if (m.tls) told("[[mta]] " + m.name, m.tls->reload());
}

Result<Ok, Service::StartFailure> Service::open_store(const OpenStore& open) {
  mstore::Options options;
  options.folder = config_.store.path;
  options.keep_free = config_.store.keep_free;
  options.reserve = config_.store.reserve;
  options.audit_days = config_.store.audit_days;
  options.clean_dead_percent = config_.store.cleaning.dead_percent;
  options.clean_rate = config_.store.cleaning.rate;
  options.retired_minutes = static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::minutes>(config_.store.cleaning.retired).count());
  options.entries_per_list = static_cast<std::uint32_t>(config_.limits.list_entries);
  options.policy = config_.defaults;
  auto opened = open(options, gateway_.get());
  if (!opened.ok()) return StartFailure{exit_store, opened.error().in("store " + options.folder.string())};
  store_ = std::move(*opened);
  for (const std::string& finding : store_->findings())
    log_.write(events::store_finding, {{"text", finding}});
  watch_ = std::make_unique<StoreWatch>(*store_, log_);
  auto mailboxes = Mailboxes::prepare(*store_, *directory_, log_);
  if (!mailboxes.ok()) return StartFailure{exit_store, mailboxes.error()};
  mailboxes_ = std::make_unique<Mailboxes>(std::move(*mailboxes));
  subjects_ = std::make_unique<SubjectIndex>(*store_);
  parts_ = std::make_unique<Parts>(Parts{config_, log_, *directory_, *verifier_, throttle_->throttle(),
                                         *protected_checker_, *store_, *mailboxes_, *gateway_, *subjects_,
                                         *runtime_, std::make_shared<LogObserver>(log_), open_spool(options),
                                         *engine_, stopping_});
  gateway_->attach(*parts_);
  sessions_ = std::make_shared<P7Sessions>(config_.limits.associations_per_user);
  alerts_ = store_->subscribe_alerts(
      [sessions = sessions_](const mstore::Alert& alert) { sessions->alert(alert); });
  notices_ = store_->subscribe_notices([this](const mstore::Notice& n) { log_notice(log_, *store_, n); });
  return Ok{};
}

// Beside the log: there is the room that a message will need next.
std::shared_ptr<osi::Spool> Service::open_spool(const mstore::Options& store) {
  if (config_.limits.spool_from == 0) return nullptr;
  // The store makes its reserve whole again only beside keep_free.
  const std::uint64_t left_alone = store.keep_free + store.held_octets();
  const auto trouble = [&log = log_](const std::string& what) {
    log.write(events::no_spool, {{"error", what}});
  };
  auto opened = access::FileSpool::open({store.folder, config_.limits.spool_from, left_alone, trouble});
  if (opened.ok()) return std::move(*opened);
  trouble(opened.error().text());
  return nullptr;
}

Result<Ok, Service::StartFailure> Service::listen() {
  const auto p7 = std::make_shared<P7Acceptor>(*parts_, sessions_);
  const auto p3 = std::make_shared<P3Acceptor>(*parts_);
  // A bind beyond the limit is refused with a reason; connections beyond this too are closed without a word.
  const auto admission = std::make_shared<access::Admission>(config_.limits.associations + room_to_refuse,
                                                             config_.limits.associations_per_address);
  for (const ListenConfig& from : config_.listen) {
    access::ListenerOptions options;
    options.endpoints = {{from.address.host, from.address.port}};
    options.contexts = contexts_of(from.protocol);
    options.selectors = from.address.selectors;
    options.tls = from.tls;
    options.admission = admission;
    options.association = association_options(*parts_);
    std::shared_ptr<access::Acceptor> acceptor = p3;
    if (from.protocol == ListenConfig::Protocol::p7) acceptor = p7;
    auto opened = access::Listener::open(*runtime_, std::move(options), std::move(acceptor));
    const std::string address = osi::to_string(from.address);
    if (!opened.ok()) return StartFailure{exit_listen, opened.error().in("[[listen]] " + address)};
    log_.write(events::listening, {{"protocol", name(from.protocol)},
                                   {"host", from.address.host.empty() ? std::string("*") : from.address.host},
                                   {"port", (*opened)->ports().front()},
                                   {"tls", from.tls != nullptr}});
    listeners_.push_back(std::move(*opened));
  }
  return Ok{};
}

Result<Ok, Service::StartFailure> Service::open_management() {
  const auto& socket = config_.management.socket;
  if (!socket) return Ok{};
  auto opened = ManagementServer::open(*socket, management_routes(*parts_));
  if (!opened.ok()) return StartFailure{exit_listen, opened.error().in("[management] socket")};
  log_.write(events::management_open, {{"socket", socket->string()}});
  management_ = std::move(*opened);
  return Ok{};
}

std::vector<std::uint16_t> Service::ports() const {
  std::vector<std::uint16_t> all;
  for (const auto& listener : listeners_) all.push_back(listener->ports().front());
  return all;
}

Status Service::stop(const std::function<bool()>& hurry) {
  stopping_ = true;
  const auto deadline = Clock::now() + config_.service.shutdown_grace;
  // First the users and MTAs that came to us; only then the MTAs that their submissions wait for.
  std::vector<access::Pending<Ok>> ended;
  for (const auto& listener : listeners_) ended.push_back(listener->shutdown());
  bool whole = wait_for_all(ended, deadline, hurry);
  auto released = gateway_->shutdown();
  whole = wait_for_all(released, deadline, hurry) && whole;
  end_threads();
  watch_.reset();
  const Status closed = store_->close();
  if (!closed.ok()) return Error(ErrorKind::io, "closing the store: " + closed.error().text());
  if (!whole) return Error(ErrorKind::unavailable, "associations were aborted");
  return Ok{};
}

// After this nothing of ours runs but the store's own threads: no session, no completion of an association.
void Service::end_threads() {
  management_.reset();
  listeners_.clear();
  alerts_.reset();
  notices_.reset();
  if (runtime_) runtime_.reset();
  // Checks that end now post to the pool, which still takes them.
  if (verifier_) verifier_->stop();
  if (engine_) engine_->stop();
  throttle_.reset();
}

Service::~Service() {
  stopping_ = true;
  end_threads();
}

}  // namespace x400::server
