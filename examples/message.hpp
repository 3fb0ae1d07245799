// Messages of the examples, as an MTA or a user agent would make them.
#pragma once

#include <string>

#include "x400/asn1/mts/delivery.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/content/compose.hpp"
#include "x400/mstore/store.hpp"

namespace example {

using namespace x400;

inline constexpr const char* alice = "C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=Alice";
inline constexpr const char* bob = "C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=Bob";

inline Result<asn1::EncodedORName> person(const char* address) {
  X400_TRY(parsed, asn1::parse_or_address(address));
  return asn1::EncodedORName(std::move(parsed));
}

/// An interpersonal message (P22) with one text.
inline Result<Octets> content(const char* from, const char* to, const std::string& subject) {
  X400_TRY(originator, person(from));
  X400_TRY(who, person(to));
  content::NewHeading heading;
  heading.this_ipm = {originator, subject};
  heading.originator = originator;
  heading.subject = subject;
  content::NewRecipient recipient;
  recipient.who = who;
  heading.primary.push_back(recipient);
  X400_TRY(text, content::ia5_text_part("The text of " + subject));
  return content::compose_ipm(heading, {text});
}

/// From Bob to Alice.
inline Result<mstore::MessageDelivery> delivery(mstore::MailboxNumber mailbox, const std::string& subject,
                                                asn1::mts::Priority priority) {
  X400_TRY(from, person(bob));
  X400_TRY(to, person(alice));
  X400_TRY(octets, content(bob, alice, subject));
  asn1::mts::MessageDeliveryEnvelope envelope;
  envelope.identifier = asn1::mts::MTSIdentifier({"XX", "TEST", "DEMO"}, subject);
  envelope.delivery_time = envelope.submission_time = asn1::mts::UtcTime::of(asn1::now());
  envelope.content_type.value = asn1::mts::ContentType::p22;
  envelope.originator_name = from;
  envelope.this_recipient = to;
  envelope.priority = priority;
  return mstore::MessageDelivery{mailbox, envelope.encode(), mstore::Content::own(std::move(octets))};
}

inline Result<mstore::MailboxNumber> mailbox(mstore::Store& store, const char* id, const char* address,
                                             const mstore::Policy& policy = {}) {
  X400_TRY(name, person(address));
  mstore::MailboxSettings settings;
  settings.id = id;
  settings.or_addresses = {to_octets(name.octets())};
  settings.policy = policy;
  return store.create_mailbox(settings);
}

/// An operation of the service fails with two texts; a program without a peer shows the one for the log.
template <class T>
Result<T> logged(mstore::Outcome<T> outcome) {
  if (!outcome.ok()) return Error(ErrorKind::refused, outcome.error().log);
  return std::move(*outcome);
}

/// A test of an example: what must hold here.
inline Status must(bool holds, const char* what) {
  if (holds) return Ok{};
  return Error(ErrorKind::internal, std::string("not so: ") + what);
}

}  // namespace example
