#include "service/signals.hpp"

#include <pthread.h>

#include <cerrno>
#include <csignal>
#include <ctime>

namespace x400::server {
namespace {

sigset_t ours() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
  return set;
}

Signal meaning(int number) { return number == SIGHUP ? Signal::reload : Signal::stop; }

}  // namespace

void take_signals() {
  const sigset_t set = ours();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Signal wait_for_signal() {
  const sigset_t set = ours();
  int number = 0;
  while (::sigwait(&set, &number) != 0) {
  }
  return meaning(number);
}

std::optional<Signal> wait_for_signal(std::chrono::milliseconds time) {
  const sigset_t set = ours();
  const timespec wait{time.count() / 1000, (time.count() % 1000) * 1'000'000};
  int number = 0;
  do {
    number = ::sigtimedwait(&set, nullptr, &wait);
  } while (number < 0 && errno == EINTR);
  if (number < 0) return std::nullopt;
  return meaning(number);
}

}  // namespace x400::server
