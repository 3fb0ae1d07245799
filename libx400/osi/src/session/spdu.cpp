#include "session/spdu.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace x400::osi::session {
namespace {

constexpr std::size_t most_concatenated = 8;

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
    case si::oa: return Kind::oa;
    case si::cdo: return Kind::cdo;
    case si::gt: return Kind::gt;
    case si::pt: return Kind::pt;
    case si::gtc: return Kind::gtc;
    case si::gta: return Kind::gta;
    default: return Kind::other;
  }
}

Kind kind_behind_gt(const Spdu& s) {
  switch (s.si) {
    case si::dt: return Kind::dt;
    case si::as: return Kind::as;
    case si::ar: return Kind::ar;
    case si::mip: return Kind::mip;
    // With a sync type it is a major synchronisation point, which is not agreed here.
    case si::ae: return s.find(pi::sync_type) ? Kind::other : Kind::ae;
    case si::ai: return Kind::ai;
    case si::ad: return Kind::ad;
    default: return Kind::other;
  }
}

Kind kind_behind_pt(const Spdu& s) {
  switch (s.si) {
    case si::mia: return Kind::mia;
    case si::aea: return Kind::aea;
    case si::aia: return Kind::aia;
    case si::ada: return Kind::ada;
    case si::ed: return Kind::ed;
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

std::optional<View> Spdu::find(std::uint8_t code, std::uint8_t group) const {
  for (const Parameter& p : parameters)
    if (p.code == code && p.group == group) return p.value;
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

Result<std::vector<Spdu>> parse_all(View in) {
  if (in.empty()) return bad("empty TSDU");
  std::vector<Spdu> all;
  X400_TRY(first, take_spdu(in));
  first.kind = kind_of(first.si);
  const bool give = first.kind == Kind::gt, please = first.kind == Kind::pt;
  // TD carries user information; it is not agreed here, and so just another unexpected SPDU.
  if (!give && !please && !in.empty() && first.kind != Kind::other)
    return bad("octets behind an SPDU that stands alone");
  const bool alone = in.empty() || (!give && !please);
  if (alone || first.find(pi::tokens)) all.push_back(std::move(first));
  while (!alone && !in.empty()) {
    if (all.size() == most_concatenated) return Error(ErrorKind::limit, "too many SPDUs in one TSDU");
    X400_TRY(next, take_spdu(in));
    next.kind = give ? kind_behind_gt(next) : kind_behind_pt(next);
    if (next.kind == Kind::dt) next.user_information = std::exchange(in, {});
    const bool unknown = next.kind == Kind::other;
    all.push_back(std::move(next));
    if (unknown) break;
  }
  return all;
}

Result<Spdu> parse(View in) {
  X400_TRY(all, parse_all(in));
  return std::move(all.back());
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
