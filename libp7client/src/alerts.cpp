#include "alerts.hpp"

#include "x400/osi/rose_types.hpp"

namespace x400::p7client {

void AlertHandler::invoked(access::Invocation invocation, access::Reply reply) {
  if (invocation.operation != access::operations::alert) {
    // submission-control: this client holds nothing back, so there is nothing for it to restrict.
    reply.reject(osi::problems::unrecognized_operation);
    return;
  }
  auto argument = asn1::ms::AlertArgument::decode(invocation.argument.view());
  if (!argument.ok()) {
    reply.reject(osi::problems::mistyped_argument);
    return;
  }
  Alert alert;
  alert.registration_identifier = argument->registration_identifier;
  if (argument->new_entry) alert.entry = Entry(invocation.argument, std::move(*argument->new_entry));
  reply.result(asn1::ms::null_result());
  note(alert);
}

void AlertHandler::note(const Alert& alert) {
  {
    const std::lock_guard lock(mutex_);
    ++count_;
  }
  changed_.notify_all();
  if (sink_) sink_(alert);
}

void AlertHandler::closed(const access::Ending&) {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

std::uint64_t AlertHandler::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

void AlertHandler::wait_beyond(std::uint64_t seen, std::chrono::steady_clock::time_point until) const {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, until, [&] { return closed_ || count_ > seen; });
}

}  // namespace x400::p7client
