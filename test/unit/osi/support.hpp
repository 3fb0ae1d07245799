// What the osi tests share: recorded dialogues, a peer made by hand, events as lines of text.
#pragma once

#include <string>
#include <vector>

#include "cotp/tpdu.hpp"
#include "session/spdu.hpp"
#include "x400/osi/association.hpp"

namespace x400::osi::test {

Octets hex(std::string_view text);
Octets join(std::initializer_list<View> parts);

// --- recorded dialogues (test/vectors/osi/README.md)

struct Line {
  char side = 'A';
  Octets packet;  // one TPKT
};
using Dialogue = std::vector<Line>;
/// One dialogue a TCP connection.
std::vector<Dialogue> load(const std::string& name);
std::vector<std::string> vector_names();
/// Those whose operations go over RTSE.
bool transfers_over_rtse(const std::string& name);
/// A packet of a recorded responder; the CC to the reference that our initiator has.
Octets for_us(Octets packet);
Octets side(const Dialogue& dialogue, char which);
/// The n-th packet of a side, from 0.
Octets packet(const Dialogue& dialogue, char which, std::size_t n);

// --- octets of a peer

Octets tpkt(View tpdu);
Octets dt(View data, bool end = true);
/// A whole TSDU in one DT.
Octets tsdu(View octets);
Octets cr(View tsel = {}, std::optional<std::uint8_t> size = 0x0b);
Octets cc();  ///< to our reference
Octets spdu(std::uint8_t si, std::initializer_list<std::pair<std::uint8_t, Octets>> parameters);
/// BER: tag octet, definite length, contents.
Octets tlv(std::uint8_t tag, View contents);
Octets tlv(std::uint8_t tag, std::initializer_list<View> contents);
/// GT, DT and one value on a context.
Octets data(std::int32_t context, View value);
Octets pdv(std::int32_t context, View value);  ///< 61 ...

/// A CN with everything in it changeable. Default: P7 94, contexts 1..7 and ACSE on 9, a small bind.
struct Cn {
  std::optional<Octets> version = Octets{2};
  std::optional<Octets> units = Octets{0, 2};
  std::optional<Octets> tsdu_maximum;
  Octets called_ssel, called_psel;
  Octets mode{1};
  std::vector<std::pair<int, std::string>> contexts{{1, "06045600021 1"},
                                                    {3, "0604560002 0f"},
                                                    {5, "0604560002 0d"},
                                                    {7, "0604560002 10"},
                                                    {9, "060452010001"}};
  std::vector<std::string> transfers;  ///< of each context, in hexadecimal; BER beyond its end
  int acse = 9;
  std::string context_name = "0604560001 0b";
  std::optional<Octets> user_information;  ///< inside [30]; default: the bind on context 1
  Octets bind = hex("b00b 3109 8007 73656372657421");
  std::optional<Octets> user_data;  ///< in place of CP
  std::vector<std::pair<std::uint8_t, Octets>> more;

  Octets aarq() const;
  Octets cp() const;
  Octets spdu() const;
  Octets packet() const { return tsdu(spdu()); }
};

// --- what comes out

Octets flat(const std::vector<Slice>& slices);
/// One TPDU of the output.
struct Packet {
  cotp::Tpdu tpdu;  // without views
  Octets data;
  Octets header;
};
std::vector<Packet> packets(View output);
/// TSDUs of the DTs in the output; incomplete ones are a failure.
std::vector<Octets> tsdus(View output);

/// What was sent since the last call.
Octets sent(Association& a);
/// The only SPDU sent since the last call, in hexadecimal.
std::string sent_spdu(Association& a);
/// TPDU codes sent since the last call: "cc", "dt dr", "".
std::string sent_codes(Association& a);

std::string describe(const Event& event);
std::vector<std::string> events(Association& a);

// --- configurations

ApplicationContext p7_94();
ApplicationContext p7_88();
ApplicationContext p7_94_reliable();
ApplicationContext p7_88_reliable();
/// P7 both editions and the programs of the recorded peer.
ResponderConfig responder_config();
std::vector<ApplicationContext> peer_applications();

/// A responder in phase open, after the Cn above; its output taken, its events read.
Responder open_responder(ResponderConfig config = responder_config(), Octets cr_packet = cr());
/// An initiator in phase open against a peer made by hand.
Initiator open_initiator(InitiatorConfig config = {});
ConnectParameters p7_parameters();
ConnectParameters p7_reliable_parameters();
/// A CN for P7 94 over RTSE: contexts 1 (RTSE and bind), 3, 5, 7, ACSE on 9. `rtorq`: in place of its RTORQ.
Cn reliable_cn(std::optional<Octets> rtorq = std::nullopt);
Octets accepting_ac();

}  // namespace x400::osi::test
