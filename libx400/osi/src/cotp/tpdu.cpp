#include "cotp/tpdu.hpp"

#include <string>

namespace x400::osi::cotp {
namespace {

Error bad(const char* what) { return Error(ErrorKind::malformed, what); }

std::uint16_t u16(View v, std::size_t at) { return static_cast<std::uint16_t>(v[at] << 8 | v[at + 1]); }

void put16(Octets& out, std::uint16_t n) {
  out.push_back(static_cast<std::uint8_t>(n >> 8));
  out.push_back(static_cast<std::uint8_t>(n));
}

void put(Octets& out, std::uint8_t code, View value) {
  out.push_back(code);
  out.push_back(static_cast<std::uint8_t>(value.size()));
  append(out, value);
}

void set_li(Octets& out) { out[0] = static_cast<std::uint8_t>(out.size() - 1); }

Result<std::vector<Parameter>> parse_parameters(View rest) {
  std::vector<Parameter> all;
  while (!rest.empty()) {
    if (rest.size() < 2 || rest.size() - 2 < rest[1])
      return bad("TPDU parameter passes the end of its header");
    all.push_back({rest[0], rest.subspan(2, rest[1])});
    rest = rest.subspan(2 + std::size_t{rest[1]});
  }
  return all;
}

// Octets from LI to the end of the fixed part.
std::size_t fixed_size(Code code) {
  switch (code) {
    case Code::cr:
    case Code::cc:
    case Code::dr: return 7;
    case Code::er: return 5;
    case Code::dt: return 3;
    case Code::other: break;
  }
  return 2;
}

Code code_of(std::uint8_t octet) {
  switch (octet & 0xf0) {
    case 0xe0: return Code::cr;
    case 0xd0: return Code::cc;
    case 0x80: return Code::dr;
    case 0xf0: return Code::dt;
    case 0x70: return Code::er;
    default: return Code::other;
  }
}

}  // namespace

std::optional<View> Tpdu::find(std::uint8_t wanted) const {
  for (const Parameter& p : parameters)
    if (p.code == wanted) return p.value;
  return std::nullopt;
}

Result<Tpdu> parse(View header) {
  if (header.size() < 2) return bad("TPDU without a code");
  if (header[0] == 0xff) return bad("TPDU with the reserved length 255");
  Tpdu t;
  t.code_octet = header[1];
  t.code = code_of(header[1]);
  if (t.code == Code::other) return t;
  const std::size_t fixed = fixed_size(t.code);
  if (header.size() < fixed) return bad("TPDU header shorter than its fixed part");
  if (t.code == Code::dt) {
    t.end_of_tsdu = (header[2] & 0x80) != 0;
    return t;
  }
  t.destination = u16(header, 2);
  if (t.code == Code::er) {
    t.reason = header[4];
  } else {
    t.source = u16(header, 4);
    (t.code == Code::dr ? t.reason : t.options) = header[6];
  }
  X400_TRY(parameters, parse_parameters(header.subspan(fixed)));
  t.parameters = std::move(parameters);
  return t;
}

Octets encode(const Connect& c) {
  Octets out{0, static_cast<std::uint8_t>(c.code)};
  put16(out, c.destination);
  put16(out, c.source);
  out.push_back(0);  // class 0, no options
  if (!c.calling_tsel.empty()) put(out, parameter::calling_tsel, c.calling_tsel);
  if (!c.called_tsel.empty()) put(out, parameter::called_tsel, c.called_tsel);
  if (c.size_code) put(out, parameter::tpdu_size, View(&*c.size_code, 1));
  set_li(out);
  return out;
}

Octets encode_dr(std::uint16_t destination, std::uint16_t source, Reason reason) {
  Octets out{0, static_cast<std::uint8_t>(Code::dr)};
  put16(out, destination);
  put16(out, source);
  out.push_back(static_cast<std::uint8_t>(reason));
  set_li(out);
  return out;
}

std::uint8_t size_code(std::size_t tpdu_size) {
  std::uint8_t code = smallest_size;
  while (code < largest_size && size_of(static_cast<std::uint8_t>(code + 1)) <= tpdu_size) ++code;
  return code;
}

}  // namespace x400::osi::cotp
