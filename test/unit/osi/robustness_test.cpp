// Octets of recorded initiators and responders cut short and changed: whatever comes, the stack says what
// happened, keeps its bounds, and can be ended. The check takes some places of long dialogues and some
// values; with X400_EVERY_OCTET set, test_osi "32: *" takes all of them, in about five minutes.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>
#include <random>

#include "support.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::test;

namespace {

bool every_octet() { return std::getenv("X400_EVERY_OCTET") != nullptr; }

// Too long to be played again for each of its octets.
bool very_long(const std::string& name) {
  return name.find("9k") != std::string::npos || name.find("25k") != std::string::npos ||
         name.find("own") != std::string::npos || name.find("large") != std::string::npos;
}

// Millions of times: Catch's own checks cost more than what they check.
void must(bool holds, const char* what) {
  if (!holds) FAIL(what);
}

const std::shared_ptr<const ResponderConfig>& shared_config() {
  static const auto config = std::make_shared<const ResponderConfig>(responder_config());
  return config;
}

bool whole_packets(View out) {
  while (out.size() >= 7) {
    const std::size_t length = std::size_t{out[2]} << 8 | out[3];
    if (out[0] != 3 || length < 7 || length > out.size()) return false;
    out = out.subspan(length);
  }
  return out.empty();
}

// Events of a responder whose user accepts and answers everything. Fails on what must never happen: an event
// behind Closed, two terminal events, output when closed.
struct Checked {
  Responder stack{shared_config()};
  std::size_t terminal = 0;
  bool closed = false;

  void feed(View octets) {
    stack.receive(octets);
    while (auto e = stack.next_event()) {
      must(!closed, "an event behind Closed");
      if (std::holds_alternative<ConnectIndication>(*e))
        must(stack.accept(Chain(Octets{0x31, 0})).ok(), "accept");
      if (auto* i = std::get_if<Invoke>(&*e)) {
        // A release or an abort may stand behind it in the queue: then the answer is too late.
        (void)stack.result(i->invoke_id, Chain(Octets{5, 0})).ok();
      }
      if (std::holds_alternative<ReleaseIndication>(*e)) (void)stack.release_response().ok();
      terminal += std::holds_alternative<Declined>(*e) || std::holds_alternative<Aborted>(*e);
      closed = std::holds_alternative<Closed>(*e);
    }
    must(terminal <= 1, "two ends");
    must(closed == (stack.phase() == Phase::closed), "phase and Closed differ");
    must(whole_packets(sent(stack)), "output");
  }

  void end() {
    stack.transport_lost("end");
    feed({});
    must(closed, "not closed");
  }
};

struct CheckedInitiator {
  Initiator stack;
  std::size_t terminal = 0;
  bool closed = false;

  CheckedInitiator() { must(stack.connect(p7_parameters()).ok(), "connect"); }

  void feed(View octets) {
    stack.receive(octets);
    while (auto e = stack.next_event()) {
      must(!closed, "an event behind Closed");
      if (auto* c = std::get_if<ConnectConfirm>(&*e))
        for (int n = 0; n < 20 && c->contexts[1].accepted; ++n)
          must(stack.invoke(3, 21, Chain(Octets{0x31, 0})).ok(), "invoke");
      terminal += std::holds_alternative<ConnectRefused>(*e) || std::holds_alternative<Aborted>(*e);
      closed = std::holds_alternative<Closed>(*e);
    }
    must(terminal <= 1, "two ends");
    must(closed == (stack.phase() == Phase::closed), "phase and Closed differ");
    must(whole_packets(sent(stack)), "output");
  }

  void end() {
    stack.transport_lost("end");
    feed({});
    must(closed, "not closed");
  }
};

template <class Side>
void play(const std::vector<Octets>& lines) {
  Side side;
  for (const Octets& line : lines) side.feed(line);
  side.end();
}

std::vector<Octets> lines(const Dialogue& d, char which) {
  std::vector<Octets> all;
  for (const Line& l : d) {
    if (l.side != which) continue;
    all.push_back(which == 'B' ? for_us(l.packet) : l.packet);
  }
  return all;
}

// Those behind the end of the association change nothing.
std::size_t lines_that_count(const std::vector<Octets>& all) {
  Checked r;
  std::size_t n = 0;
  while (n < all.size() && r.stack.phase() != Phase::closing && r.stack.phase() != Phase::closed)
    r.feed(all[n++]);
  return n;
}

}  // namespace

TEST_CASE("32: every prefix of every recorded initiator") {
  for (const std::string& name : vector_names())
    for (const Dialogue& d : load(name)) {
      INFO(name);
      // Octet by octet is every prefix: after each one the stack is asked.
      Checked r;
      for (const Octets& line : lines(d, 'A'))
        for (const std::uint8_t o : line) r.feed(View(&o, 1));
      r.end();
    }
}

TEST_CASE("32: a CN whose CP ends at each octet is refused") {
  for (const char* name : {"p7-94-pdata", "iso-rtse-echo", "iso-psap-echo"}) {
    const Dialogue d = load(name)[0];
    const Octets recorded = tsdus(side(d, 'A'))[0];
    auto cn = session::parse(recorded);
    REQUIRE(cn.ok());
    const Octets cp = to_octets(cn->user_data());
    for (std::size_t n = 0; n < cp.size(); ++n) {
      Cn cut;
      cut.user_data = to_octets(View(cp).first(n));
      Responder r(responder_config());
      r.receive(packet(d, 'A', 0));
      r.receive(cut.packet());
      INFO(name << " " << n);
      CHECK(r.phase() == Phase::closing);
      const auto log = events(r);
      REQUIRE(log.size() == 1);
      CHECK(log[0] == (n == 0 ? "declined presentation -1" : "declined presentation 6"));
    }
  }
}

TEST_CASE("32: one octet changed, at every place of every recorded initiator") {
  std::mt19937 random(32);
  for (const std::string& name : vector_names()) {
    if (very_long(name) && !every_octet()) continue;
    for (const Dialogue& d : load(name)) {
      std::vector<Octets> all = lines(d, 'A');
      all.resize(lines_that_count(all));
      // Long ones at some of their places: a play costs as much as the dialogue is long.
      std::size_t octets = 0;
      for (const Octets& line : all) octets += line.size();
      const std::size_t each = every_octet() ? 1 : 1 + octets / 300;
      for (std::size_t l = 0; l < all.size(); ++l)
        for (std::size_t at = 0; at < all[l].size(); ++at) {
          if (random() % each != 0) continue;
          const std::uint8_t old = all[l][at];
          const auto flip = static_cast<std::uint8_t>(1U << random() % 8);
          all[l][at] = static_cast<std::uint8_t>(old ^ flip);
          play<Checked>(all);
          all[l][at] = old;
        }
    }
  }
}

TEST_CASE("32: some values of every octet of a CN, or all") {
  std::mt19937 random(35);
  std::vector<Octets> all = lines(load("p7-94-pdata")[0], 'A');
  all.resize(3);
  for (std::size_t at = 0; at < all[1].size(); ++at) {
    const std::uint8_t old = all[1][at];
    for (int n = 0; n < (every_octet() ? 256 : 12); ++n) {
      all[1][at] = static_cast<std::uint8_t>(every_octet() ? n : static_cast<int>(random() & 0xff));
      play<Checked>(all);
    }
    all[1][at] = old;
  }
}

TEST_CASE("one octet changed, at every place of recorded responders") {
  std::mt19937 random(33);
  for (const char* name : {"p7-94-pdata", "p7-94-bind-refused", "cli-refused-cpr3", "p7-94-segment256"}) {
    std::vector<Octets> all = lines(load(name)[0], 'B');
    play<CheckedInitiator>(all);
    for (Octets& line : all)
      for (std::uint8_t& octet : line) {
        const std::uint8_t old = octet;
        octet = static_cast<std::uint8_t>(old ^ (1U << random() % 8));
        play<CheckedInitiator>(all);
        octet = old;
      }
  }
}

TEST_CASE("random octets in every phase") {
  std::mt19937 random(34);
  for (int run = 0; run < 2000; ++run) {
    Octets noise(random() % 200);
    for (std::uint8_t& o : noise) o = static_cast<std::uint8_t>(random());
    Checked r;
    if (run % 4 > 0) r.feed(cr());
    if (run % 4 > 1) r.feed(Cn().packet());
    if (run % 4 == 3)
      r.feed(data(3, noise));
    else if (run % 2 == 0)
      r.feed(tsdu(noise));
    else
      r.feed(noise);
    r.end();
  }
}
