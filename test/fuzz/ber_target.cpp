// BER: the walk, the reader and the definite copy, judged by a parser of its own that shares no code with
// them.
#include <optional>
#include <vector>

#include "target.hpp"
#include "x400/ber/reader.hpp"
#include "x400/ber/walk.hpp"

using namespace x400;
using fuzz::require;

namespace {

// X.690 written down as plainly as can be; recursive, without limits but depth and count.
class Plain {
 public:
  Plain(View octets, const ber::Limits& limits) : octets_(octets), limits_(limits) {}

  // End of the first value, or nothing: it is no value, or passes a limit.
  std::optional<std::size_t> value() {
    const auto end = value(0, octets_.size(), 0);
    return end;
  }
  std::size_t count = 0;
  bool definite = true;

 private:
  struct Head {
    std::size_t content = 0;
    std::size_t length = 0;
    bool constructed = false, indefinite = false, end_of_contents = false;
  };

  std::optional<Head> head(std::size_t at, std::size_t limit) const {
    Head h;
    if (at >= limit) return {};
    const std::uint8_t first = octets_[at++];
    h.constructed = (first & 0x20) != 0;
    std::uint32_t number = first & 0x1f;
    if (number == 0x1f) {
      number = 0;
      int groups = 0;
      std::uint8_t group;
      do {
        if (at >= limit) return {};
        group = octets_[at++];
        if (groups == 0 && group == 0x80) return {};
        if (++groups > 4) return {};
        number = number << 7 | (group & 0x7f);
      } while (group & 0x80);
    }
    if (at >= limit) return {};
    const std::uint8_t length = octets_[at++];
    if (length == 0x80) {
      h.indefinite = true;
    } else if (length < 0x80) {
      h.length = length;
    } else {
      if (length == 0xff) return {};
      std::uint64_t sum = 0;
      for (int i = 0; i < (length & 0x7f); ++i) {
        if (at >= limit) return {};
        if (sum >> 24 != 0) return {};
        sum = sum << 8 | octets_[at++];
      }
      h.length = sum;
    }
    h.content = at;
    const bool zero = (first & 0xc0) == 0 && number == 0;
    if (zero) {
      if (first != 0 || h.indefinite || h.length != 0 || length != 0) return {};
      h.end_of_contents = true;
    }
    if (h.indefinite && !h.constructed) return {};
    return h;
  }

  std::optional<std::size_t> value(std::size_t at, std::size_t limit, std::size_t depth) {
    const auto h = head(at, limit);
    if (!h || h->end_of_contents) return {};
    if (++count > limits_.elements) return {};
    if (!h->constructed)
      return h->length <= limit - h->content ? std::optional(h->content + h->length) : std::nullopt;
    if (depth + 1 > limits_.depth) return {};
    std::size_t next = h->content;
    if (h->indefinite) {
      definite = false;
      for (;;) {
        const auto inner = head(next, limit);
        if (!inner) return {};
        if (inner->end_of_contents) return inner->content;
        const auto end = value(next, limit, depth + 1);
        if (!end) return {};
        next = *end;
      }
    }
    if (h->length > limit - h->content) return {};
    const std::size_t end = h->content + h->length;
    while (next < end) {
      const auto after = value(next, end, depth + 1);
      if (!after) return {};
      next = *after;
    }
    return end;
  }

  View octets_;
  ber::Limits limits_;
};

// As decoders do: everything inside, by the reader; the number of values.
std::size_t read_all(View octets) {
  std::size_t count = 0;
  std::vector<View> waiting{octets};
  while (!waiting.empty()) {
    ber::Reader reader(waiting.back());
    waiting.pop_back();
    while (!reader.at_end()) {
      const auto element = reader.next();
      require(element.ok(), "the reader refuses what the walk took");
      ++count;
      if (element->constructed) waiting.push_back(element->content);
      // What the functions say does not matter here, only that they return.
      (void)ber::read_boolean(*element).ok();
      (void)ber::read_integer(*element).ok();
      (void)ber::read_bits(*element).ok();
    }
  }
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const View octets(data, size);
  const ber::Limits limits{32, 4'000};
  Plain plain(octets, limits);
  const auto expected = plain.value();
  const auto walked = [&] {
    const fuzz::Memory memory(size, 0);
    return ber::walk_one(octets, limits);
  }();
  require(walked.ok() == expected.has_value(), "walk and plain parser differ on whether it is a value");
  if (!walked.ok()) return 0;
  require(walked->size == *expected, "walk and plain parser differ on the size");
  require(walked->elements == plain.count, "walk and plain parser differ on the number of elements");
  require(walked->definite == plain.definite, "walk and plain parser differ on definite lengths");

  const View value = octets.first(walked->size);
  require(read_all(value) == plain.count, "reader and plain parser differ on the number of elements");
  const auto copy = [&] {
    // Twice: the copy, and what it grows through.
    const fuzz::Memory memory(size, 4 + 2 * 8);
    return ber::to_definite(value, limits);
  }();
  require(copy.ok(), "no definite copy of a value");
  require(copy->size() <= value.size() + 8 * walked->elements, "a definite copy much larger than the value");
  const auto again = ber::walk(*copy, limits);
  require(again.ok() && again->definite && again->elements == walked->elements,
          "the definite copy is another value");
  const auto twice = ber::to_definite(*copy, limits);
  require(twice.ok() && *twice == *copy, "a definite copy of a definite copy differs");
  return 0;
}
