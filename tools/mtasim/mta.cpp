#include "mta.hpp"

#include <future>

#include "submission.hpp"

namespace mtasim {

using namespace x400;

namespace {

// Also how fast a message injected by another process is seen.
constexpr std::chrono::milliseconds tick_every{50};

access::ListenerOptions listener_options(const Config& config) {
  access::ListenerOptions options;
  for (const auto& address : config.listen) options.endpoints.push_back({address.host, address.port});
  options.tls = config.tls;
  options.selectors = config.listen.front().selectors;
  for (const bool reliable : {false, true})
    for (const auto edition : {access::Edition::e1994, access::Edition::e1988})
      options.contexts.push_back(
          &access::contexts::of(access::Protocol::p3, edition, access::Party::user, reliable));
  return options;
}

}  // namespace

Mta::Mta(Config config, Queue queue)
    : config_(std::move(config)), routing_(config_), queue_(std::move(queue)) {}

Result<std::unique_ptr<Mta>> Mta::start(Config config) {
  X400_TRY(queue, Queue::open(config.queue));
  std::unique_ptr<Mta> mta(new Mta(std::move(config), std::move(queue)));
  mta->runtime_ = std::make_unique<access::Runtime>(1);
  for (std::size_t i = 0; i < mta->config_.stores.size(); ++i)
    mta->links_.push_back(
        std::make_shared<StoreLink>(mta->config_, i, mta->routing_, mta->queue_, *mta->runtime_));
  // Tasks find their worker through the link, so the links are told before the first tick can run.
  mta->worker_ = std::make_unique<Worker>([m = mta.get()] { m->tick(); }, tick_every);
  mta->worker_->post([m = mta.get()] {
    for (auto& link : m->links_) link->attach(*m->worker_);
  });
  auto acceptor = submission_acceptor({mta->config_, mta->routing_, mta->queue_, *mta->worker_});
  X400_TRY(listener, access::Listener::open(*mta->runtime_, listener_options(mta->config_), acceptor));
  mta->listener_ = std::move(listener);
  return mta;
}

void Mta::tick() {
  for (auto& link : links_) link->pump();
}

void Mta::stop() {
  if (stopped_) return;
  stopped_ = true;
  if (listener_) listener_->shutdown().get();
  std::promise<std::vector<access::Pending<access::Ending>>> ending;
  worker_->post([&] {
    std::vector<access::Pending<access::Ending>> all;
    for (auto& link : links_)
      for (auto& pending : link->stop()) all.push_back(std::move(pending));
    ending.set_value(std::move(all));
  });
  for (auto& pending : ending.get_future().get()) pending.get();
  runtime_.reset();  // ends the associations; their last outcomes are posted to the worker
  worker_->stop();
}

Mta::~Mta() { stop(); }

}  // namespace mtasim
