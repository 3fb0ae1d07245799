// Wireshark's dissectors as a judge of our octets: values of the abstract services are put into an
// association, from TPKT to ROSE, by a few lines that share nothing with the project's stack; the association
// goes into a pcap file, tshark reads it.
//
//   TsharkDialogue d(mts_access_88, {mts, msse, mdse});       // abstract syntaxes as tshark knows them
//   (1988) d.connect(bind_argument, bind_result); d.invoke(true, 1, 21, argument); // by the initiator, on
//   the second syntax d.result(false, 1, 21, result); auto verdict = d.judge();
//   CHECK(verdict.complaints.empty());
//   CHECK(verdict.text.find("sequence-number: 99") != npos);
//
// It sees wrong tags, missing and unknown fields, truncation, trailing octets, wrong attribute syntax. It
// does not see wrong values, duplicated SET fields, size bounds, order.
#pragma once

#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "x400/base/octets.hpp"
#include "x400/ber/writer.hpp"
#include "x400_temp_folder.hpp"

namespace x400::test {

struct TsharkVerdict {
  struct Frame {
    std::string protocol, info;
  };
  std::vector<Frame> frames;  ///< one for each PDU, in order, CR and CC first
  std::vector<std::string>
      complaints;    ///< expert messages of warning and above: "frame protocol info: message"
  std::string text;  ///< the whole decoding (-V)

  bool says(std::string_view what) const { return text.find(what) != std::string::npos; }
};

class TsharkDialogue {
 public:
  TsharkDialogue(ber::Oid application_context, std::vector<ber::Oid> syntaxes)
      : context_(std::move(application_context)), syntaxes_(std::move(syntaxes)) {
    cotp(true, {0x06, 0xe0, 0x00, 0x00, 0x00, 0x01, 0x00});
    cotp(false, {0x06, 0xd0, 0x00, 0x01, 0x00, 0x02, 0x00});
  }

  void connect(View bind_argument, View bind_result) {
    call(bind_argument);
    spdu(false, 0x0e, {}, accept(bind_result));
  }
  void refuse(View bind_argument, View bind_error) {
    call(bind_argument);
    spdu(false, 0x0c, {0x32}, reject(bind_error));
  }
  /// `syntax`: index into the syntaxes; the bind travels on the first.
  void invoke(bool from_initiator, std::size_t syntax, std::int64_t code, View argument) {
    const std::int64_t id = ++last_id_[from_initiator];
    apdu(from_initiator, syntax, 1, [&](ber::Writer& w) {
      w.integer(ber::tags::integer, id);
      w.integer(ber::tags::integer, code);
      w.raw(argument);
    });
  }
  /// To the last invocation of the other side.
  void result(bool from_initiator, std::size_t syntax, std::int64_t code, View value) {
    apdu(from_initiator, syntax, 2, [&](ber::Writer& w) {
      w.integer(ber::tags::integer, last_id_[!from_initiator]);
      w.constructed(ber::tags::sequence, [&] {
        w.integer(ber::tags::integer, code);
        w.raw(value);
      });
    });
  }
  void error(bool from_initiator, std::size_t syntax, std::int64_t code, View parameter) {
    apdu(from_initiator, syntax, 3, [&](ber::Writer& w) {
      w.integer(ber::tags::integer, last_id_[!from_initiator]);
      w.integer(ber::tags::integer, code);
      w.raw(parameter);
    });
  }

  TsharkVerdict judge() const {
    TempFolder folder;
    const auto file = folder.write("dialogue.pcap", chars(pcap()));
    const std::string base =
        "tshark -r '" + file.string() + "' -d tcp.port==102,tpkt -o ber.warn_too_many_bytes:TRUE ";
    TsharkVerdict v;
    for (const auto& line : lines(run(base + "-T fields -e _ws.col.Protocol -e _ws.col.Info"))) {
      const auto tab = line.find('\t');
      if (tab != std::string::npos) v.frames.push_back({line.substr(0, tab), line.substr(tab + 1)});
    }
    v.complaints =
        lines(run(base + "-Y '_ws.expert.severity >= 6291456' -T fields -e frame.number -e _ws.col.Protocol "
                         "-e _ws.col.Info -e _ws.expert.message"));
    v.text = run(base + "-V");
    return v;
  }

 private:
  static Octets made(const std::function<void(ber::Writer&)>& contents) {
    ber::Writer w;
    contents(w);
    return std::move(w).take();
  }

  void cotp(bool from_initiator, const Octets& tpdu) {
    Octets tpkt = {0x03, 0x00, 0x00, 0x00};
    append(tpkt, tpdu);
    tpkt[2] = static_cast<std::uint8_t>(tpkt.size() >> 8);
    tpkt[3] = static_cast<std::uint8_t>(tpkt.size());
    packets_.push_back({from_initiator, std::move(tpkt)});
  }

  void data(bool from_initiator, View ssdu) {
    Octets tpdu = {0x02, 0xf0, 0x80};
    append(tpdu, ssdu);
    cotp(from_initiator, tpdu);
  }

  static void length(Octets& out, std::size_t n) {
    if (n < 255) {
      out.push_back(static_cast<std::uint8_t>(n));
    } else {
      out.insert(out.end(), {0xff, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)});
    }
  }

  // CN, AC or RF: versions, duplex, user data (of RF after a reason).
  void spdu(bool from_initiator, std::uint8_t si, const Octets& refusal, View user_data) {
    Octets parameters = {0x05, 0x06, 0x13, 0x01, 0x00, 0x16, 0x01, 0x02, 0x14, 0x02, 0x00, 0x02};
    if (refusal.empty()) {
      parameters.push_back(user_data.size() > 512 ? 0xc2 : 0xc1);
      length(parameters, user_data.size());
    } else {
      parameters = {0x11, 0x01, 0x01, 0x14, 0x02, 0x00, 0x02, 0x16, 0x01, 0x02, 0x32};
      length(parameters, user_data.size() + 1);
      parameters.push_back(0x02);
    }
    append(parameters, user_data);
    Octets out = {si};
    length(out, parameters.size());
    append(out, parameters);
    data(from_initiator, out);
  }

  using Body = std::function<void(ber::Writer&)>;

  static void user_data(ber::Writer& w, std::int64_t context, const Body& body) {
    w.constructed(ber::application(1), [&] {
      w.constructed(ber::tags::sequence, [&] {
        w.integer(ber::tags::integer, context);
        w.constructed(ber::context(0), [&] { body(w); });
      });
    });
  }

  static void user_information(ber::Writer& w, std::uint32_t tag, View bind) {
    w.constructed(ber::context(30), [&] {
      w.constructed(ber::tags::external, [&] {
        w.integer(ber::tags::integer, 3);
        w.constructed(ber::context(0), [&] { w.constructed(ber::context(tag), [&] { w.raw(bind); }); });
      });
    });
  }

  static void normal_mode(ber::Writer& w) {
    w.constructed(ber::context(0), [&] { w.integer(ber::context(0), 1); });
  }

  void call(View bind_argument) {
    const ber::Oid acse{2, 2, 1, 0, 1}, basic{2, 1, 1};
    spdu(true, 0x0d, {}, made([&](ber::Writer& w) {
           w.constructed(ber::tags::set, [&] {
             normal_mode(w);
             w.constructed(ber::context(2), [&] {
               w.constructed(ber::context(4), [&] {
                 for (std::size_t i = 0; i <= syntaxes_.size(); ++i)
                   w.constructed(ber::tags::sequence, [&] {
                     w.integer(ber::tags::integer, static_cast<std::int64_t>(2 * i + 1));
                     w.oid(i == 0 ? acse : syntaxes_[i - 1]);
                     w.constructed(ber::tags::sequence, [&] { w.oid(basic); });
                   });
               });
               user_data(w, 1, [&](ber::Writer& in) {
                 in.constructed(ber::application(0), [&] {
                   in.constructed(ber::context(1), [&] { in.oid(context_); });
                   user_information(in, 16, bind_argument);
                 });
               });
             });
           });
         }));
  }

  void results(ber::Writer& w) const {
    w.constructed(ber::context(5), [&] {
      for (std::size_t i = 0; i <= syntaxes_.size(); ++i)
        w.constructed(ber::tags::sequence, [&] {
          w.integer(ber::context(0), 0);
          w.oid(ber::context(1), ber::Oid{2, 1, 1});
        });
    });
  }

  void response(ber::Writer& w, std::int64_t result, std::uint32_t tag, View bind) const {
    user_data(w, 1, [&](ber::Writer& in) {
      in.constructed(ber::application(1), [&] {
        in.constructed(ber::context(1), [&] { in.oid(context_); });
        in.constructed(ber::context(2), [&] { in.integer(ber::tags::integer, result); });
        in.constructed(ber::context(3), [&] {
          in.constructed(ber::context(1), [&] { in.integer(ber::tags::integer, result); });
        });
        user_information(in, tag, bind);
      });
    });
  }

  Octets accept(View bind_result) const {
    return made([&](ber::Writer& w) {
      w.constructed(ber::tags::set, [&] {
        normal_mode(w);
        w.constructed(ber::context(2), [&] {
          results(w);
          response(w, 0, 17, bind_result);
        });
      });
    });
  }

  Octets reject(View bind_error) const {
    return made([&](ber::Writer& w) {
      w.constructed(ber::tags::sequence, [&] {
        results(w);
        response(w, 1, 18, bind_error);
      });
    });
  }

  void apdu(bool from_initiator, std::size_t syntax, std::uint32_t tag, const Body& contents) {
    Octets ssdu = {0x01, 0x00, 0x01, 0x00};
    append(ssdu, made([&](ber::Writer& w) {
             user_data(w, static_cast<std::int64_t>(2 * syntax + 3),
                       [&](ber::Writer& in) { in.constructed(ber::context(tag), [&] { contents(in); }); });
           }));
    data(from_initiator, ssdu);
  }

  struct Packet {
    bool from_initiator;
    Octets octets;
  };

  static void little(Octets& out, std::uint32_t n, int octets) {
    for (int i = 0; i < octets; ++i, n >>= 8) out.push_back(static_cast<std::uint8_t>(n));
  }
  static void big(Octets& out, std::uint32_t n, int octets) {
    for (int i = octets - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(n >> (8 * i)));
  }

  // Raw IPv4 packets, one TPKT each.
  Octets pcap() const {
    Octets out;
    little(out, 0xa1b2c3d4, 4);
    little(out, 2, 2);
    little(out, 4, 2);
    for (const std::uint32_t n : {0U, 0U, 0x40000U, 101U}) little(out, n, 4);
    std::uint32_t sent[2] = {1, 1};
    std::uint32_t second = 0;
    for (const Packet& p : packets_) {
      const auto size = static_cast<std::uint32_t>(p.octets.size());
      little(out, ++second, 4);
      little(out, 0, 4);
      little(out, size + 40, 4);
      little(out, size + 40, 4);
      big(out, 0x4500, 2);
      big(out, size + 40, 2);
      big(out, 0, 4);
      big(out, 0x4006, 2);
      big(out, 0, 2);
      big(out, p.from_initiator ? 0x0a000001 : 0x0a000002, 4);
      big(out, p.from_initiator ? 0x0a000002 : 0x0a000001, 4);
      big(out, p.from_initiator ? 40000 : 102, 2);
      big(out, p.from_initiator ? 102 : 40000, 2);
      big(out, sent[p.from_initiator], 4);
      big(out, sent[!p.from_initiator], 4);
      big(out, 0x5018, 2);
      big(out, 0xffff, 2);
      big(out, 0, 4);
      append(out, p.octets);
      sent[p.from_initiator] += size;
    }
    return out;
  }

  static std::string run(const std::string& command) {
    std::string out;
    FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run tshark");
    char buffer[4096];
    for (std::size_t n; (n = ::fread(buffer, 1, sizeof buffer, pipe)) > 0;) out.append(buffer, n);
    if (::pclose(pipe) != 0) throw std::runtime_error("tshark failed; is it installed?");
    return out;
  }

  static std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at);
      out.push_back(text.substr(at, end - at));
      if (end == std::string::npos) break;
      at = end + 1;
    }
    return out;
  }

  ber::Oid context_;
  std::vector<ber::Oid> syntaxes_;
  std::vector<Packet> packets_;
  std::int64_t last_id_[2] = {0, 0};
};

}  // namespace x400::test
