#include "service/options.hpp"

namespace x400::server {

access::AssociationOptions association_options(const Parts& parts) {
  const Config& config = parts.config;
  const LimitsConfig& from = config.limits;
  access::AssociationOptions to;
  to.timeouts.connect = from.connect_timeout;
  to.timeouts.cr = from.connect_timeout;
  to.timeouts.cn = from.session_timeout;
  to.timeouts.bind = from.bind_timeout;
  to.timeouts.progress = from.progress_span;
  to.timeouts.progress_octets = from.progress_octets;
  to.timeouts.idle_p7 = from.idle_p7;
  to.timeouts.idle_p3 = from.idle_p3;
  to.timeouts.finish = config.service.shutdown_grace;
  to.limits.tsdu_before_bind = from.tsdu_before_bind;
  // Around a content there is an envelope; 300 recipients take about 60 KiB.
  to.limits.tsdu = from.content + std::max<std::size_t>(64 * 1024, from.content / 16);
  to.limits.bind_ber.elements = from.ber_elements_bind;
  to.limits.bind_ber.depth = from.ber_depth;
  to.limits.pdu_ber.elements = from.ber_elements;
  to.limits.pdu_ber.depth = from.ber_depth;
  to.limits.contexts = from.presentation_contexts;
  to.limits.selector = from.selector_octets;
  to.limits.outstanding = from.operations_outstanding;
  to.limits.unsent = from.unsent;
  to.limits.spool = parts.spool;
  to.observer = parts.observer;
  return to;
}

}  // namespace x400::server
