#include "x400/access/connect.hpp"

#include <boost/asio/post.hpp>

#include "dialled.hpp"

namespace x400::access {
namespace {

Dialled::Answer never_answered() {
  ConnectFailure f;
  f.kind = ConnectFailure::Kind::aborted;
  f.text = "the runtime has ended";
  return f;
}

std::string fault(const ConnectOptions& options) {
  if (!options.context) return "no application context";
  if (options.address.host.empty()) return "no host to connect to";
  if (options.bind_argument.empty()) return "no bind argument";
  for (const Port port : options.ports)
    if (!options.context->syntax(port))
      return std::string(options.context->name) + " has no " + std::string(name(port)) + " port";
  return {};
}

}  // namespace

Pending<Result<Connected, ConnectFailure>> connect(Runtime& runtime, ConnectOptions options) {
  if (std::string text = fault(options); !text.empty()) {
    ConnectFailure f;
    f.kind = ConnectFailure::Kind::invalid;
    f.transient = false;
    f.text = std::move(text);
    return Pending<Dialled::Answer>::ready(std::move(f));
  }
  Promise<Dialled::Answer> promise(never_answered);
  auto pending = promise.pending();
  const auto dialled = std::make_shared<Dialled>(runtime.state(), std::move(options), std::move(promise));
  if (dialled->enter()) asio::post(dialled->strand(), [dialled] { dialled->dial(); });
  return pending;
}

}  // namespace x400::access
