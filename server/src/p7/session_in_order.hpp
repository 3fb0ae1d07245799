// The body of P7Session::in_order, for the units that use it.
#pragma once

#include <utility>

#include "p7/session.hpp"

namespace x400::server {

template <class Argument, class Run>
void P7Session::in_order(Call call, Run run) {
  // A piece that the pool does not take any more drops its reply, which rejects the invocation.
  (void)queue_->post([self = shared_from_this(), call = std::move(call), run](Turn turn) mutable {
    auto argument = Argument::decode(call.argument(), self->who_.edition);
    if (!argument.ok()) return self->malformed(call, argument.error());
    run(*self, std::move(*argument), std::move(call), std::move(turn));
  });
}

}  // namespace x400::server
