#include "x400/asn1/mts/delivery.hpp"

#include <catch2/catch.hpp>

#include "mts_vectors.hpp"
#include "x400/asn1/mts/content_split.hpp"
#include "x400/asn1/mts/extension_values.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/or_text.hpp"

using namespace x400;
using namespace x400::asn1;
using namespace x400::asn1::mts;
using mts_vectors::octets;

namespace {

std::string surname(const EncodedORName& name) { return name.address().personal_name.surname.printable; }

MessageDeliveryEnvelope decoded(View envelope) {
  auto e = MessageDeliveryEnvelope::decode(envelope);
  if (!e.ok()) FAIL(e.error().text());
  return *e;
}

}  // namespace

TEST_CASE("a delivery of another encoder") {
  const Octets argument = octets(mts_vectors::delivery);
  auto parts = split_message_delivery(argument);
  REQUIRE(parts.ok());
  CHECK(chars(parts->content.content) == "hello");
  const MessageDeliveryEnvelope e = decoded(parts->envelope);
  CHECK(e.identifier.to_string() == "[/PRMD=LF/ADMD=ICAO/C=XX/;a.1]");
  CHECK(e.delivery_time.text == "260101120300Z");
  CHECK(e.submission_time.text == "260101120000Z");
  CHECK(e.content_type == ContentType{std::int64_t{22}});  // 80 01 16
  CHECK(surname(e.originator_name) == "alice");
  CHECK(surname(e.this_recipient) == "bob");
  CHECK(surname(*e.originally_intended_recipient) == "first");
  REQUIRE(e.other_recipients.size() == 2);
  CHECK(surname(e.other_recipients[1]) == "dave");
  CHECK(e.original_eits->oids().size() == 2);
  CHECK(e.converted_eits->oids()[0] == oids::eit::ia5_text);
  CHECK(e.priority == Priority::urgent);
  CHECK(e.implicit_conversion_prohibited == true);
  CHECK(e.content_identifier == "cid1");
  CHECK(e.extensions.fields().size() == 4);
  auto lists = expansion_history(e.extensions, extension::dl_expansion_history);
  REQUIRE(lists.ok());
  CHECK(surname(lists->at(0).name) == "dl");
  auto redirections = redirection_history(e.extensions);
  REQUIRE(redirections.ok());
  CHECK(redirections->at(0).reason == RedirectionReason::originator_requested);
  CHECK((*message_security_label(e.extensions))->classification == classification::confidential);
  const ExtensionField* priv = e.extensions.find(ExtensionType(ber::Oid{1, 3, 26, 2}));
  REQUIRE(priv != nullptr);
  CHECK(priv->criticality().for_delivery);

  // The names stay as they came, under the tag of an O/R name.
  CHECK(to_hex(e.this_recipient.octets()) ==
        "601d301b610413025858620613044943414fa20413024c46a5058003626f62");

  Octets again = message_delivery_head(e.encode(), 5);
  append(again, view("hello"));
  CHECK(again.size() == argument.size());
  auto parts_again = split_message_delivery(again);
  REQUIRE(parts_again.ok());
  CHECK(decoded(parts_again->envelope).encode() == e.encode());

  Octets spliced = message_delivery_head(parts->envelope, 5);
  append(spliced, view("hello"));
  CHECK(spliced == argument);
}

TEST_CASE("content type as object identifier, defaults") {
  MessageDeliveryEnvelope e;
  e.content_type = ContentType{oids::content_type::p772};
  e.delivery_time = e.submission_time = UtcTime{"260101120000Z"};
  const MessageDeliveryEnvelope d = decoded(e.encode());
  CHECK(d.content_type.oid() == oids::content_type::p772);
  CHECK(d.priority == Priority::normal);
  CHECK_FALSE(d.implicit_conversion_prohibited);
  CHECK_FALSE(d.content_identifier);
  CHECK(d.other_recipients.empty());
  CHECK(d.extensions.empty());
}

TEST_CASE("a large content is not touched") {
  const Octets content(3'000'000, 0x5a);
  MessageDeliveryEnvelope e;
  Octets argument = message_delivery_head(e.encode(), content.size());
  append(argument, content);
  auto parts = split_message_delivery(argument);
  REQUIRE(parts.ok());
  CHECK(parts->content.content.data() == argument.data() + (argument.size() - content.size()));
  CHECK(parts->content.content.size() == content.size());
}

TEST_CASE("delivery results") {
  CHECK(to_hex(MessageDeliveryResult{}.encode()) == "3100");
  CHECK(MessageDeliveryResult::decode(octets("3100"))->extensions.empty());
  auto result =
      MessageDeliveryResult::decode(octets("3118 a003 020101 a103 020102 a20b 3009 83032b1a02 81020520 "
                                           "8300"));
  CHECK_FALSE(result.ok());
  result = MessageDeliveryResult::decode(
      octets("3119 a003 020101 a103 020102 a20b 3009 83032b1a02 81020520 8300"));
  REQUIRE(result.ok());
  CHECK(to_hex(result->recipient_certificate) == "a003020101");
  CHECK(to_hex(result->proof_of_delivery) == "a103020102");
  CHECK(result->extensions.fields().size() == 1);
}

TEST_CASE("deliveries that are none") {
  const std::string time = "170d3236303130313132303330305a";
  for (const std::string& hex : {std::string("3000"), "3080" + mts_vectors::identifier + time + "0400 0000",
                                 "3080" + mts_vectors::identifier + time + "3100 0000",
                                 "3080" + mts_vectors::identifier + "3100 0400 0000"}) {
    INFO(hex);
    const Octets argument = octets(hex);
    auto parts = split_message_delivery(argument);
    if (parts.ok())
      CHECK(MessageDeliveryEnvelope::decode(parts->envelope).error().kind() == ErrorKind::malformed);
    else
      CHECK(parts.error().kind() != ErrorKind::limit);
  }
}

TEST_CASE("a delivery cut anywhere is truncated, damaged anywhere is decoded or malformed") {
  const Octets whole = octets(mts_vectors::delivery);
  for (std::size_t n = 0; n < whole.size(); ++n)
    CHECK(split_message_delivery(View(whole).first(n)).error().kind() == ErrorKind::truncated);
  std::size_t refused = 0;
  for (std::size_t n = 0; n < whole.size(); ++n)
    for (int bit = 0; bit < 8; ++bit) {
      Octets damaged = whole;
      damaged[n] = static_cast<std::uint8_t>(whole[n] ^ 1U << bit);
      auto parts = split_message_delivery(damaged);
      if (!parts.ok()) {
        ++refused;
        continue;
      }
      auto e = MessageDeliveryEnvelope::decode(parts->envelope);
      if (!e.ok()) {
        CHECK(e.error().kind() != ErrorKind::internal);
        ++refused;
        continue;
      }
      CHECK(MessageDeliveryEnvelope::decode(e->encode()).ok());
    }
  CHECK(refused > whole.size());
}
