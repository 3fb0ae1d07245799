#include "support.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "source_folder.hpp"
#include "x400/ber/writer.hpp"

namespace x400::osi::test {

Octets hex(std::string_view text) {
  std::string packed;
  for (const char c : text)
    if (c != ' ') packed += c;
  auto octets = from_hex(packed);
  REQUIRE(octets.ok());
  return *octets;
}

Octets join(std::initializer_list<View> parts) {
  Octets out;
  for (const View p : parts) append(out, p);
  return out;
}

// --- recorded dialogues

namespace {

std::filesystem::path folder() { return x400::test::source_folder() / "vectors" / "osi"; }

}  // namespace

std::vector<Dialogue> load(const std::string& name) {
  std::ifstream in(folder() / (name + ".hex"));
  REQUIRE(in.good());
  std::vector<Dialogue> all(1);
  std::string text;
  while (std::getline(in, text)) {
    if (text.rfind("# ---- connection", 0) == 0 && !all.back().empty()) all.emplace_back();
    if (text.size() > 2 && (text[0] == 'A' || text[0] == 'B') && text[1] == ' ')
      all.back().push_back({text[0], hex(std::string_view(text).substr(2))});
  }
  REQUIRE_FALSE(all.back().empty());
  return all;
}

std::vector<std::string> vector_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder()))
    if (entry.path().extension() == ".hex") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  REQUIRE(names.size() > 60);
  return names;
}

bool transfers_over_rtse(const std::string& name) {
  return name.find("rtse") != std::string::npos || name == "p7-94-turns";
}

Octets for_us(Octets packet) {
  if (packet.size() > 7 && packet[5] == 0xd0) {
    packet[6] = 0;
    packet[7] = 1;
  }
  return packet;
}

Octets side(const Dialogue& dialogue, char which) {
  Octets out;
  for (const Line& l : dialogue)
    if (l.side == which) append(out, l.packet);
  return out;
}

Octets packet(const Dialogue& dialogue, char which, std::size_t n) {
  for (const Line& l : dialogue)
    if (l.side == which && n-- == 0) return l.packet;
  FAIL("dialogue has too few packets");
  return {};
}

// --- octets of a peer

Octets tpkt(View tpdu) {
  const std::size_t n = tpdu.size() + 4;
  return join({Octets{3, 0, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)}, tpdu});
}

Octets dt(View data, bool end) {
  return tpkt(join({Octets{2, 0xf0, static_cast<std::uint8_t>(end ? 0x80 : 0)}, data}));
}

Octets tsdu(View octets) {
  Octets out;
  constexpr std::size_t most = 65000;
  while (octets.size() > most) {
    append(out, dt(octets.first(most), false));
    octets = octets.subspan(most);
  }
  append(out, dt(octets));
  return out;
}

Octets cr(View tsel, std::optional<std::uint8_t> size) {
  cotp::Connect c{cotp::Code::cr, 0, 0x0b0b, size, {}, to_octets(tsel)};
  return tpkt(cotp::encode(c));
}

Octets cc() { return tpkt(cotp::encode(cotp::Connect{cotp::Code::cc, 1, 0x0c0c, 0x0b, {}, {}})); }

Octets spdu(std::uint8_t si, std::initializer_list<std::pair<std::uint8_t, Octets>> parameters) {
  session::Builder b(si);
  for (const auto& [code, value] : parameters) b.add(code, value);
  return *b.finish();
}

Octets tlv(std::uint8_t tag, View contents) {
  Octets out{tag};
  const std::size_t n = contents.size();
  if (n < 128)
    out.push_back(static_cast<std::uint8_t>(n));
  else
    append(out, Octets{0x83, static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8),
                       static_cast<std::uint8_t>(n)});
  append(out, contents);
  return out;
}

Octets tlv(std::uint8_t tag, std::initializer_list<View> contents) { return tlv(tag, join(contents)); }

Octets pdv(std::int32_t context, View value) {
  ber::Writer id;
  id.integer(ber::tags::integer, context);
  return tlv(0x61, tlv(0x30, {id.octets(), tlv(0xa0, value)}));
}

Octets data(std::int32_t context, View value) { return tsdu(join({hex("01000100"), pdv(context, value)})); }

Octets Cn::aarq() const {
  const Octets external = tlv(0x28, {hex("020101"), tlv(0xa0, bind)});
  Octets fields = tlv(0xa1, hex(context_name));
  const Octets information = user_information.value_or(external);
  if (!information.empty()) append(fields, tlv(0xbe, information));
  return tlv(0x60, fields);
}

Octets Cn::cp() const {
  Octets list;
  for (std::size_t i = 0; i < contexts.size(); ++i) {
    ber::Writer id;
    id.integer(ber::tags::integer, contexts[i].first);
    const Octets transfer = hex(i < transfers.size() ? transfers[i] : "06025101");
    append(list, tlv(0x30, {id.octets(), hex(contexts[i].second), tlv(0x30, transfer)}));
  }
  Octets parameters;
  if (!called_psel.empty()) append(parameters, tlv(0x82, called_psel));
  append(parameters, tlv(0xa4, list));
  append(parameters, pdv(acse, aarq()));
  return tlv(0x31, {tlv(0xa0, tlv(0x80, mode)), tlv(0xa2, parameters)});
}

Octets Cn::spdu() const {
  session::Builder item(0);
  item.add(19, std::uint8_t{0});
  if (tsdu_maximum) item.add(21, *tsdu_maximum);
  if (version) item.add(22, *version);
  session::Builder cn(13);
  cn.add_group(5, item);
  if (units) cn.add(20, *units);
  if (!called_ssel.empty()) cn.add(52, called_ssel);
  for (const auto& [code, value] : more) cn.add(code, value);
  const Octets carried = user_data.value_or(cp());
  if (!carried.empty()) cn.add(193, carried);
  return *cn.finish();
}

// --- what comes out

Octets flat(const std::vector<Slice>& slices) {
  Octets out;
  for (const Slice& s : slices) append(out, s.view());
  return out;
}

std::vector<Packet> packets(View output) {
  std::vector<Packet> all;
  while (!output.empty()) {
    REQUIRE(output.size() >= 7);
    REQUIRE(output[0] == 3);
    const std::size_t length = std::size_t{output[2]} << 8 | output[3];
    REQUIRE(length <= output.size());
    const View tpdu = output.subspan(4, length - 4);
    Packet p;
    p.header = to_octets(tpdu.first(std::size_t{tpdu[0]} + 1));
    auto parsed = cotp::parse(p.header);
    REQUIRE(parsed.ok());
    p.tpdu = *parsed;
    p.data = to_octets(tpdu.subspan(p.header.size()));
    all.push_back(std::move(p));
    output = output.subspan(length);
  }
  return all;
}

std::vector<Octets> tsdus(View output) {
  std::vector<Octets> all;
  Octets under_way;
  bool open = false;
  for (const Packet& p : packets(output)) {
    if (p.tpdu.code != cotp::Code::dt) continue;
    append(under_way, p.data);
    open = !p.tpdu.end_of_tsdu;
    if (!open) all.push_back(std::exchange(under_way, {}));
  }
  REQUIRE_FALSE(open);
  return all;
}

Octets sent(Association& a) { return flat(a.take_output()); }

std::string sent_spdu(Association& a) {
  const std::vector<Octets> all = tsdus(sent(a));
  REQUIRE(all.size() == 1);
  return to_hex(all[0]);
}

std::string sent_codes(Association& a) {
  std::string codes;
  for (const Packet& p : packets(sent(a))) {
    if (!codes.empty()) codes += ' ';
    switch (p.tpdu.code) {
      case cotp::Code::cr: codes += "cr"; break;
      case cotp::Code::cc: codes += "cc"; break;
      case cotp::Code::dr: codes += "dr"; break;
      case cotp::Code::dt: codes += "dt"; break;
      case cotp::Code::er: codes += "er"; break;
      case cotp::Code::other: codes += "other"; break;
    }
  }
  return codes;
}

namespace {

std::string text(const std::optional<InvokeId>& id) { return id ? std::to_string(*id) : "null"; }

std::string problem(Problem p) {
  return std::to_string(static_cast<int>(p.kind)) + "/" + std::to_string(p.code);
}

struct Describe {
  std::string operator()(const ConnectIndication& e) const {
    std::string out = "connect " + e.application_context.to_string();
    for (const Context& c : e.contexts) out += " " + std::to_string(c.id) + (c.accepted ? "+" : "-");
    return out + " bind=" + std::to_string(e.bind_argument.size());
  }
  std::string operator()(const ConnectConfirm& e) const {
    std::string out = "confirm";
    for (const Context& c : e.contexts) out += " " + std::to_string(c.id) + (c.accepted ? "+" : "-");
    return out + " bind=" + std::to_string(e.bind_result.size());
  }
  std::string operator()(const ConnectRefused& e) const {
    return "refused " + std::string(name(e.layer)) + " " + std::to_string(e.reason) +
           (e.by_provider ? " provider" : "") + (e.transient ? " transient" : "") +
           (e.bind_error.empty() ? "" : " error=" + to_hex(e.bind_error.view()));
  }
  std::string operator()(const Declined& e) const {
    return "declined " + std::string(name(e.layer)) + " " + std::to_string(e.reason);
  }
  std::string operator()(const Invoke& e) const {
    return "invoke " + std::to_string(e.invoke_id) + " op=" + std::to_string(e.operation) +
           " ctx=" + std::to_string(e.context) + " arg=" + std::to_string(e.argument.size());
  }
  std::string operator()(const ReturnResult& e) const {
    return "result " + std::to_string(e.invoke_id) + " op=" + std::to_string(e.operation) +
           " size=" + std::to_string(e.result.size());
  }
  std::string operator()(const ReturnError& e) const {
    return "error " + std::to_string(e.invoke_id) + " code=" + std::to_string(e.error);
  }
  std::string operator()(const Reject& e) const {
    return "reject " + text(e.invoke_id) + " " + problem(e.problem) + (e.ours ? " ours" : "");
  }
  std::string operator()(const RejectSent& e) const {
    return "reject-sent " + text(e.invoke_id) + " " + problem(e.problem) + (e.ours ? " ours" : "");
  }
  std::string operator()(const ReleaseIndication&) const { return "release"; }
  std::string operator()(const ReleaseConfirm&) const { return "released"; }
  std::string operator()(const Aborted& e) const {
    return "aborted " + std::string(name(e.source)) + " " + std::string(name(e.layer)) + " " +
           std::to_string(e.reason);
  }
  std::string operator()(const Closed&) const { return "closed"; }
};

}  // namespace

std::string describe(const Event& event) { return std::visit(Describe(), event); }

std::vector<std::string> events(Association& a) {
  std::vector<std::string> all;
  while (auto e = a.next_event()) all.push_back(describe(*e));
  return all;
}

// --- configurations

ApplicationContext p7_94() {
  return {{2, 6, 0, 1, 11}, {2, 6, 0, 2, 17}, {{2, 6, 0, 2, 15}, {2, 6, 0, 2, 13}, {2, 6, 0, 2, 16}}};
}

ApplicationContext p7_88() {
  return {{2, 6, 0, 1, 4}, {2, 6, 0, 2, 9}, {{2, 6, 0, 2, 5}, {2, 6, 0, 2, 1}, {2, 6, 0, 2, 6}}};
}

namespace {

ApplicationContext over_rtse(ApplicationContext c, std::uint32_t last_arc) {
  c.name = ber::Oid{2, 6, 0, 1, last_arc};
  c.carriage = Carriage::rtse;
  c.bind_syntax = c.rtse_syntax = ber::Oid{2, 6, 0, 2, 10};
  for (const OperationCode code : {20, 21, 22, 23, 24}) c.operations.push_back({code, true, c.syntaxes[0]});
  c.operations.push_back({25, false, c.syntaxes[0]});
  for (const OperationCode code : {3, 4, 7}) c.operations.push_back({code, true, c.syntaxes[1]});
  for (const OperationCode code : {1, 8}) c.operations.push_back({code, true, c.syntaxes[2]});
  return c;
}

}  // namespace

ApplicationContext p7_94_reliable() { return over_rtse(p7_94(), 12); }
ApplicationContext p7_88_reliable() { return over_rtse(p7_88(), 5); }

std::vector<ApplicationContext> peer_applications() {
  return {{{1, 17, 1, 1, 2}, {}, {{1, 17, 1, 1, 1}}}, {{1, 17, 0, 1, 1}, {}, {{1, 0, 8824}}}};
}

ResponderConfig responder_config() {
  ResponderConfig config;
  config.application_contexts = peer_applications();
  config.application_contexts.push_back(p7_94());
  config.application_contexts.push_back(p7_88());
  config.application_contexts.push_back(p7_94_reliable());
  config.application_contexts.push_back(p7_88_reliable());
  return config;
}

Responder open_responder(ResponderConfig config, Octets cr_packet) {
  Responder r(std::move(config));
  r.receive(cr_packet);
  r.receive(Cn().packet());
  REQUIRE(r.phase() == Phase::awaiting_decision);
  REQUIRE(r.accept(hex("3100")).ok());
  REQUIRE(r.phase() == Phase::open);
  (void)events(r);
  (void)r.take_output();
  return r;
}

ConnectParameters p7_parameters() {
  ConnectParameters p;
  p.application_context = p7_94();
  p.bind_argument = Chain(hex("3103 800101"));
  return p;
}

ConnectParameters p7_reliable_parameters() {
  ConnectParameters p = p7_parameters();
  p.application_context = p7_94_reliable();
  return p;
}

Cn reliable_cn(std::optional<Octets> rtorq) {
  Cn cn;
  cn.units = hex("0249");
  cn.contexts[0].second = "06045600020a";
  cn.context_name = "06045600010c";
  cn.bind = rtorq.value_or(hex("b01a 800120 810108 820101 a30f a00d b00b 3109 8007 73656372657421"));
  return cn;
}

Octets accepting_ac() {
  const Octets results =
      join({hex("3007 800100 81025101"), hex("3007 800100 81025101"), hex("3007 800100 81025101"),
            hex("3007 800100 81025101"), hex("3007 800100 81025101")});
  const Octets aare = hex(
      "6128 a106 06045600010b a203 020100 a305 a103 020100 be12 2810 020101 a00b b109 3107 80056f6b61792e");
  const Octets cpa = tlv(0x31, {hex("a003 800101"), tlv(0xa2, {tlv(0xa5, results), pdv(9, aare)})});
  return tsdu(spdu(14, {{5, hex("130100 160102")}, {20, hex("0002")}, {193, cpa}}));
}

Initiator open_initiator(InitiatorConfig config) {
  Initiator i(config);
  REQUIRE(i.connect(p7_parameters()).ok());
  i.receive(cc());
  i.receive(accepting_ac());
  REQUIRE(i.phase() == Phase::open);
  (void)events(i);
  (void)i.take_output();
  return i;
}

}  // namespace x400::osi::test
