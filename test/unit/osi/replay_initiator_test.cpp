// The recorded responders against our initiator. It sends what the recorded initiator asked for; the
// recorded answers come back whatever it sends.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <random>

#include "acse/apdu.hpp"
#include "presentation/connect.hpp"
#include "rose/apdu.hpp"
#include "support.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::test;

namespace {

using Log = std::vector<std::string>;

// What the recorded initiator's CN asks for.
ConnectParameters parameters_of(Octets cn_tsdu) {
  const Slice whole(std::move(cn_tsdu));
  auto cn = session::parse(whole.view());
  REQUIRE(cn.ok());
  auto cp = presentation::parse_cp(whole.part(cn->user_data()), Limits());
  REQUIRE(cp.ok());
  ConnectParameters p;
  for (const auto& c : cp->contexts) p.abstract_syntaxes.push_back(c.abstract_syntax);
  p.application_context.syntaxes = p.abstract_syntaxes;
  auto pdvs = presentation::parse_user_data(cp->user_data);
  REQUIRE(pdvs.ok());
  auto aarq = acse::parse_aarq(pdvs->front().value);
  REQUIRE(aarq.ok());
  p.application_context.name = aarq->context_name;
  if (aarq->user_information.empty()) return p;
  auto bind = acse::open_bind(aarq->user_information[0].value, acse::bind_argument);
  if (!bind.ok()) return p;
  p.application_context.bind_syntax = p.abstract_syntaxes[0];
  p.bind_argument = Chain(*bind);
  return p;
}

ConnectParameters any_parameters() {
  ConnectParameters p;
  p.application_context = peer_applications()[0];
  return p;
}

bool readable_cn(const std::vector<Octets>& asked) {
  if (asked.empty()) return false;
  auto cn = session::parse(asked[0]);
  if (!cn.ok()) return false;
  auto cp = presentation::parse_cp(Slice(to_octets(cn->user_data())), Limits());
  if (!cp.ok()) return false;
  auto pdvs = presentation::parse_user_data(cp->user_data);
  return pdvs.ok() && acse::parse_aarq(pdvs->front().value).ok();
}

// The CN proposes RTSE: it has the abstract syntax id-as-ms-rtse.
bool over_rtse(const Dialogue& d) {
  static const Octets syntax = hex("06 04 56 00 02 0a");
  const Octets asked = side(d, 'A');
  return std::search(asked.begin(), asked.end(), syntax.begin(), syntax.end()) != asked.end();
}

// Does what the recorded initiator did with this TSDU, with the same invoke ids. `joined`: its segments so
// far.
void repeat(Initiator& i, View tsdu, Octets& joined) {
  auto spdu = session::parse(tsdu);
  if (!spdu.ok()) return;
  if (spdu->kind == session::Kind::fn) (void)i.release();
  if (spdu->kind == session::Kind::ab) i.abort();
  if (spdu->kind != session::Kind::dt) return;
  append(joined, spdu->user_information);
  if ((spdu->octet(session::pi::enclosure).value_or(2) & 2) == 0) return;
  auto pdvs = presentation::parse_user_data(Slice(std::exchange(joined, {})));
  if (!pdvs.ok() || pdvs->front().context == 99) return;
  auto apdu = rose::parse(pdvs->front().value, ber::Limits::pdu());
  if (!apdu.ok()) return;
  const auto* invoke = std::get_if<rose::InvokeApdu>(&*apdu);
  if (invoke == nullptr) return;
  while (true) {
    auto id = i.invoke(pdvs->front().context, invoke->operation, Chain(invoke->argument));
    REQUIRE(id.ok());
    if (*id == invoke->id) return;
  }
}

Log replay(const Dialogue& d, const std::function<std::size_t()>& next,
           const std::function<void(Octets&)>& patch) {
  Initiator i;
  Log log;
  const std::vector<Octets> asked = tsdus(side(d, 'A'));
  REQUIRE(i.connect(over_rtse(d)         ? p7_reliable_parameters()
                    : readable_cn(asked) ? parameters_of(asked[0])
                                         : any_parameters())
              .ok());
  bool cn_passed = false;
  Octets tsdu, joined;
  for (const Line& line : d) {
    if (line.side == 'A') {
      if (line.packet[5] != 0xf0) continue;
      append(tsdu, View(line.packet).subspan(7));
      if (line.packet[6] != 0x80) continue;
      const Octets complete = std::exchange(tsdu, {});
      if (std::exchange(cn_passed, true)) repeat(i, complete, joined);
      continue;
    }
    Octets b = for_us(line.packet);
    if (patch) patch(b);
    for (View rest = b; !rest.empty();) {
      const std::size_t n = std::min(rest.size(), next());
      i.receive(rest.first(n));
      rest = rest.subspan(n);
    }
    for (std::string& e : events(i)) log.push_back(std::move(e));
  }
  i.transport_lost("end of the recording");
  for (std::string& e : events(i)) log.push_back(std::move(e));
  return log;
}

Log run(const std::string& name, const std::function<std::size_t()>& next,
        const std::function<void(Octets&)>& patch = {}) {
  Log log;
  for (const Dialogue& d : load(name)) {
    const Log one = replay(d, next, patch);
    log.insert(log.end(), one.begin(), one.end());
  }
  return log;
}

std::size_t all() { return std::size_t{1} << 20; }

// Checked line by line against the comments of the recordings and their README.
const std::map<std::string, Log>& expected() {
  static const std::map<std::string, Log> table = {
      {"cli-refused-aare-provider2", {"refused acse 2 provider", "closed"}},
      {"cli-refused-aare-user2", {"refused acse 2", "closed"}},
      {"cli-refused-ab", {"refused session 5", "closed"}},
      {"cli-refused-cpr3", {"refused presentation 3", "closed"}},
      {"cli-refused-dr", {"refused transport 2", "closed"}},
      {"cli-refused-garbage", {"refused session -1", "closed"}},
      {"cli-refused-rf1", {"refused session 1 transient", "closed"}},
      {"cli-refused-rf129", {"refused session 129", "closed"}},
      {"iso-psap-echo", {"refused presentation -1", "closed"}},
      {"iso-ros-echo", {"refused acse 1 transient", "closed"}},
      {"p7-88-pdata",
       {"confirm 1+ 3+ 5+ 7+ 9+ bind=60", "result 11 op=21 size=151", "result 12 op=22 size=156",
        "error 13 code=28", "result 14 op=20 size=45", "result 15 op=23 size=2", "result 16 op=24 size=2",
        "result 17 op=3 size=40", "reject 18 1/1 ours", "released", "closed"}},
      {"p7-94-abort", {"confirm 1+ 3+ 5+ 7+ 9+ bind=60", "result 11 op=21 size=151", "closed"}},
      {"p7-94-bind-700",
       {"confirm 1+ 3+ 5+ 7+ 9+ bind=60", "result 11 op=21 size=151", "released", "closed"}},
      {"p7-94-bind-9k", {"confirm 1+ 3+ 5+ 7+ 9+ bind=60", "result 11 op=21 size=151", "released", "closed"}},
      {"p7-94-bind-refused", {"refused acse 1 error=0a0100", "closed"}},
      {"p7-94-pdata",
       {"confirm 1+ 3+ 5+ 7+ 9+ bind=60", "result 11 op=21 size=151", "result 12 op=22 size=156",
        "error 13 code=28", "result 14 op=20 size=45", "result 15 op=23 size=2", "result 16 op=24 size=2",
        "result 17 op=3 size=40", "reject 18 1/1 ours", "released", "closed"}},
      {"p7-94-rtopen-refused", {"refused acse 1 error=0a0100", "closed"}},
      {"p7-94-segment-oneway",
       {"confirm 1+ 3+ 5+ 7+ 9+ bind=60", "result 11 op=21 size=151", "result 12 op=3 size=40", "released",
        "closed"}},
      {"p7-94-segment-own",
       {"confirm 1+ 3+ 5+ 7+ 9+ bind=60", "result 11 op=21 size=151", "result 12 op=3 size=40", "released",
        "closed"}},
      {"p7-94-segment256",
       {"confirm 1+ 3+ 5+ 7+ 9+ bind=60", "result 11 op=21 size=151", "result 12 op=22 size=156",
        "result 13 op=3 size=40", "released", "closed"}},
      {"p7-94-selectors",
       {"confirm 1+ 3+ 5+ 7+ 9+ bind=60", "result 11 op=21 size=151", "released", "closed"}},
      {"p7-94-submit9k", {"confirm 1+ 3+ 5+ 7+ 9+ bind=60", "result 11 op=3 size=40", "released", "closed"}},
      {"p7-94-tcp-drop",
       {"confirm 1+ 3+ 5+ 7+ 9+ bind=60", "result 11 op=21 size=151", "aborted transport transport -2",
        "closed"}},
      {"pdata-rose-error", {"confirm 1+ 3+ bind=0", "error 1 code=2", "released", "closed"}},
      {"pdata-rose-imisc",
       {"confirm 1+ 3+ bind=0", "result 1 op=0 size=16", "released", "closed", "confirm 1+ 3+ bind=0",
        "result 1 op=7 size=24", "released", "closed"}},
      {"srv-abort-by-initiator", {"confirm 1+ 3+ bind=0", "closed"}},
      {"srv-abort-keep-tc", {"confirm 1+ 3+ bind=0", "closed"}},
      {"srv-cn-fu-none", {"refused session 5", "closed"}},
      {"srv-cn-garbage", {"refused session 3", "closed"}},
      {"srv-cn-no-acse", {"refused presentation -1", "closed"}},
      {"srv-cn-no-userdata", {"refused session 3", "closed"}},
      {"srv-cn-psel", {"confirm 1+ 3+ bind=0", "aborted transport transport -2", "closed"}},
      {"srv-cn-ssel", {"confirm 1+ 3+ bind=0", "aborted transport transport -2", "closed"}},
      {"srv-cn-unknown-ac", {"confirm 1+ 3+ bind=0", "aborted transport transport -2", "closed"}},
      {"srv-cn-unknown-as", {"confirm 1+ 3+ 5+ bind=0", "aborted transport transport -2", "closed"}},
      {"srv-cn-unknown-ts", {"confirm 1+ 3+ 5- 7+ bind=0", "aborted transport transport -2", "closed"}},
      {"srv-cn-version-none", {"refused session 132", "closed"}},
      {"srv-cn-version1", {"confirm 1+ 3+ bind=0", "aborted transport transport -2", "closed"}},
      {"srv-cn-x410-mode", {"refused session 3", "closed"}},
      {"srv-cr-class4", {"refused transport -1", "closed"}},
      {"srv-cr-class4-alt0", {"refused transport -2", "closed"}},
      {"srv-cr-size-none", {"refused transport -2", "closed"}},
      {"srv-cr-unknown-tsel", {"refused transport 128", "closed"}},
      {"srv-pres-bad-context", {"confirm 1+ 3+ bind=0", "aborted provider session 3", "closed"}},
      {"srv-pres-garbage", {"confirm 1+ 3+ bind=0", "aborted provider session 3", "closed"}},
      {"srv-rose-bad-apdu", {"confirm 1+ 3+ bind=0", "reject null 0/0", "released", "closed"}},
      {"srv-rose-bad-structure", {"confirm 1+ 3+ bind=0", "reject null 0/0", "released", "closed"}},
      {"srv-rose-error-unknown", {"confirm 1+ 3+ bind=0", "reject 12346 3/0", "released", "closed"}},
      {"srv-rose-large-echo", {"confirm 1+ 3+ bind=0", "result 3 op=11 size=5004", "released", "closed"}},
      {"srv-rose-linked-unknown", {"confirm 1+ 3+ bind=0", "reject 9 1/6 ours", "released", "closed"}},
      {"srv-rose-rejects",
       {"confirm 1+ 3+ bind=0", "reject 5 1/1 ours", "reject 6 1/2 ours", "result 7 op=0 size=16", "released",
        "closed"}},
      {"srv-rose-result-unknown",
       {"confirm 1+ 3+ bind=0", "reject 12345 2/0", "result 7 op=0 size=16", "released", "closed"}},
      {"srv-session-ef-dn", {"confirm 1+ 3+ bind=0", "aborted provider session 5", "closed"}},
      {"srv-session-unknown-spdu", {"confirm 1+ 3+ bind=0", "aborted provider session 5", "closed"}},
  };
  return table;
}

}  // namespace

TEST_CASE(
    "recorded responders over P-DATA, and one that refuses RT-OPEN, get the primitives their comments tell") {
  for (const std::string& name : vector_names())
    if (!transfers_over_rtse(name))  // replay_rtse_test has those
      CHECK(expected().count(name) == 1);
  for (const auto& [name, log] : expected()) {
    INFO(name);
    CHECK(run(name, all) == log);
  }
}

TEST_CASE("an initiator's primitives do not depend on how TCP cuts the octets") {
  std::mt19937 random(63);
  for (const auto& [name, log] : expected()) {
    INFO(name);
    for (const std::size_t n : {1U, 3U, 1000U}) CHECK(run(name, [n] { return n; }) == log);
    std::uniform_int_distribution<std::size_t> piece(1, 300);
    CHECK(run(name, [&] { return piece(random); }) == log);
  }
}

TEST_CASE("an AC with more functional units than offered is cut down, one without duplex is refused") {
  // The recorded AC answers a CN that offered nearly all; it dropped duplex.
  CHECK(run("iso-psap-echo", all) == Log{"refused presentation -1", "closed"});
  const auto duplex = [](Octets& b) {
    static const Octets agreed{0x14, 0x02, 0x07, 0xfd};
    const auto at = std::search(b.begin(), b.end(), agreed.begin(), agreed.end());
    if (at != b.end()) at[3] = 0xfe;
  };
  CHECK(run("iso-psap-echo", all, duplex) ==
        Log{"confirm 1+ 3+ 5+ 7+ 9+ 11+ 13+ 15+ 17+ 19+ bind=0", "released", "closed"});
}
