// Waiting for a completion, for the blocking forms.
#pragma once

#include <future>
#include <memory>

namespace x400::mstore::service {

/// `start` is given a completion; its argument is returned when it was called.
template <class T, class Start>
T wait_for(Start&& start) {
  auto promise = std::make_shared<std::promise<std::unique_ptr<T>>>();
  auto future = promise->get_future();
  start([promise](T value) { promise->set_value(std::make_unique<T>(std::move(value))); });
  return std::move(*future.get());
}

}  // namespace x400::mstore::service
