// Deliveries: cases 9-12, 16-18, 22-25 of the MTS digest; envelopes as attributes.
#include <future>

#include "mstore/service_world.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;

namespace {

Kind both() { return GENERATE(Kind::memory, Kind::local); }

DeliveryOutcome deliver(World& w, const Envelope& e, const Octets& content) {
  return w.store->deliver({w.alice, e.encode(), Content::copy(content)});
}

// DLExpansion: SEQUENCE { ORName as [APPLICATION 0] without, time }.
Octets expansion_history(std::string_view address) {
  ber::Writer w;
  w.constructed(ber::tags::sequence, [&] {
    w.constructed(ber::tags::sequence, [&] {
      w.raw(name(address));
      w.primitive(ber::tags::utc_time, "251231235930Z");
    });
  });
  return std::move(w).take();
}

}  // namespace

TEST_CASE("MTS 9: a repeated delivery is one entry, whatever its delivery time") {
  const Kind kind = both();
  World w(kind);
  const Octets content = ipm("once");
  const auto first = get(deliver(w, {}, content));
  CHECK_FALSE(first.duplicate);
  if (kind == Kind::local) w.reopen();
  Envelope again;
  again.delivery_time = "260101001500Z";
  const auto second = get(deliver(w, again, content));
  CHECK(second.duplicate);
  CHECK(second.number == first.number);
  CHECK(list(*w.session(), {}).list == List{first.number});
  // Also after the entry was deleted.
  ms::DeleteArgument del;
  del.items = List{first.number};
  get(w.session()->remove(del));
  CHECK(get(deliver(w, again, content)).duplicate);
  CHECK(list(*w.session(), {}).list.empty());
}

TEST_CASE("MTS 10, 11: one message to two aliases, or directly and through a list, is two entries") {
  World w(both());
  const Octets content = ipm("twice");
  get(deliver(w, {}, content));
  Envelope alias;
  alias.recipient = alice_alias;
  CHECK_FALSE(get(deliver(w, alias, content)).duplicate);
  Envelope through_list;
  through_list.extensions = {standard_extension(26, expansion_history("C=XX;ADMD=TEST;CN=All"))};
  CHECK_FALSE(get(deliver(w, through_list, content)).duplicate);
  Envelope other_content;
  CHECK_FALSE(get(deliver(w, other_content, ipm("changed"))).duplicate);
  CHECK(list(*w.session(), {}).list.size() == 4);
}

TEST_CASE("MTS 12: after the time of remembrance a repeat is a new entry") {
  const Kind kind = both();
  World w(kind);
  const Octets content = ipm("old");
  get(deliver(w, {}, content));
  w.tick(29 * 24 * 3600);
  CHECK(get(deliver(w, {}, content)).duplicate);
  if (kind == Kind::local) w.reopen();  // nothing is on its way any more
  w.tick(11 * 24 * 3600);
  CHECK_FALSE(get(deliver(w, {}, content)).duplicate);
}

TEST_CASE("a repeat is recognised though the clock has leapt ahead, until the leap is believed") {
  World w(Kind::local);
  const Octets content = ipm("old");
  get(deliver(w, {}, content));
  w.reopen();  // nothing is on its way any more
  w.env.leap(60 * 24 * 3600);
  CHECK(get(deliver(w, {}, content)).duplicate);
  w.tick(23 * 3600);
  CHECK(get(deliver(w, {}, content)).duplicate);
  w.tick(2 * 3600);
  CHECK_FALSE(get(deliver(w, {}, content)).duplicate);
}

TEST_CASE("MTS 15, 16: priority left out is normal, non-urgent is 1") {
  World w(both());
  const auto n = get(deliver(w, {}, ipm("normal"))).number;
  CHECK(value(*w.session(), n, a::priority) == Values{integer(0, ber::application(7))});
  Envelope e;
  e.id = "m.2";
  e.priority = 1;
  const auto m = get(deliver(w, e, ipm("non-urgent"))).number;
  CHECK(value(*w.session(), m, a::priority) == Values{integer(1, ber::application(7))});
}

TEST_CASE("MTS 17, 18: private extensions, critical for delivery or not") {
  const ber::Oid type{1, 3, 26, 0, 4406, 0, 8, 0};
  const Octets value_octets = hex("0a0101");
  {
    World w(both());
    Envelope e;
    e.extensions = {private_extension(type, value_octets, true)};
    const auto refused = deliver(w, e, ipm("critical"));
    REQUIRE_FALSE(refused.ok());
    REQUIRE(refused.error().error);
    CHECK(refused.error().error->code == 13);
    CHECK(list(*w.session(), {}).list.empty());
    e.extensions = {private_extension(type, value_octets, false)};
    const auto n = get(deliver(w, e, ipm("not critical"))).number;
    CHECK(value(*w.session(), n, a::message_delivery_envelope) == Values{e.encode()});
    // Those of X.411 are known, critical or not.
    e.id = "m.3";
    e.extensions = {standard_extension(20, hex("3100"), true)};
    CHECK(deliver(w, e, ipm("label")).ok());
    e.id = "m.4";
    e.extensions = {standard_extension(47, hex("0500"), true)};
    CHECK_FALSE(deliver(w, e, ipm("too new")).ok());
  }
  Options o;
  o.known_extensions = {type};
  World w(both(), o);
  Envelope e;
  e.extensions = {private_extension(type, value_octets, true)};
  CHECK(deliver(w, e, ipm("known")).ok());
}

TEST_CASE("a proof of delivery that must be given cannot be: there is no key of the recipient") {
  World w(both());
  const auto asking = [&](std::string id, std::int64_t request, bool critical) {
    Envelope e;
    e.id = std::move(id);
    e.extensions = {standard_extension(22, integer(request, ber::tags::enumerated), critical)};
    return deliver(w, e, ipm("proof"));
  };
  const auto refused = asking("m.1", 1, true);
  REQUIRE_FALSE(refused.ok());
  REQUIRE(refused.error().error);
  CHECK(refused.error().error->code == 13);
  CHECK(asking("m.2", 1, false).ok());
  CHECK(asking("m.3", 0, true).ok());
}

TEST_CASE("MTS 19: an extension twice is kept and does no harm") {
  World w(both());
  Envelope e;
  const Octets history = standard_extension(26, expansion_history("C=XX;ADMD=TEST;CN=All"));
  e.extensions = {history, history};
  CHECK(deliver(w, e, ipm("twice")).ok());
}

TEST_CASE("envelopes that are none are refused as mistyped, octet by octet") {
  World w(Kind::memory);
  Envelope e;
  e.priority = 2;
  e.extensions = {standard_extension(20, hex("3100"), true)};
  const Octets good_one = e.encode();
  for (std::size_t size = 0; size < good_one.size(); ++size) {
    const auto r =
        w.store->deliver({w.alice, Octets(good_one.begin(), good_one.begin() + static_cast<long>(size)),
                          Content::copy(ipm("x"))});
    REQUIRE_FALSE(r.ok());
    CHECK(r.error().log.kind() == ErrorKind::malformed);
  }
  CHECK(list(*w.session(), {}).list.empty());
  const auto nobody = w.store->deliver({77, good_one, Content::copy(ipm("x"))});
  REQUIRE_FALSE(nobody.ok());
  CHECK(nobody.error().log.kind() == ErrorKind::not_found);
}

TEST_CASE("general attributes of a delivered message") {
  World w(both());
  Envelope e;
  e.id = "m.1";
  e.priority = 2;
  e.intended = bob_address;
  e.content_identifier = "ABC 123";
  const Octets label = hex("31 08 06 03 2a 03 04 02 01 04");
  e.extensions = {standard_extension(20, label, true),
                  standard_extension(26, expansion_history("C=XX;ADMD=TEST;CN=All"))};
  const Octets content = ipm("all");
  const auto n = get(deliver(w, e, content)).number;
  auto s = w.session(Edition::e1994);
  const auto is = [&](const ber::Oid& type, Values wanted) {
    INFO(type.to_string());
    CHECK(value(*s, n, type) == wanted);
  };
  is(a::sequence_number, {integer(n)});
  is(a::entry_type, {integer(0)});
  is(a::message_identifier, {mts_id("m.1")});
  is(a::message_delivery_time, {text_value(ber::tags::utc_time, "260101000000Z")});
  is(a::message_submission_time, {text_value(ber::tags::utc_time, "251231235900Z")});
  is(a::content_type, {hex("06 04 56 01 0a 01")});
  is(a::originator_name, {name(bob_address)});
  is(a::this_recipient_name, {name(alice_address)});
  is(a::originally_intended_recipient_name, {name(bob_address)});
  is(a::priority, {integer(2, ber::application(7))});
  is(a::original_eits, {hex("06 04 56 03 04 02")});
  is(a::delivered_eits, {hex("06 04 56 03 04 02")});
  is(a::converted_eits, {});
  is(a::content_identifier, {text_value(ber::application(10), "ABC 123")});
  is(a::content_length, {integer(static_cast<std::int64_t>(content.size()))});
  is(a::message_security_label, {label});
  is(a::security_classification, {integer(4)});
  is(a::creation_time, {text_value(ber::tags::utc_time, "260101000000Z")});
  is(a::message_delivery_envelope, {e.encode()});
  is(a::child_sequence_numbers, {});
  is(a::parent_sequence_number, {});
  CHECK(value(*s, n, a::dl_expansion_history).size() == 1);
}

TEST_CASE("MTS 22-25: reports, and what they say about a submission") {
  World w(both());
  const auto submit = [&](const Outgoing& o, std::string_view id) {
    w.mta.answers.push_back(MtsResult{mts_result(id)});
    const auto done = std::make_shared<std::promise<Outcome<Submitted>>>();  // by a thread of the local store
    w.store->submit({w.alice, Edition::e1988, false, o.encode(), Content::copy(ipm("out")), {}, {}},
                    [done](Outcome<Submitted> r) { done->set_value(std::move(r)); });
    return get(done->get_future().get());
  };
  Outgoing o;
  const std::string carol = "C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=Carol";
  o.recipients = {bob_address, carol};
  submit(o, "out.1");

  const auto report = [&](std::string_view subject, std::vector<Recipient> recipients) {
    return get(
        w.store->deliver_report({w.alice, report_envelope(mts_id(subject), recipients), std::nullopt}));
  };
  const auto delivered = report("out.1", {{}});
  auto info = get(w.store->submissions(w.alice));
  REQUIRE(info.size() == 1);
  REQUIRE(info[0].recipients.size() == 2);
  CHECK(info[0].recipients[0].kind == RecipientState::Kind::delivered);
  CHECK(info[0].recipients[0].delivery_time == "260101000500Z");
  CHECK(info[0].recipients[0].report == delivered.number);
  CHECK(info[0].recipients[1].kind == RecipientState::Kind::outstanding);

  // 25: redirected; the intended recipient is the one. 23: any diagnostic.
  const std::string dave = "C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=Dave";
  report("out.1", {{dave, carol, std::nullopt, 1, 999}});
  info = get(w.store->submissions(w.alice));
  CHECK(info[0].recipients[1].kind == RecipientState::Kind::not_delivered);
  CHECK(info[0].recipients[1].reason == 1);
  CHECK(info[0].recipients[1].diagnostic == 999);

  // 24: unknown subject: stored all the same. A repeat is recognised.
  const auto stranger = report("out.7", {{}});
  CHECK(value(*w.session(), stranger.number, a::subject_submission_identifier) == Values{mts_id("out.7")});
  CHECK(value(*w.session(), stranger.number, a::content_returned) == Values{hex("010100")});
  CHECK(report("out.7", {{}}).duplicate);
  CHECK_FALSE(report("out.7", {{bob_address, "", "260101000501Z"}}).duplicate);
}

TEST_CASE("mailboxes: addresses are compared as names, and belong to one") {
  World w(both());
  CHECK(get(w.store->find_by_address(name("/S=alice/O=ORG/PRMD=demo/ADMD=test/C=xx/"))) == w.alice);
  CHECK(get(w.store->find_by_address(name(alice_alias))) == w.alice);
  CHECK(w.store->find_by_address(name(bob_address)).error().kind() == ErrorKind::not_found);
  CHECK(w.store->create_mailbox({"thief", {name(alice_alias)}, true, true}).error().kind() ==
        ErrorKind::exists);
  CHECK(w.store->create_mailbox({"alice", {name(bob_address)}, true, true}).error().kind() ==
        ErrorKind::exists);
  CHECK(w.store->create_mailbox({"x", {hex("0400")}, true, true}).error().kind() == ErrorKind::invalid);
  const auto bob = get(w.store->create_mailbox({"bob", {name(bob_address)}, true, true}));
  CHECK(get(w.store->find_mailbox("bob")) == bob);
  good(w.store->configure_mailbox(w.alice, {"alice", {name(alice_address)}, false, false}));
  CHECK(w.store->find_by_address(name(alice_alias)).error().kind() == ErrorKind::not_found);
  CHECK_FALSE(get(w.store->mailbox(w.alice)).settings.keep_submitted);
  // One mailbox never sees another's entries.
  w.deliver({}, ipm("for alice"));
  ms::ListArgument arg;
  RetrievalOptions o;
  o.mailbox = bob;
  CHECK(get(get(w.store->open_retrieval(o))->list(arg)).result.requested.empty());
  CHECK(get(w.store->usage(w.alice)).delivery.new_entries == 1);
  CHECK(get(w.store->usage(bob)).delivery.entries == 0);
}

TEST_CASE("mailboxes and their settings are there after a restart") {
  World w(Kind::local);
  good(w.store->configure_mailbox(w.alice, {"alice", {name(bob_address)}, false, true}));
  w.reopen();
  CHECK(get(w.store->find_by_address(name(bob_address))) == w.alice);
  CHECK(get(w.store->mailbox(w.alice)).settings ==
        MailboxSettings{"alice", {name(bob_address)}, false, true});
}
