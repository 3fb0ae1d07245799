// Reads a recorded P7 dialogue (test/vectors/osi, test/vectors/p7) and takes the values of the abstract
// service out of its frames, by a reader of the test's own: it shares nothing with the stack that the project
// has.
#pragma once

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "source_folder.hpp"
#include "x400/base/octets.hpp"
#include "x400/ber/reader.hpp"

namespace x400::test {

/// One value of the Message Store abstract service, as it travelled.
struct P7Value {
  enum class Kind { bind_argument, bind_result, bind_error, argument, result, error };
  Kind kind;
  bool from_user;         ///< line A
  std::int64_t code = 0;  ///< operation or error code
  std::int64_t id = 0;    ///< invoke identifier
  Octets octets;          ///< empty: the PDU had none
};

inline const ber::Element* find_if_tag(const std::vector<ber::Element>& all, ber::Tag tag) {
  for (const auto& e : all)
    if (e.tag == tag) return &e;
  return nullptr;
}

inline std::vector<ber::Element> all_members(View content) {
  std::vector<ber::Element> out;
  ber::Reader in(content);
  while (!in.at_end()) {
    auto e = in.next();
    if (!e.ok()) break;
    out.push_back(*e);
  }
  return out;
}

// The first value with such a tag, outermost first.
inline std::optional<ber::Element> find_deep(View content, ber::Tag tag) {
  const auto all = all_members(content);
  if (const auto* e = find_if_tag(all, tag)) return *e;
  for (const auto& e : all)
    if (e.constructed)
      if (auto found = find_deep(e.content, tag)) return found;
  return std::nullopt;
}

class P7Dialogue {
 public:
  /// `name`: below test/vectors, without ".hex". Lines of other connections than the first are left out.
  explicit P7Dialogue(const std::string& name) {
    const std::string path = source_folder() / "vectors" / (name + ".hex");
    std::ifstream in(path);
    REQUIRE(in.is_open());
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("# ---- connection 2")) break;
      if (line.size() < 3 || (line[0] != 'A' && line[0] != 'B')) continue;
      auto tpkt = from_hex(std::string_view(line).substr(2));
      REQUIRE(tpkt.ok());
      take_tpkt(line[0] == 'A', *tpkt);
    }
  }

  const std::vector<P7Value>& values() const& { return values_; }
  std::vector<P7Value> values() && { return std::move(values_); }

 private:
  using Kind = P7Value::Kind;

  void take_tpkt(bool from_user, const Octets& tpkt) {
    if (tpkt.size() < 7 || tpkt[5] != 0xf0) return;  // CR, CC, DR
    Octets& tsdu = tsdu_[from_user];
    append(tsdu, View(tpkt).subspan(7));
    if ((tpkt[6] & 0x80) == 0) return;
    take_tsdu(from_user, std::exchange(tsdu, {}));
  }

  struct Spdu {
    unsigned si = 0;
    View parameters;
  };

  static std::optional<std::size_t> length_at(View v, std::size_t& at) {
    if (at >= v.size()) return std::nullopt;
    if (v[at] != 0xff) return v[at++];
    if (at + 2 >= v.size()) return std::nullopt;
    const std::size_t n = v[at + 1] * 256U + v[at + 2];
    at += 3;
    return n;
  }

  void take_tsdu(bool from_user, const Octets& tsdu) {
    std::size_t at = 0;
    unsigned si = 0;
    while (at < tsdu.size()) {
      const bool first = at == 0;
      si = tsdu[at++];
      const auto length = length_at(tsdu, at);
      if (!length || at + *length > tsdu.size()) return;
      const View parameters = View(tsdu).subspan(at, *length);
      at += *length;
      if (si == 13 || si == 14 || si == 12) return take_connect(from_user, parameters);
      // Category 0 in front (GT, PT), then DT whose user information is the rest.
      if (si == 1 && !first) return take_data(from_user, View(tsdu).subspan(at));
    }
  }

  void take_connect(bool from_user, View parameters) {
    for (std::size_t at = 0; at < parameters.size();) {
      const unsigned pi = parameters[at++];
      const auto length = length_at(parameters, at);
      if (!length || at + *length > parameters.size()) return;
      View value = parameters.subspan(at, *length);
      at += *length;
      if (pi == 50 && !value.empty()) value = value.subspan(1);  // reason of a refusal
      if (pi != 193 && pi != 194 && pi != 50) continue;
      for (const auto& [tag, kind] : {std::pair(16U, Kind::bind_argument), std::pair(17U, Kind::bind_result),
                                      std::pair(18U, Kind::bind_error)})
        if (auto e = bind_apdu(value, tag)) {
          // RTORQ and RTOAC have the same numbers; the bind APDU is in them.
          if (auto deeper = find_deep(e->content, ber::context(tag))) e = deeper;
          auto inner = ber::read_one(e->content);
          REQUIRE(inner.ok());
          values_.push_back({kind, from_user, 0, 0, to_octets(inner->whole)});
          return;
        }
    }
  }

  // In the user information [30] of AARQ or AARE, in an EXTERNAL, in [0].
  static std::optional<ber::Element> bind_apdu(View presentation, std::uint32_t tag) {
    auto information = find_deep(presentation, ber::context(30));
    if (!information) return std::nullopt;
    auto external = find_deep(information->content, ber::tags::external);
    if (!external) return std::nullopt;
    const auto single = all_members(external->content);
    const auto* encoding = find_if_tag(single, ber::context(0));
    if (encoding == nullptr) return std::nullopt;
    return find_deep(encoding->content, ber::context(tag));
  }

  void take_data(bool from_user, View user_information) {
    auto data = find_deep(user_information, ber::application(1));  // fully-encoded-data
    if (!data) return;
    for (const auto& pdv : all_members(data->content)) {
      const auto fields = all_members(pdv.content);
      const auto* single = find_if_tag(fields, ber::context(0));
      if (single != nullptr) take_apdu(from_user, single->content);
    }
  }

  void take_apdu(bool from_user, View octets) {
    const auto all = all_members(octets);
    if (all.size() != 1) return;
    const ber::Element& e = all.front();
    // In an activity: OCTET STRING around EXTERNAL around [0] around the APDU.
    if (e.tag == ber::tags::octet_string) return take_apdu(from_user, e.content);
    if (e.tag == ber::tags::external) {
      const auto fields = all_members(e.content);
      if (const auto* encoding = find_if_tag(fields, ber::context(0)))
        take_apdu(from_user, encoding->content);
      return;
    }
    if (e.tag.cls != ber::Class::context || e.tag.number < 1 || e.tag.number > 3) return;
    take_rose(from_user, e);
  }

  void take_rose(bool from_user, const ber::Element& e) {
    auto fields = all_members(e.content);
    REQUIRE(!fields.empty());
    P7Value v{Kind::argument, from_user, 0, 0, {}};
    v.id = ber::read_integer(fields[0]).value_or(-1);
    std::size_t at = 1;
    if (e.tag.number == 2) {
      v.kind = Kind::result;
      if (fields.size() < 2) return;
      fields = all_members(fields[1].content);
      at = 0;
    } else if (e.tag.number == 3) {
      v.kind = Kind::error;
    }
    REQUIRE(fields.size() > at);
    v.code = ber::read_integer(fields[at]).value_or(-1);
    if (fields.size() > at + 1) v.octets = to_octets(fields[at + 1].whole);
    values_.push_back(std::move(v));
  }

  std::map<bool, Octets> tsdu_;
  std::vector<P7Value> values_;
};

}  // namespace x400::test
