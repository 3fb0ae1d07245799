#include "tpkt/tpkt.hpp"

#include <algorithm>
#include <string>

namespace x400::osi::tpkt {
namespace {

constexpr std::uint8_t version = 3;

}  // namespace

Status Reader::read_header(View& in) {
  while (have_ < header_size && !in.empty()) {
    header_[have_++] = in[0];
    in = in.subspan(1);
    // Said with the first octet: a talker of another protocol may never send a fourth.
    if (have_ == 1 && header_[0] != version)
      return Error(ErrorKind::malformed, "TPKT version " + std::to_string(header_[0]));
  }
  if (have_ < header_size) return Ok{};
  const std::size_t length = std::size_t{header_[2]} << 8 | header_[3];
  if (length < shortest) return Error(ErrorKind::malformed, "TPKT length " + std::to_string(length));
  left_ = length - header_size;
  have_ = 0;
  fresh_ = true;
  return Ok{};
}

Result<std::optional<Piece>> Reader::next(View& in) {
  if (left_ == 0) X400_CHECK(read_header(in));
  if (left_ == 0 || in.empty()) return std::optional<Piece>();
  const std::size_t n = std::min(left_, in.size());
  Piece piece{in.first(n), fresh_, n == left_};
  in = in.subspan(n);
  left_ -= n;
  fresh_ = false;
  return std::optional<Piece>(piece);
}

std::array<std::uint8_t, header_size> header(std::size_t tpdu_size) {
  const std::size_t n = tpdu_size + header_size;
  return {version, 0, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
}

}  // namespace x400::osi::tpkt
