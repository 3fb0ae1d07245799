#include "x400/ber/walk.hpp"

#include <algorithm>
#include <array>

#include "x400/ber/reader.hpp"
#include "x400/ber/writer.hpp"

namespace x400::ber {
namespace {

// Where a constructed value ends: at an offset, or at its end-of-contents octets.
constexpr std::size_t until_eoc = static_cast<std::size_t>(-1);

class Walker {
 public:
  Walker(View in, const Limits& limits)
      : in_(in), depth_limit_(std::min(limits.depth, max_depth)), element_limit_(limits.elements) {}

  // One value from `pos_` on, with all in it.
  Status one() {
    X400_CHECK(element());
    while (depth_ > 0) {
      if (open_[depth_ - 1].end == pos_) {
        pop();
        continue;
      }
      X400_CHECK(element());
    }
    return Ok{};
  }

  std::size_t pos() const { return pos_; }
  Extent extent() const { return {pos_, elements_, definite_}; }

 private:
  Status element() {
    const bool inside = definite_end_ != until_eoc;
    const std::size_t end = inside ? definite_end_ : in_.size();
    auto header = read_header(in_.subspan(pos_, end - pos_));
    if (!header.ok()) {
      // Inside a definite length no further octet can complete what its parent cut off.
      if (inside && header.error().kind() == ErrorKind::truncated)
        return Error(ErrorKind::malformed, header.error().text() + " inside its parent");
      return std::move(header).error();
    }
    if (header->tag == tags::end_of_contents) return end_of_contents(*header);
    return value(*header, end, inside);
  }

  Status end_of_contents(const Header& h) {
    if (depth_ == 0 || open_[depth_ - 1].end != until_eoc || h.constructed || h.indefinite ||
        h.content_size != 0 || h.header_size != 2)
      return Error(ErrorKind::malformed, "end-of-contents octets where none belong");
    pos_ += h.header_size;
    pop();
    return Ok{};
  }

  Status value(const Header& h, std::size_t end, bool inside) {
    if (++elements_ > element_limit_) return Error(ErrorKind::limit, "too many values");
    pos_ += h.header_size;
    if (h.indefinite) {
      definite_ = false;
      return push(until_eoc);
    }
    if (h.content_size > end - pos_) {
      if (inside) return Error(ErrorKind::malformed, "contents pass the end of their parent");
      return Error(ErrorKind::truncated, "contents pass the end of the octets");
    }
    if (h.constructed) return push(pos_ + h.content_size);
    pos_ += h.content_size;
    return Ok{};
  }

  Status push(std::size_t end) {
    if (depth_ == depth_limit_) return Error(ErrorKind::limit, "values nested too deep");
    open_[depth_++] = {end, definite_end_};
    if (end != until_eoc) definite_end_ = end;
    return Ok{};
  }

  void pop() { definite_end_ = open_[--depth_].outer; }

  View in_;
  std::size_t depth_limit_;
  std::size_t element_limit_;
  std::size_t pos_ = 0;
  std::size_t elements_ = 0;
  bool definite_ = true;
  std::size_t depth_ = 0;
  std::size_t definite_end_ = until_eoc;  // the innermost one; kept, not looked for: depth must not cost time
  struct Open {
    std::size_t end;
    std::size_t outer;  // definite_end_ around it
  };
  std::array<Open, max_depth> open_;  // only the first depth_ are ever read
};

// The walk bounded the depth, so recursion is bounded too.
Status copy_definite(const Element& e, Writer& w) {
  if (!e.constructed) {
    w.primitive(e.tag, e.content);
    return Ok{};
  }
  Status status = Ok{};
  w.constructed(e.tag, [&] {
    Reader r(e.content);
    while (status.ok() && !r.at_end()) {
      auto inner = r.next();
      status = inner.ok() ? copy_definite(*inner, w) : Status(std::move(inner).error());
    }
  });
  return status;
}

}  // namespace

Result<Extent> walk_one(View octets, const Limits& limits) {
  Walker w(octets, limits);
  X400_CHECK(w.one());
  return w.extent();
}

Result<Extent> walk(View octets, const Limits& limits) {
  X400_TRY(extent, walk_one(octets, limits));
  if (extent.size != octets.size()) return Error(ErrorKind::malformed, "octets after the end of the value");
  return extent;
}

Result<Extent> walk_contents(View octets, const Limits& limits) {
  Walker w(octets, limits);
  while (w.pos() < octets.size()) X400_CHECK(w.one());
  return w.extent();
}

Result<Octets> to_definite(View value, const Limits& limits) {
  X400_TRY(extent, walk(value, limits));
  if (extent.definite) return to_octets(value);
  X400_TRY(e, read_one(value));
  Writer w(value.size());
  X400_CHECK(copy_definite(e, w));
  return std::move(w).take();
}

}  // namespace x400::ber
