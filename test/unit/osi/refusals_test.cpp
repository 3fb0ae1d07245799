// The table of refusals: what is wrong, what a responder of ours answers to it, layer by layer with its
// reason, what it tells its owner, and what our initiator makes of the same answer.
#include <catch2/catch.hpp>
#include <functional>

#include "acse/apdu.hpp"
#include "presentation/connect.hpp"
#include "presentation/data.hpp"
#include "rose/apdu.hpp"
#include "rtse/apdu.hpp"
#include "support.hpp"
#include "x400/ber/reader.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::test;

namespace {

using Log = std::vector<std::string>;

std::string number(std::optional<std::int64_t> n) { return n ? std::to_string(*n) : "none"; }

std::string said_in_aare(const Slice& apdu) {
  auto aare = acse::parse_aare(apdu);
  REQUIRE(aare.ok());
  std::string out = " AARE " + std::to_string(aare->result) +
                    (aare->diagnostic.provider ? " provider " : " user ") +
                    std::to_string(aare->diagnostic.code);
  if (aare->user_information.empty()) return out;
  Slice value = aare->user_information[0].value;
  // Bind error and RTORJ have the same tag; what is inside tells.
  const bool bare = acse::open_bind(value, acse::bind_error).ok();
  if (auto rtorj = rtse::parse_rtorj(value); !bare && rtorj.ok()) {
    out += " RTORJ";
    if (rtorj->reason) out += " " + std::to_string(*rtorj->reason);
    value = rtorj->user_data;
  }
  if (auto error = acse::open_bind(value, acse::bind_error); error.ok())
    out += " error " + to_hex(error->view());
  return out;
}

std::string said_in_rf(const session::Spdu& rf) {
  const View value = rf.find(session::pi::reason).value();
  std::string out = "RF " + std::to_string(value[0]);
  if (value.size() == 1) return out;
  auto cpr = presentation::parse_cpr(Slice(to_octets(value.subspan(1))), Limits());
  REQUIRE(cpr.ok());
  out += " CPR";
  if (cpr->provider_reason) out += " " + std::to_string(*cpr->provider_reason);
  if (cpr->user_data.empty()) return out;
  auto pdvs = presentation::parse_user_data(cpr->user_data);
  REQUIRE(pdvs.ok());
  return out + said_in_aare(pdvs->front().value);
}

std::string said_in_ab(const session::Spdu& ab) {
  std::string out = "AB " + std::to_string(ab.octet(session::pi::transport_disconnect).value());
  if (ab.user_data().empty()) return out;
  const auto abort = presentation::parse_abort(Slice(to_octets(ab.user_data())));
  if (!abort.by_user) return out + " ARP " + number(abort.reason);
  REQUIRE(abort.user_data.size() == 1);
  const auto abrt = acse::parse_abrt(abort.user_data[0].value);
  out += abrt.source == acse::AbortSource::user ? " ABRT user" : " ABRT provider";
  if (!abrt.user_information.empty())
    out += " RTAB " + number(rtse::abort_reason(abrt.user_information[0].value.view()));
  return out;
}

std::string said_in_dt(const session::Spdu& dt) {
  auto pdvs = presentation::parse_user_data(Slice(to_octets(dt.user_information)));
  REQUIRE(pdvs.ok());
  auto apdu = rose::parse(pdvs->front().value, ber::Limits::pdu());
  REQUIRE(apdu.ok());
  const auto* reject = std::get_if<rose::RejectApdu>(&*apdu);
  REQUIRE(reject != nullptr);
  return "reject " + (reject->id ? std::to_string(*reject->id) : "null") + " " +
         std::to_string(static_cast<int>(reject->problem.kind)) + "/" + std::to_string(reject->problem.code);
}

/// All that was sent, in words.
std::string said(View output) {
  std::string out;
  Octets joined;
  for (const Packet& p : packets(output)) {
    if (p.tpdu.code == cotp::Code::cc) continue;
    if (!out.empty()) out += ", ";
    if (p.tpdu.code == cotp::Code::dr) out += "DR " + std::to_string(p.tpdu.reason);
    if (p.tpdu.code != cotp::Code::dt) continue;
    append(joined, p.data);
    if (!p.tpdu.end_of_tsdu) continue;
    const Octets tsdu = std::exchange(joined, {});
    auto spdu = session::parse(tsdu);
    REQUIRE(spdu.ok());
    switch (spdu->kind) {
      case session::Kind::rf: out += said_in_rf(*spdu); break;
      case session::Kind::ab: out += said_in_ab(*spdu); break;
      case session::Kind::dt: out += said_in_dt(*spdu); break;
      default: out += "SPDU " + std::to_string(spdu->si);
    }
  }
  return out;
}

struct CnCase {
  const char* what;
  Octets octets;          // behind CC
  const char* answer;     // said()
  const char* event;      // told to the owner of the responder
  const char* initiator;  // what an initiator is told that gets this answer; null: not an answer to a CN
};

Octets with(std::function<void(Cn&)> change, Cn cn = {}) {
  change(cn);
  return cn.packet();
}

ResponderConfig strict() {
  ResponderConfig config = responder_config();
  config.selectors = {to_octets("P7"), to_octets("SESS"), {}};
  return config;
}

}  // namespace

TEST_CASE("refusals: to a CR") {
  struct Case {
    const char* what;
    Octets octets;
    const char* answer;
    const char* event;
  };
  ResponderConfig config = responder_config();
  config.selectors.transport = to_octets("TRAN");
  const Case cases[] = {
      {"unknown TSEL", cr(view("OTHER")), "DR 2", "declined transport 2"},
      {"TSEL too long", cr(Octets(65, 0x61)), "DR 3", "declined transport 3"},
      {"class 4 alone", tpkt(hex("09e000000b0b40 c0010b")), "DR 130", "declined transport 130"},
      {"TPDU size below 128", tpkt(hex("09e000000b0b00 c00106")), "DR 130", "declined transport 130"},
      {"DT before CR", dt(hex("0d00")), "", "declined transport -1"},
      {"not TPKT", to_octets("GET / HTTP/1.1\r\n"), "", "declined transport -1"},
      {"TPKT of length 3", hex("03000003"), "", "declined transport -1"},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    Responder r(config);
    r.receive(c.octets);
    CHECK(said(sent(r)) == c.answer);
    CHECK(events(r) == Log{c.event, "closed"});
  }
}

TEST_CASE("refusals: to a CN") {
  const Cn reliable = reliable_cn();
  const auto rtorq = [](const char* octets) { return reliable_cn(tlv(0xb0, hex(octets))).packet(); };
  const CnCase cases[] = {
      // session
      {"session version 4 only", with([](Cn& c) { c.version = Octets{4}; }), "RF 132", "declined session 132",
       "refused session 132"},
      {"unknown SSEL", with([](Cn& c) { c.called_ssel = to_octets("OTHER"); }), "RF 129",
       "declined session 129", "refused session 129"},
      {"functional units of RTSE without RTSE", with([](Cn& c) { c.units = hex("0249"); }), "RF 134",
       "declined session 134", "refused session 134"},
      {"duplex for RTSE", with([](Cn& c) { c.units = hex("0002"); }, reliable), "RF 134",
       "declined session 134", "refused session 134"},
      {"no activity management for RTSE", with([](Cn& c) { c.units = hex("0209"); }, reliable), "RF 134",
       "declined session 134", "refused session 134"},
      {"neither duplex nor half-duplex", with([](Cn& c) { c.units = hex("0248"); }), "AB 5",
       "declined session -1", "refused session 5"},
      {"user requirements of one octet", with([](Cn& c) { c.units = hex("02"); }), "AB 5",
       "declined session -1", "refused session 5"},
      {"a parameter twice", with([](Cn& c) {
         c.more = {{20, hex("0002")}};
       }),
       "AB 5", "declined session -1", "refused session 5"},
      {"DT first", data(3, hex("0500")), "", "declined session -1", nullptr},
      // presentation
      {"connect data that are no CP", with([](Cn& c) { c.user_data = hex("0500"); }), "RF 133",
       "declined presentation -1", "refused session 133"},
      {"connect data empty", with([](Cn& c) { c.user_data = Octets(); }), "RF 133",
       "declined presentation -1", "refused session 133"},
      {"a CP that is cut", with([](Cn& c) { c.user_data = hex("3120 a003800101"); }), "RF 2 CPR 6",
       "declined presentation 6", "refused presentation 6"},
      {"X.410-1984 mode", with([](Cn& c) { c.mode = Octets{0}; }), "RF 2 CPR 6", "declined presentation 6",
       "refused presentation 6"},
      {"no contexts", with([](Cn& c) { c.contexts.clear(); }), "RF 2 CPR 6", "declined presentation 6",
       "refused presentation 6"},
      {"the same context twice", with([](Cn& c) { c.contexts[1].first = 1; }), "RF 2 CPR 6",
       "declined presentation 6", "refused presentation 6"},
      {"65 contexts", with([](Cn& c) {
         for (int n = 0; n < 60; ++n) c.contexts.emplace_back(101 + 2 * n, "06022a03");
       }),
       "RF 2 CPR 2", "declined presentation 2", "refused presentation 2"},
      {"unknown PSEL", with([](Cn& c) { c.called_psel = to_octets("OTHER"); }), "RF 2 CPR 3",
       "declined presentation 3", "refused presentation 3"},
      {"no value on the ACSE context", with([](Cn& c) { c.acse = 3; }), "RF 2 CPR", "declined acse -1",
       "refused presentation -1"},
      // ACSE
      {"unknown application context", with([](Cn& c) { c.context_name = "06032a0304"; }),
       "RF 2 CPR AARE 1 user 2", "declined acse 2", "refused acse 2"},
      {"no user information", with([](Cn& c) { c.user_information = Octets(); }), "RF 2 CPR AARE 1 user 1",
       "declined acse 1", "refused acse 1"},
      {"a bind on the context of operations", with([](Cn& c) {
         c.user_information = tlv(0x28, {hex("020103"), tlv(0xa0, hex("b0023100"))});
       }),
       "RF 2 CPR AARE 1 user 1", "declined acse 1", "refused acse 1"},
      {"an unbind in its place", with([](Cn& c) { c.bind = hex("b3023100"); }), "RF 2 CPR AARE 1 user 1",
       "declined acse 1", "refused acse 1"},
      {"a bind tagged implicitly", with([](Cn& c) { c.bind = hex("b0048002abcd"); }),
       "RF 2 CPR AARE 1 user 1", "declined acse 1", "refused acse 1"},
      {"no context of operations", with([](Cn& c) {
         c.contexts = {{1, "060456000211"}, {9, "060452010001"}};
       }),
       "RF 2 CPR AARE 1 user 1", "declined acse 1", "refused acse 1"},
      {"no context for the bind", with([](Cn& c) {
         c.contexts = {{3, "06045600020f"}, {9, "060452010001"}};
       }),
       "RF 2 CPR AARE 1 user 1", "declined acse 1", "refused acse 1"},
      // RTSE
      {"a bare bind where RTORQ belongs", reliable_cn(hex("b0023100")).packet(), "RF 2 CPR AARE 1 user 1",
       "declined acse 1", "refused acse 1"},
      {"RTSE monologue", rtorq("a306 a004 b002 3100"), "RF 2 CPR AARE 1 user 1 RTORJ 3", "declined rtse 3",
       "refused rtse 3"},
      {"RTSE recovery", rtorq("820101 a309 a107 0400 1700 800131"), "RF 2 CPR AARE 1 user 1 RTORJ 1",
       "declined rtse 1", "refused rtse 1"},
      {"RTSE without connection data", rtorq("820101"), "RF 2 CPR AARE 1 user 1", "declined acse 1",
       "refused acse 1"},
  };
  for (const CnCase& c : cases) {
    INFO(c.what);
    Responder r(strict());
    r.receive(cr());
    (void)sent(r);
    r.receive(c.octets);
    const Octets answer = sent(r);
    CHECK(said(answer) == c.answer);
    const Log told = events(r);
    REQUIRE_FALSE(told.empty());
    CHECK(told[0] == c.event);
    if (c.initiator == nullptr) continue;
    Initiator i;
    REQUIRE(i.connect(std::string_view(c.answer).find("RTORJ") == std::string_view::npos
                          ? p7_parameters()
                          : p7_reliable_parameters())
                .ok());
    i.receive(cc());
    i.receive(answer);
    CHECK(events(i) == Log{c.initiator, "closed"});
  }
}

TEST_CASE("refusals: ACSE version, which no Cn above can lack") {
  Cn cn;
  Octets fields = hex("8002 0640");  // protocol-version without version 1
  const Octets aarq = cn.aarq();
  append(fields, ber::read_one(aarq)->content);
  const Octets contexts =
      hex("300f 020101 0604560002 11 3004 06025101 300f 020103 0604560002 0f 3004 06025101"
          "300f 020109 060452010001 3004 06025101");
  cn.user_data = tlv(0x31, {hex("a003 800101"), tlv(0xa2, {tlv(0xa4, contexts), pdv(9, tlv(0x60, fields))})});
  Responder r(responder_config());
  r.receive(cr());
  (void)sent(r);
  r.receive(cn.packet());
  CHECK(said(sent(r)) == "RF 2 CPR AARE 1 provider 2");
  CHECK(events(r) == Log{"declined acse 2"});
}

TEST_CASE("refusals: by the user of the responder") {
  for (const bool reliable : {false, true}) {
    const auto refused = [&](Refusal refusal) {
      Responder r(responder_config());
      r.receive(cr());
      (void)sent(r);
      r.receive(reliable ? reliable_cn().packet() : Cn().packet());
      REQUIRE(r.phase() == Phase::awaiting_decision);
      REQUIRE(r.refuse(std::move(refusal)).ok());
      const Octets answer = sent(r);
      Initiator i;
      REQUIRE(i.connect(reliable ? p7_reliable_parameters() : p7_parameters()).ok());
      i.receive(cc());
      i.receive(answer);
      return std::pair(said(answer), events(i)[0]);
    };
    const std::string rtorj = reliable ? " RTORJ" : "";
    Refusal error;
    error.bind_error = Chain(hex("0a0100"));
    CHECK(refused(error) ==
          std::pair<std::string, std::string>("RF 2 CPR AARE 1 user 1" + rtorj + " error 0a0100",
                                              "refused acse 1 error=0a0100"));
    Refusal transient;
    transient.kind = Refusal::Kind::transient;
    CHECK(refused(transient) ==
          std::pair<std::string, std::string>("RF 2 CPR AARE 2 user 1" + rtorj, "refused acse 1 transient"));
    Refusal congestion;
    congestion.kind = Refusal::Kind::congestion;
    CHECK(refused(congestion) == std::pair<std::string, std::string>("RF 1", "refused session 1 transient"));
    Refusal title;
    title.diagnostic = 7;
    CHECK(refused(title) ==
          std::pair<std::string, std::string>("RF 2 CPR AARE 1 user 7" + rtorj, "refused acse 7"));
  }
}

TEST_CASE("refusals: in an association") {
  struct Case {
    const char* what;
    Octets octets;
    const char* answer;
    const char* event;
  };
  const Case cases[] = {
      // ROSE
      {"unknown APDU", data(3, hex("a902 0500")), "reject null 0/0", "reject-sent null 0/0"},
      {"invoke id NULL", data(3, hex("a104 0500 0500")), "reject null 0/0", "reject-sent null 0/0"},
      {"no invoke id", data(3, hex("a104 3000 0500")), "reject null 0/1", "reject-sent null 0/1"},
      {"broken inside", data(3, hex("a105 020101 0210")), "reject null 0/2", "reject-sent null 0/2"},
      // Repeated as it came; the reader of this test has no room for it.
      {"invoke id of five octets", data(3, hex("a10a 02050100000000 020115")), "reject null 0/1",
       "reject-sent null 0/1"},
      {"linked to nothing", data(3, hex("a109 020105 800109 020115")), "reject 5 1/5", "reject-sent 5 1/5"},
      {"result of nothing", data(3, hex("a20a 020105 3005 020115 0500")), "reject 5 2/0",
       "reject-sent 5 2/0"},
      {"error of nothing", data(3, hex("a306 020105 02011c")), "reject 5 3/0", "reject-sent 5 3/0"},
      // presentation
      {"data that are no PPDU", tsdu(hex("01000100 ffff")), "AB 3 ARP 1", "aborted own presentation 1"},
      {"no data at all", tsdu(hex("01000100")), "AB 3 ARP 1", "aborted own presentation 1"},
      {"simply encoded data", tsdu(hex("01000100 40020500")), "AB 3 ARP 6", "aborted own presentation 6"},
      {"a context that is not defined", data(77, hex("0500")), "AB 3 ARP 6", "aborted own presentation 6"},
      // ACSE
      {"an ACSE APDU among data", data(9, hex("6203800100")), "AB 3 ABRT provider", "aborted own acse -1"},
      {"FN without RLRQ in it", tsdu(spdu(9, {{193, pdv(9, hex("6303800100"))}})), "AB 3 ABRT provider",
       "aborted own acse -1"},
      // session
      {"unknown SPDU", tsdu(hex("7700")), "AB 5", "aborted own session -1"},
      {"DN without FN", tsdu(hex("0a00")), "AB 5", "aborted own session -1"},
      {"a second CN", Cn().packet(), "AB 5", "aborted own session -1"},
      {"a middle segment without a beginning", tsdu(hex("01000103190100 61")), "AB 5",
       "aborted own session -1"},
      {"typed data", tsdu(hex("010021 00")), "AB 5", "aborted own session -1"},
      {"an activity on a duplex association", tsdu(hex("0100 2d05 2903020101")), "AB 5",
       "aborted own session -1"},
      // transport
      {"CR in an association", cr(), "", "aborted own transport -1"},
      {"expedited data", tpkt(hex("0410000100")), "", "aborted own transport -1"},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    Responder r = open_responder();
    r.receive(c.octets);
    CHECK(said(sent(r)) == c.answer);
    const Log told = events(r);
    REQUIRE_FALSE(told.empty());
    CHECK(told[0] == c.event);
  }
}

TEST_CASE("refusals: an invoke id used twice") {
  Responder r = open_responder();
  r.receive(data(3, hex("a108 020105 020115 0500")));
  (void)events(r);
  r.receive(data(3, hex("a108 020105 020115 0500")));
  CHECK(said(sent(r)) == "reject 5 1/0");
  CHECK(events(r) == Log{"reject-sent 5 1/0"});
}

TEST_CASE("refusals: the user's own abort, and a deadline that passes") {
  Responder user = open_responder();
  user.abort();
  CHECK(said(sent(user)) == "AB 3 ABRT user");
  Responder late = open_responder();
  late.expire();
  CHECK(said(sent(late)) == "AB 3 ABRT user");
  Responder undecided(responder_config());
  undecided.receive(cr());
  undecided.receive(Cn().packet());
  (void)sent(undecided);
  undecided.expire();
  CHECK(said(sent(undecided)) == "RF 1");
}
