#include "session/spdu.hpp"

#include <algorithm>
#include <string>

namespace x400::osi::session {
namespace {

Error bad(std::string what) { return Error(ErrorKind::malformed, std::move(what)); }

// Takes a length indicator and that many octets from the front.
Result<View> take_field(View& in, const char* what) {
  if (in.empty()) return bad(std::string(what) + " without its length");
  std::size_t length = in[0];
  std::size_t used = 1;
  if (length == 0xff) {
    if (in.size() < 3) return bad(std::string(what) + " with an unfinished length");
    length = std::size_t{in[1]} << 8 | in[2];
    used = 3;
  }
  in = in.subspan(used);
  if (length > in.size()) return bad(std::string(what) + " passes its end");
  const View field = in.first(length);
  in = in.subspan(length);
  return field;
}

bool is_group(std::uint8_t code) {
  return code == pi::connection_identifier || code == pi::connect_accept_item ||
         code == pi::linking_information;
}

Status parse_parameters(View in, std::uint8_t group, std::vector<Parameter>& all) {
  while (!in.empty()) {
    const std::uint8_t code = in[0];
    in = in.subspan(1);
    X400_TRY(value, take_field(in, "session parameter"));
    const bool nested = group == 0 && is_group(code);
    if (nested) X400_CHECK(parse_parameters(value, code, all));
    for (const Parameter& p : all)
      if (p.code == code && p.group == group)
        return bad("session parameter " + std::to_string(code) + " given twice");
    all.push_back({group, code, value});
  }
  return Ok{};
}

Kind kind_of(std::uint8_t si) {
  switch (si) {
    case si::cn: return Kind::cn;
    case si::ac: return Kind::ac;
    case si::rf: return Kind::rf;
    case si::fn: return Kind::fn;
    case si::dn: return Kind::dn;
    case si::ab: return Kind::ab;
    case si::aa: return Kind::aa;
    default: return Kind::other;
  }
}

// Takes SI and parameters from the front.
Result<Spdu> take_spdu(View& in) {
  Spdu s;
  s.si = in[0];
  in = in.subspan(1);
  X400_TRY(parameters, take_field(in, "SPDU"));
  X400_CHECK(parse_parameters(parameters, 0, s.parameters));
  return s;
}

}  // namespace

std::optional<View> Spdu::find(std::uint8_t code) const {
  for (const Parameter& p : parameters)
    if (p.code == code) return p.value;
  return std::nullopt;
}

std::optional<std::uint8_t> Spdu::octet(std::uint8_t code) const {
  const auto value = find(code);
  if (!value || value->size() != 1) return std::nullopt;
  return (*value)[0];
}

View Spdu::user_data() const {
  if (const auto data = find(pi::user_data)) return *data;
  return find(pi::extended_user_data).value_or(View());
}

Result<Spdu> parse(View in) {
  if (in.empty()) return bad("empty TSDU");
  X400_TRY(first, take_spdu(in));
  first.kind = kind_of(first.si);
  const bool prefix = first.si == si::gt || first.si == si::pt;
  if (in.empty()) return first;
  if (!prefix) {
    // TD carries user information; it is not agreed here, and so just another unexpected SPDU.
    if (first.kind != Kind::other) return bad("octets behind an SPDU that stands alone");
    return first;
  }
  X400_TRY(second, take_spdu(in));
  if (first.si == si::gt && second.si == si::dt) {
    second.kind = Kind::dt;
    second.user_information = in;
  }
  return second;
}

Builder& Builder::add(std::uint8_t code, View value) {
  parameters_.push_back(code);
  if (value.size() < 0xff) {
    parameters_.push_back(static_cast<std::uint8_t>(value.size()));
  } else {
    parameters_.push_back(0xff);
    parameters_.push_back(static_cast<std::uint8_t>(value.size() >> 8));
    parameters_.push_back(static_cast<std::uint8_t>(value.size()));
  }
  append(parameters_, value);
  return *this;
}

Result<Octets> Builder::finish() const {
  // Also true if a single value was longer: its length octets are wrong then, and never sent.
  if (parameters_.size() > 0xffff)
    return Error(ErrorKind::limit, "SPDU with more than 65535 octets of parameters");
  Octets out{si_};
  if (parameters_.size() < 0xff) {
    out.push_back(static_cast<std::uint8_t>(parameters_.size()));
  } else {
    out.push_back(0xff);
    out.push_back(static_cast<std::uint8_t>(parameters_.size() >> 8));
    out.push_back(static_cast<std::uint8_t>(parameters_.size()));
  }
  append(out, parameters_);
  return out;
}

}  // namespace x400::osi::session
