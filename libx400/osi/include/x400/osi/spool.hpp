// Spool: where the octets of long PDUs lie while they come and as long as somebody holds a Slice of them, so
// that what peers send at the same time does not have to fit in memory. The stack does no I/O: who wants a
// spool gives it one (Limits::spool); x400/access/file_spool.hpp has one of files.
//
// Threads: open() any; a SpooledOctets is used by one thread at a time, and destroyed on any.
#pragma once

#include <cstddef>
#include <memory>

#include "x400/base/octets.hpp"

namespace x400::osi {

/// The octets of one PDU.
class SpooledOctets {
 public:
  virtual ~SpooledOctets() = default;
  /// All of them; good until the next append() or cut().
  virtual View octets() const = 0;
  /// False: there is no room for them, and nothing has changed. The PDU goes on in memory then.
  virtual bool append(View octets) = 0;
  /// Keeps the first `size`, which is not more than there are.
  virtual void cut(std::size_t size) = 0;
  /// Neither append() nor cut() comes any more.
  virtual void complete() = 0;
};

class Spool {
 public:
  /// `from`: octets at which a PDU, or what has come of it, goes to the spool; but not up to
  /// Limits::tsdu_before_bind.
  explicit Spool(std::size_t from) : from_(from) {}
  virtual ~Spool() = default;

  std::size_t from() const { return from_; }
  /// Null: there is no room now. The PDU stays in memory.
  virtual std::unique_ptr<SpooledOctets> open() = 0;

 private:
  const std::size_t from_;
};

}  // namespace x400::osi
