// Waiting for what another thread does: until a condition holds. A test that would wait for ever is ended by
// ctest's time-out.
#pragma once

#include <chrono>
#include <thread>

namespace x400::mstore::test {

template <class Condition>
void until(Condition&& holds) {
  while (!holds()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace x400::mstore::test
