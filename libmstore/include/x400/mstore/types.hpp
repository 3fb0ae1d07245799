// Words that all parts of the Message Store engine use.
//
// Threads: values.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "x400/asn1/edition.hpp"
#include "x400/asn1/ms/errors.hpp"
#include "x400/asn1/ms/types.hpp"
#include "x400/base/octets.hpp"
#include "x400/base/result.hpp"

namespace x400::mstore {

namespace ms = asn1::ms;
using asn1::Edition;
using ms::EntryClass;
using ms::EntryType;
using ms::RetrievalStatus;
using ms::SequenceNumber;

/// Number of a mailbox inside its store, from 1; never given to another mailbox.
using MailboxNumber = std::uint32_t;
/// Instants as the store keeps them. Attributes show whole seconds.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// Why an operation of the abstract service was not done, in two texts: the standard's error for the peer,
/// and what the log says (what, whom, where).
struct Failure {
  ms::ServiceError error;
  std::string log;
};
/// What an operation of the abstract service gives. Encode error() with ms::encode().
template <class T>
using Outcome = Result<T, Failure>;

/// Both ends belong to it.
struct NumberSpan {
  SequenceNumber from = 1;
  SequenceNumber to = ms::max_sequence_number;
  friend bool operator==(const NumberSpan&, const NumberSpan&) = default;
};

/// What happened to entries of a mailbox; told after it is durable and can be read, in the order in which it
/// happened. Not repeated after a restart.
struct Event {
  enum class Kind : std::uint8_t { created, deleted, status } kind = Kind::created;
  MailboxNumber mailbox = 0;
  EntryClass entry_class = EntryClass::delivery;   ///< of created and deleted
  NumberSpan numbers;                              ///< deleted: the main entry and its children
  RetrievalStatus status = RetrievalStatus::new_;  ///< of created and status
  ms::Priority priority = ms::Priority::normal;    ///< of created
  bool child = false;                              ///< of created
};

/// Ends its subscription when destroyed; no call runs or will run afterwards. Do not destroy it inside the
/// call itself.
class Subscription {
 public:
  virtual ~Subscription() = default;
};

}  // namespace x400::mstore
