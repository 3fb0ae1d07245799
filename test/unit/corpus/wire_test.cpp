// The contents of the corpus, judged by Wireshark's dissectors.
#include <catch2/catch.hpp>

#include "corpus/maker.hpp"
#include "source_folder.hpp"
#include "x400_p3_delivery.hpp"

using namespace x400;
using namespace x400::corpus;

TEST_CASE("tshark reads every interpersonal content of the corpus") {
  Maker maker(test::source_folder() / "corpus", default_users());
  const auto names = maker.names();
  REQUIRE(names.ok());
  test::P3Delivery d;
  std::vector<std::string> sent;
  for (const std::string& name : *names) {
    const auto m = maker.make(name);
    REQUIRE(m.ok());
    const Envelope& e = (*m)->envelope;
    // EDI has no dissector, and a PDU of more than a TPKT is not put together here.
    if (e.content_type == "35" || e.content_size == 0 || e.content_size > 60'000) continue;
    const auto oid = ber::Oid::parse(e.content_type);
    d.deliver(oid.ok() ? asn1::mts::ContentType{*oid}
                       : asn1::mts::ContentType{std::int64_t{std::stoi(e.content_type)}},
              (*m)->content);
    sent.push_back(name);
  }
  const auto verdict = d.judge();
  for (const std::string& complaint : verdict.complaints) FAIL_CHECK(complaint);
  // CR and CC, bind and its result, then the deliveries.
  REQUIRE(verdict.frames.size() == sent.size() + 4);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    INFO(sent[i]);
    const std::string& protocol = verdict.frames[i + 4].protocol;
    CHECK(protocol == (sent[i].compare(0, 4, "p772") == 0 ? "P772" : "P22"));
  }
  CHECK(sent.size() > 20);
  CHECK(verdict.says("RWY 09L/27R CLOSED"));
  CHECK(verdict.says("banner.png"));
}
