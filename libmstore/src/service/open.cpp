// Store::open: the service on the local disk.
#include "backend/options.hpp"
#include "env/env.hpp"
#include "service/engine.hpp"

namespace x400::mstore {

Result<std::unique_ptr<Store>> Store::open(const Options& options, Submitter* submitter) {
  backend::Options o;
  o.folder = options.folder;
  o.create = options.create;
  o.segment_size = options.segment_size;
  o.large_content = options.large_content;
  o.keep_free = options.keep_free;
  o.reserve = options.held_octets();
  o.duplicate_days = options.duplicate_days;
  o.clean_dead_percent = options.clean_dead_percent;
  o.clean_rate = options.clean_rate;
  o.retired_minutes = options.retired_minutes;
  o.event_days = options.audit_days;
  o.strict_status = options.status_sync == StatusSync::strict;
  X400_TRY(backend, backend::open_local(o, real_env()));
  return service::open_over(std::move(backend), options, submitter);
}

}  // namespace x400::mstore
