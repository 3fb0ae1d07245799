// Small things between values and octets to send.
#pragma once

#include <memory>
#include <utility>

#include "service/worker_pool.hpp"
#include "x400/access/contexts.hpp"
#include "x400/asn1/edition.hpp"
#include "x400/asn1/gather.hpp"
#include "x400/asn1/ms/errors.hpp"
#include "x400/osi/slice.hpp"

namespace x400::server {

inline asn1::Edition edition_of(const access::ApplicationContext& context) {
  return context.edition == access::Edition::e1988 ? asn1::Edition::e1988 : asn1::Edition::e1994;
}

/// The pieces of an encoded result, without a copy. `storage` keeps what they were borrowed from.
inline osi::Chain chain_of(asn1::Gather gather, std::shared_ptr<const void> storage) {
  struct Kept {
    asn1::Gather gather;
    std::shared_ptr<const void> storage;
  };
  const auto kept = std::make_shared<const Kept>(Kept{std::move(gather), std::move(storage)});
  osi::Chain chain;
  for (const View piece : kept->gather.pieces()) chain.add(osi::Slice(kept, piece));
  return chain;
}

/// A result, charged to `queue` until the last of its octets is let go: sent, or lost with the association.
inline osi::Chain charged(osi::Chain result, std::shared_ptr<SerialQueue> queue) {
  struct Kept {
    Kept(osi::Chain c, std::shared_ptr<SerialQueue> q) : chain(std::move(c)), queue(std::move(q)) {
      queue->charge(chain.size());
    }
    ~Kept() { queue->release(chain.size()); }
    osi::Chain chain;
    std::shared_ptr<SerialQueue> queue;
  };
  const auto kept = std::make_shared<const Kept>(std::move(result), std::move(queue));
  osi::Chain chain;
  for (const osi::Slice& slice : kept->chain.slices()) chain.add(osi::Slice(kept, slice.view()));
  return chain;
}

/// The parameter of an error passed on: NULL where there is none.
inline Octets parameter_of(const asn1::ms::MtsError& error) {
  return error.parameter.value_or(Octets{0x05, 0x00});
}

}  // namespace x400::server
