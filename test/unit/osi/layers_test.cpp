// The parsers of the layers by themselves.
#include <catch2/catch.hpp>
#include <map>

#include "acse/apdu.hpp"
#include "output.hpp"
#include "presentation/connect.hpp"
#include "rose/apdu.hpp"
#include "session/table.hpp"
#include "support.hpp"
#include "tpkt/tpkt.hpp"

using namespace x400;
using namespace x400::osi;
using namespace x400::osi::test;

TEST_CASE("every recorded TSDU is read as an SPDU, but the garbage") {
  std::map<std::uint8_t, int> seen;
  for (const std::string& name : vector_names())
    for (const Dialogue& d : load(name))
      for (const char which : {'A', 'B'})
        for (const Octets& t : tsdus(side(d, which))) {
          INFO(name << " " << which << " " << to_hex(t, 20));
          auto s = session::parse(t);
          if (name == "cli-refused-garbage" && which == 'B') {
            CHECK_FALSE(s.ok());
            continue;
          }
          REQUIRE(s.ok());
          ++seen[s->si];
        }
  // CN, AC, RF, FN, DN, AB; GT, PT alone, DT; GTC, GTA; AS, MIP and MIA, AE and AEA, AI and AIA, AD and ADA.
  for (const int si : {13, 14, 12, 9, 10, 25, 2, 1, 21, 22, 45, 49, 50, 41, 42, 26, 57, 58}) {
    INFO(si);
    CHECK(seen[static_cast<std::uint8_t>(si)] > 0);
  }
}

TEST_CASE("every recorded DT outside reliable transfer holds user data and a ROSE APDU, but the wrong ones") {
  int apdus = 0;
  for (const std::string& name : vector_names()) {
    if (name.find("rtse") != std::string::npos || name.find("segment") != std::string::npos ||
        name == "p7-94-turns")
      continue;
    for (const Dialogue& d : load(name))
      for (const char which : {'A', 'B'})
        for (const Octets& t : tsdus(side(d, which))) {
          auto s = session::parse(t);
          if (!s.ok() || s->kind != session::Kind::dt) continue;
          INFO(name << " " << which);
          auto pdvs = presentation::parse_user_data(Slice(to_octets(s->user_information)));
          if (name == "srv-pres-garbage" && which == 'A') {
            CHECK_FALSE(pdvs.ok());
            continue;
          }
          REQUIRE(pdvs.ok());
          REQUIRE(pdvs->size() == 1);
          auto apdu = rose::parse(pdvs->front().value, ber::Limits::pdu());
          if (name.substr(0, 12) == "srv-rose-bad" && which == 'A') {
            CHECK_FALSE(apdu.ok());
            continue;
          }
          CHECK(apdu.ok());
          ++apdus;
        }
  }
  CHECK(apdus > 50);
}

TEST_CASE("an SI means one thing first and another behind GT or PT") {
  const auto kind = [](const char* t) {
    const Octets o = hex(t);
    auto s = session::parse(o);
    REQUIRE(s.ok());
    return s->kind;
  };
  using session::Kind;
  CHECK(kind("0100 0100 ffff") == Kind::dt);
  CHECK(kind("0100") == Kind::gt);
  CHECK(kind("0103 100101") == Kind::gt);
  CHECK(kind("1900") == Kind::ab);
  CHECK(kind("0100 1900") == Kind::ai);
  CHECK(kind("1a00") == Kind::aa);
  CHECK(kind("0200 1a00") == Kind::aia);
  CHECK(kind("0100 2900") == Kind::ae);
  CHECK(kind("0100 2903 0f0101") == Kind::other);  // a major synchronisation point
  CHECK(kind("0200 0100") == Kind::other);         // DT behind PT is none
  CHECK(kind("0100 0d00") == Kind::other);         // nor is CN behind GT a CN
}

TEST_CASE("session parameters: groups, outside of groups, twice") {
  const Octets cn = hex("0d11 0508 130100 160102 c800 1601 01 0a02 4142");
  auto s = session::parse(cn);
  REQUIRE(s.ok());
  CHECK(s->octet(22) == 2);
  CHECK_FALSE(s->octet(99));
  CHECK(to_hex(*s->find(10)) == "4142");
  for (const char* twice : {"0d06 160101 160102", "0d08 0506 160101 160102", "0d0a 0503160102 0503160102"}) {
    INFO(twice);
    const Octets o = hex(twice);
    CHECK_FALSE(session::parse(o).ok());
  }
  // The activity identifier stands in its group and outside of it.
  const Octets ar = hex("0100 1d0c 2105 2903020101 2903 020102");
  CHECK(session::parse(ar).ok());
}

TEST_CASE("user data come from either parameter") {
  const Octets v1 = hex("0903 c1 01 61"), v2 = hex("0903 c2 01 62"), none = hex("0900");
  CHECK(to_hex(session::parse(v1)->user_data()) == "61");
  CHECK(to_hex(session::parse(v2)->user_data()) == "62");
  CHECK(session::parse(none)->user_data().empty());
}

TEST_CASE("an SPDU cannot be longer than its length says") {
  session::Builder b(14);
  b.add(193, Octets(65'530, 1));
  CHECK(b.finish().ok());
  b.add(25, std::uint8_t{3});
  CHECK_FALSE(b.finish().ok());
  session::Builder huge(14);
  huge.add(193, Octets(70'000, 1));
  CHECK(huge.finish().error().kind() == ErrorKind::limit);
}

TEST_CASE("the session's table: an abort ends every connected state, nothing wakes a closed one") {
  using namespace session;
  for (std::size_t k = 0; k < kinds; ++k) {
    CHECK(action(State::closed, static_cast<Kind>(k)) == Action::ignore);
    const Action in_abort = action(State::wait_abort, static_cast<Kind>(k));
    CHECK((in_abort == Action::ignore || in_abort == Action::done));
    if (static_cast<Kind>(k) != Kind::cn) CHECK(action(State::idle, static_cast<Kind>(k)) == Action::drop);
  }
  for (const State s :
       {State::wait_accept, State::wait_answer, State::open, State::wait_disconnect, State::wait_release})
    CHECK(action(s, Kind::ab) == Action::aborted);
  CHECK(action(State::wait_disconnect, Kind::dt) == Action::data);
  CHECK(action(State::wait_release, Kind::dt) == Action::violate);
}

TEST_CASE("TPKT pieces") {
  const Octets two = join({test::tpkt(hex("02f080 0102")), test::tpkt(hex("02f080"))});
  for (std::size_t step = 1; step <= two.size(); ++step) {
    osi::tpkt::Reader reader;
    std::string text;
    for (View all = two; !all.empty();) {
      View piece = all.first(std::min(step, all.size()));
      all = all.subspan(piece.size());
      while (!piece.empty()) {
        auto next = reader.next(piece);
        REQUIRE(next.ok());
        if (!*next) continue;
        text += ((*next)->begins ? "[" : "") + to_hex((*next)->octets) + ((*next)->ends ? "]" : "");
      }
    }
    CHECK(text == "[02f0800102][02f080]");
    CHECK_FALSE(reader.mid_packet());
  }
}

TEST_CASE("output gathers what is small and passes on what is large") {
  Output out;
  out.copy(hex("0102"));
  const Slice small(Octets(255, 1)), large(Octets(256, 2));
  out.add(small);
  out.add(large);
  out.copy(hex("03"));
  CHECK(out.size() == 2 + 255 + 256 + 1);
  const auto slices = out.take();
  REQUIRE(slices.size() == 3);
  CHECK(slices[0].size() == 257);
  CHECK(slices[1].owner() == large.owner());
  CHECK(slices[2].size() == 1);
  CHECK(out.size() == 0);
  CHECK(out.take().empty());
}

TEST_CASE("chains") {
  Chain c(hex("0102"));
  c.add(Slice());
  c.add(Chain(hex("03")));
  CHECK(c.size() == 3);
  CHECK(c.slices().size() == 2);
  CHECK(to_hex(c.flat()) == "010203");
}

TEST_CASE("what is encoded is read as the same") {
  presentation::ProposedContext p{5, {2, 6, 0, 2, 15}, true, presentation::ContextResult::acceptance};
  const Octets bind = acse::put_bind(acse::bind_argument, hex("3100"));
  const Octets aarq = acse::encode_aarq({2, 6, 0, 1, 11}, acse::Information{5, bind});
  const Selectors calling{to_octets("me"), {}, {}}, called{to_octets("P7"), {}, {}};
  auto cp = presentation::parse_cp(Slice(presentation::encode_cp(calling, called, {p}, 9, aarq)), Limits());
  REQUIRE(cp.ok());
  CHECK(cp->calling == to_octets("me"));
  CHECK(cp->called == to_octets("P7"));
  REQUIRE(cp->contexts.size() == 1);
  CHECK(cp->contexts[0].id == 5);
  CHECK(cp->contexts[0].basic_encoding);
  auto pdvs = presentation::parse_user_data(cp->user_data);
  REQUIRE(pdvs.ok());
  CHECK(equal(pdvs->front().value.view(), aarq));
  auto parsed = acse::parse_aarq(pdvs->front().value);
  REQUIRE(parsed.ok());
  CHECK(parsed->context_name == ber::Oid{2, 6, 0, 1, 11});
  REQUIRE(parsed->user_information.size() == 1);
  CHECK(to_hex(acse::open_bind(parsed->user_information[0].value, acse::bind_argument)->view()) == "3100");
  CHECK_FALSE(acse::open_bind(parsed->user_information[0].value, acse::bind_result).ok());
  // An EXTERNAL may have it in an octet string, where nobody has looked before.
  CHECK_FALSE(acse::open_bind(Slice(hex("b005 3103 300500")), acse::bind_argument).ok());

  const Octets cpr = presentation::encode_cpr(&*cp, presentation::RefuseReason::congestion, 9, {});
  CHECK(presentation::parse_cpr(Slice(cpr), Limits())->provider_reason == 1);
  auto abort = presentation::parse_abort(
      Slice(presentation::encode_aru({1, 9}, 9, acse::encode_abrt(acse::AbortSource::provider))));
  CHECK(abort.by_user);
  REQUIRE(abort.user_data.size() == 1);
  CHECK(acse::parse_abrt(abort.user_data[0].value).source == acse::AbortSource::provider);
}
