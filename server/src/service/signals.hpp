// Signals as values: blocked in all threads, waited for by one.
#pragma once

#include <chrono>
#include <optional>

namespace x400::server {

enum class Signal { stop /* SIGTERM, SIGINT */, reload /* SIGHUP */ };

/// Blocks the signals above and ignores SIGPIPE. Call it before the first thread is made: threads inherit it.
void take_signals();

/// Waits for the next signal.
Signal wait_for_signal();
/// The same, at most so long.
std::optional<Signal> wait_for_signal(std::chrono::milliseconds time);

}  // namespace x400::server
