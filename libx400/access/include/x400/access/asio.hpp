// For programs that use Asio themselves: the Runtime's io_context, and Pending in coroutines. The only
// public header of this folder that includes Asio.
//
//   boost::asio::awaitable<void> f(AssociationPtr a, osi::Chain argument) {
//     auto pending = a->invoke(operations::list, std::move(argument));
//     Outcome o = co_await wait(std::move(pending));
//   }
//
// gcc 12 miscompiles temporaries inside co_await expressions: name the Pending first, as above.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "x400/access/pending.hpp"
#include "x400/access/runtime.hpp"

namespace x400::access {

/// Of the first thread; lives as long as the Runtime; work may be added to it.
boost::asio::io_context& io_context(Runtime& runtime);

/// The value, awaited; the coroutine goes on on its own executor. Not cancellable.
template <class T>
boost::asio::awaitable<T> wait(Pending<T> pending) {
  auto initiate = [](auto handler, Pending<T> p) {
    auto work = boost::asio::make_work_guard(handler);
    p.then([handler = std::move(handler), work = std::move(work)](T value) mutable {
      auto executor = work.get_executor();
      boost::asio::dispatch(executor, [handler = std::move(handler), value = std::move(value)]() mutable {
        std::move(handler)(std::move(value));
      });
    });
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(T)>(
      initiate, boost::asio::use_awaitable, std::move(pending));
}

}  // namespace x400::access
