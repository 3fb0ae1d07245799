// A P3 association on which an MTA delivers contents, for tshark to read.
#pragma once

#include "x400/asn1/mts/bind.hpp"
#include "x400/asn1/mts/content_split.hpp"
#include "x400/asn1/mts/delivery.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400_tshark.hpp"

namespace x400::test {

/// Bound, with deliver() ready on it.
class P3Delivery {
 public:
  P3Delivery()
      : dialogue_(asn1::oids::context::mts_access_88,
                  {asn1::oids::syntax::mts, asn1::oids::syntax::mdse_88}) {
    asn1::mts::MtsBindArgument bind;
    bind.initiator_name = asn1::mts::MtaName{"MTA1"};
    bind.initiator_credentials = asn1::ia5_password("secret");
    asn1::mts::MtsBindResult bound;
    bound.responder_name = asn1::mts::MtaName{"MTA2"};
    bound.responder_credentials = asn1::ia5_password("");
    dialogue_.connect(bind.encode(), bound.encode());
  }

  /// Contents of up to some 60,000 octets: tshark reads one TPKT a PDU.
  void deliver(const asn1::mts::ContentType& content_type, View content) {
    asn1::mts::MessageDeliveryEnvelope e;
    e.identifier = asn1::mts::MTSIdentifier({"XX", "TEST", "DEMO"}, "wire-1");
    e.delivery_time.text = "260102120000Z";
    e.content_type = content_type;
    e.originator_name = person("Alice");
    e.this_recipient = person("Bob");
    e.submission_time.text = "260102115955Z";
    Octets argument = asn1::mts::message_delivery_head(e.encode(), content.size());
    append(argument, content);
    dialogue_.invoke(false, 1, 5, argument);
  }

  TsharkVerdict judge() const { return dialogue_.judge(); }

 private:
  static asn1::EncodedORName person(const std::string& surname) {
    return asn1::EncodedORName(*asn1::parse_or_address("C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=" + surname));
  }

  TsharkDialogue dialogue_;
};

}  // namespace x400::test
