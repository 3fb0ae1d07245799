// Writer: builds definite-length BER, appending to one buffer.
//
//   Writer w;
//   w.constructed(context(4), [&] { w.integer(tags::integer, 7); });
//   Octets pdu = std::move(w).take();
//
// Lengths are minimal. constructed() writes its contents behind a one-octet length and moves them up
// when they turn out longer than 127; for large contents known beforehand use header() and append the
// octets where they lie. Values go out in the order of the calls: sort SETs yourself where DER matters.
#pragma once

#include <cstdint>
#include <string_view>

#include "x400/base/octets.hpp"
#include "x400/ber/oid.hpp"
#include "x400/ber/reader.hpp"
#include "x400/ber/tag.hpp"

namespace x400::ber {

/// Octets of identifier plus length for contents of `content_size`.
std::size_t header_size(Tag tag, std::size_t content_size);
/// Octets of a whole value with such contents.
inline std::size_t value_size(Tag tag, std::size_t content_size) {
  return header_size(tag, content_size) + content_size;
}

class Writer {
 public:
  Writer() = default;
  explicit Writer(std::size_t reserve) { out_.reserve(reserve); }

  template <class F>
  void constructed(Tag tag, F&& contents) {
    const std::size_t start = begin(tag);
    contents();
    end(start);
  }

  /// Identifier and length only; the caller appends exactly `content_size` octets next.
  void header(Tag tag, bool constructed, std::size_t content_size);
  /// Whole values, already encoded.
  void raw(View encoded) { append(out_, encoded); }

  void primitive(Tag tag, View contents);
  void primitive(Tag tag, std::string_view contents) { primitive(tag, view(contents)); }
  void boolean(Tag tag, bool value);
  void integer(Tag tag, std::int64_t value);
  void null(Tag tag = tags::null) { primitive(tag, View{}); }
  void oid(Tag tag, const Oid& value);
  void oid(const Oid& value) { oid(tags::oid, value); }
  /// The bits as they are, unused count in front.
  void bits(Tag tag, const Bits& value);

  std::size_t size() const { return out_.size(); }
  View octets() const { return out_; }  ///< valid until the next call
  Octets take() && { return std::move(out_); }

 private:
  std::size_t begin(Tag tag);
  void end(std::size_t start);

  Octets out_;
};

}  // namespace x400::ber
