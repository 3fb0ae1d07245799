// Conformance cases 69-83: Fetch, and the retrieval status it leaves.
#include "mstore/service_world.hpp"

// Of the address sanitizer; null without it.
extern "C" [[gnu::weak]] std::size_t __sanitizer_get_current_allocated_bytes();

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;
using Kept = backend::RetrievalStatus;

namespace {

struct M1 : World {
  explicit M1(Kind kind, Options options = {}) : World(kind, options) { fill_m1(); }
};
Kind both() { return GENERATE(Kind::memory, Kind::local); }

Octets content_of(Retrieval& s, SequenceNumber number) {
  const Values v = value(s, number, a::content);
  REQUIRE(v.size() == 1);
  return get(ber::read_octets(get(ber::read_one(v[0]))));
}
ms::FetchArgument searching(ms::Selector selector) {
  ms::FetchArgument arg;
  arg.item = std::move(selector);
  arg.requested_attributes = types({a::content});
  return arg;
}

}  // namespace

TEST_CASE("69: content comes back octet for octet, and the entry is processed") {
  M1 w(both());
  auto s = w.session();
  CHECK(content_of(*s, 1) == w.contents[1]);
  CHECK(w.status(1) == Kept::processed);
  CHECK(content_of(*s, 5) == w.contents[5]);
  CHECK(w.status(5) == Kept::processed);
}

TEST_CASE("70, 71: heading, then each body part in turn") {
  World w(both());
  const auto n =
      w.deliver({}, get(content::compose_ipm(heading("two parts"), {get(content::ia5_text_part("one")),
                                                                    get(content::teletex_part({"two"})),
                                                                    get(content::ia5_text_part("three"))})));
  auto s = w.session();
  CHECK(value(*s, n, ipm_a::heading).size() == 1);
  CHECK(w.status(n) == Kept::listed);
  fetch(*s, n, ms::EntryInformationSelection{{ipm_a::ia5_text_body_parts, 2, 1}});
  CHECK(w.status(n) == Kept::listed);
  CHECK(value(*s, n, ipm_a::teletex_body_parts).size() == 1);
  CHECK(w.status(n) == Kept::listed);
  // Which parts were given can be seen.
  const Values summary = value(*w.session(Edition::e1994), n, ipm_a::body_parts_summary);
  REQUIRE(summary.size() == 3);
  CHECK(to_hex(summary[0]).find("8501") == std::string::npos);
  CHECK(to_hex(summary[1]).find("8501") != std::string::npos);
  CHECK(to_hex(summary[2]).find("8501") != std::string::npos);
  const Values texts = value(*s, n, ipm_a::ia5_text_body_parts);
  CHECK(texts.size() == 2);
  CHECK(w.status(n) == Kept::processed);
}

TEST_CASE("fetch: a result keeps in memory what it has, and no more") {
  if (__sanitizer_get_current_allocated_bytes == nullptr) return;  // nobody counts in this build
  World w(both());
  const auto n = w.deliver(
      {},
      get(content::compose_ipm(heading("long"), {get(content::ia5_text_part(std::string(300'000, 'x')))})));
  auto s = w.session();
  // Of ten results, so that what the first one leaves in caches does not matter.
  const auto held = [&](const ber::Oid& type) {
    ms::FetchArgument arg;
    arg.item = n;
    arg.requested_attributes = types({type});
    std::vector<Fetched> results{get(s->fetch(arg))};
    const auto before = __sanitizer_get_current_allocated_bytes();
    for (int i = 0; i < 10; ++i) results.push_back(get(s->fetch(arg)));
    return __sanitizer_get_current_allocated_bytes() - before;
  };
  CHECK(held(ipm_a::heading) < 300'000);
  CHECK(held(ipm_a::ia5_text_body_parts) > 3'000'000);
  CHECK(held(ipm_a::ia5_text_body_parts) < 6'000'000);
}

TEST_CASE("72: entries that are not there") {
  M1 w(both());
  for (const SequenceNumber n : {99u, 0u, 2'147'483'647u}) {
    ms::FetchArgument arg;
    arg.item = n;
    CHECK(error<ms::SequenceNumberError>(w.session()->fetch(arg)).sequence_numbers == List{n});
  }
  // An entry of another class.
  ms::FetchArgument arg;
  arg.entry_class = EntryClass::submission;
  arg.item = SequenceNumber{1};
  error<ms::SequenceNumberError>(w.session()->fetch(arg));
}

TEST_CASE("73: a child, its parent becomes listed") {
  M1 w(both());
  auto s = w.session();
  CHECK(content_of(*s, 4) == w.contents[4]);
  CHECK(w.status(4) == Kept::processed);
  CHECK(w.status(3) == Kept::listed);
  CHECK(value(*s, 3, a::child_sequence_numbers) == Values{integer(4)});
  CHECK(value(*s, 3, ipm_a::message_body_parts) == Values{integer(4)});
  CHECK(value(*s, 4, a::parent_sequence_number) == Values{integer(3)});
  // The text beside it completes the parent.
  CHECK(value(*s, 3, ipm_a::ia5_text_body_parts).size() == 1);
  CHECK(w.status(3) == Kept::processed);
}

TEST_CASE("the content of a parent has its children in it") {
  M1 w(both());
  CHECK(content_of(*w.session(), 3) == w.contents[3]);
  CHECK(w.status(3) == Kept::processed);
  CHECK(w.status(4) == Kept::processed);
}

TEST_CASE("74: returned content, a report is processed by its envelope") {
  M1 w(both());
  auto s = w.session();
  CHECK(content_of(*s, 8) == w.contents[8]);
  CHECK(w.status(8) == Kept::processed);
  CHECK(w.status(7) == Kept::listed);
  CHECK(value(*s, 7, a::content).empty());
  CHECK(value(*s, 7, a::content_returned) == Values{hex("0101ff")});
  CHECK(value(*s, 8, a::entry_type) == Values{integer(2)});
  CHECK(w.status(7) == Kept::listed);
  CHECK(value(*s, 7, a::report_delivery_envelope).size() == 1);
  CHECK(w.status(7) == Kept::processed);
}

TEST_CASE("75-77: search") {
  M1 w(both());
  auto s = w.session();
  SECTION("75: one of the new ones") {
    ms::Selector one = filtered(status_is(0));
    one.limit = 1;
    const auto f = get(s->fetch(searching(one)));
    CHECK(f.result.entry_information->sequence_number == 1);
    CHECK(f.result.next == 2);
    CHECK(f.result.list.empty());
  }
  SECTION("76: the further ones are listed by number and stay new") {
    const auto f = get(s->fetch(searching(filtered(status_is(0)))));
    CHECK(f.result.entry_information->sequence_number == 1);
    CHECK(f.result.list == List{2, 3, 7});
    CHECK_FALSE(f.result.next);
    CHECK(w.status(1) == Kept::processed);
    for (const SequenceNumber n : {2u, 3u, 7u}) CHECK(w.status(n) == Kept::new_entry);
  }
  SECTION("77: nothing") {
    const auto f = get(s->fetch(searching(numbers(100, 200))));
    CHECK_FALSE(f.result.entry_information);
    CHECK(f.result.list.empty());
    CHECK_FALSE(f.result.next);
  }
}

TEST_CASE("78-80: fetch restrictions") {
  World w(both());
  Envelope p2;
  p2.content_type = 2;
  const auto n = w.deliver(p2, ipm("P2", std::string(5000, 'x')));
  RetrievalOptions o;
  o.fetch_restrictions.emplace();
  SECTION("78, 79: content type") {
    o.fetch_restrictions->content_types = std::vector{asn1::oids::content_type::p22};
    auto s = w.session(Edition::e1994, o);
    ms::FetchArgument precise;
    precise.item = n;
    const auto e = error<ms::FetchRestrictionError>(s->fetch(precise));
    REQUIRE(e.problems.size() == 1);
    CHECK(std::get<ms::FetchRestrictionError::ContentType>(e.problems[0]).type ==
          asn1::oids::content_type::p2);
    CHECK(w.status(n) == Kept::new_entry);
    auto search = searching(numbers(n, n));
    error<ms::FetchRestrictionError>(s->fetch(search));
    std::get<ms::Selector>(search.item).override_.content_types = true;
    CHECK(get(s->fetch(search)).result.entry_information);
  }
  SECTION("EITs") {
    o.fetch_restrictions->eits = std::vector{asn1::oids::eit::teletex};
    ms::FetchArgument precise;
    precise.item = n;
    const auto e = error<ms::FetchRestrictionError>(w.session(Edition::e1994, o)->fetch(precise));
    CHECK(std::get<ms::FetchRestrictionError::Eits>(e.problems.at(0)).eits ==
          std::vector{asn1::oids::eit::ia5_text});
  }
  SECTION("80: length") {
    o.fetch_restrictions->maximum_length = 1000;
    for (const Edition edition : {Edition::e1988, Edition::e1994}) {
      auto s = w.session(edition, o);
      ms::FetchArgument arg;
      arg.item = n;
      arg.requested_attributes = types({a::content});
      error<ms::FetchRestrictionError>(s->fetch(arg));
      arg.requested_attributes = types({ipm_a::heading});
      CHECK(s->fetch(arg).ok());
    }
  }
}

TEST_CASE("81: fetch defaults, and what is given where nothing is registered") {
  M1 w(both());
  auto s = w.session();
  const auto plain = fetch(*s, 1);
  CHECK(values(*plain.result.entry_information, a::message_delivery_envelope).size() == 1);
  CHECK(values(*plain.result.entry_information, a::content).size() == 1);
  const auto report = fetch(*s, 7);
  CHECK(values(*report.result.entry_information, a::report_delivery_envelope).size() == 1);
  ms::RegisterMsArgument reg;
  reg.fetch_attribute_defaults = std::vector{a::priority, ipm_a::subject};
  get(s->register_ms(reg));
  const auto own = fetch(*s, 2);
  CHECK(own.result.entry_information->attributes.size() == 2);
  Options o;
  o.rules.default_fetch_set = false;
  M1 bare(Kind::memory, o);
  CHECK(fetch(*bare.session(), 1).result.entry_information->attributes.empty());
}

TEST_CASE("a UA registration may name no attributes at all for Fetch") {
  M1 w(both());
  ms::RegisterMsArgument reg;
  ms::UaRegistration ua;
  ua.identifier = "X";
  ua.fetch_attribute_defaults.emplace();
  reg.ua_registrations = {ua};
  get(w.session(Edition::e1994)->register_ms(reg));
  RetrievalOptions options;
  options.ua_registration = "X";
  CHECK(fetch(*w.session(Edition::e1994, options), 1).result.entry_information->attributes.empty());
  CHECK_FALSE(fetch(*w.session(Edition::e1994), 1).result.entry_information->attributes.empty());
}

TEST_CASE("an extension of Fetch that is not known is told, that nothing be acknowledged is not") {
  M1 w(both());
  const auto s = w.session(Edition::e1994);
  ms::FetchArgument arg;
  arg.item = SequenceNumber{1};
  arg.extensions = {{ber::Oid{1, 2, 3}, hex("0500")}};
  REQUIRE(w.status(1) == Kept::new_entry);
  CHECK_FALSE(s->fetch_hot(arg));
  error<ms::MsExtensionError>(s->fetch(arg));
  CHECK(w.status(1) == Kept::new_entry);
  arg.extensions = {{asn1::oids::ms_extension::suspend_auto_acknowledgement, hex("0500")}};
  get(s->fetch(arg));
  CHECK(w.status(1) == Kept::processed);
}

TEST_CASE("82: what one association deletes, another does not find") {
  M1 w(both());
  auto one = w.session(), other = w.session();
  ms::DeleteArgument del;
  del.items = List{6};
  get(one->remove(del));
  ms::FetchArgument arg;
  arg.item = SequenceNumber{6};
  error<ms::SequenceNumberError>(other->fetch(arg));
}

TEST_CASE("a large content is given from where it was read, in two pieces, and may be spooled") {
  World w(both());
  const Octets large = ipm("large", std::string(300'000, 'L'));
  auto writer = get(w.store->new_content());
  for (std::size_t at = 0; at < large.size(); at += 50'000)
    good(writer->append(View(large).subspan(at, std::min<std::size_t>(50'000, large.size() - at))));
  const auto n =
      get(w.store->deliver({w.alice, Envelope{}.encode(), Content::spooled(get(writer->finish()))})).number;
  auto s = w.session();
  const auto f = fetch(*s, n, types({a::content}));
  REQUIRE(f.result.entry_information->attributes.size() == 2);
  CHECK(equal(f.result.entry_information->attributes[1], large));
  CHECK(value(*s, n, ipm_a::subject) == Values{teletex("large")});
  CHECK(value(*s, n, a::content_length) == Values{integer(static_cast<std::int64_t>(large.size()))});
}

TEST_CASE("status survives a restart, and only goes forward") {
  M1 w(Kind::local);
  content_of(*w.session(), 1);
  list(*w.session(), numbers(2, 2));
  w.reopen();
  CHECK(w.status(1) == Kept::processed);
  CHECK(w.status(2) == Kept::listed);
  list(*w.session(), {});
  CHECK(w.status(1) == Kept::processed);
}

// fetch_hot: the same answer and the same effect, or none of either.
namespace {

ms::FetchArgument content_by_number(SequenceNumber number) {
  ms::FetchArgument arg;
  arg.item = number;
  arg.requested_attributes = types({a::content});
  return arg;
}

}  // namespace

TEST_CASE("a fetch from memory gives what fetch gives, and makes processed") {
  M1 w(both());
  auto s = w.session();
  REQUIRE(w.status(1) == Kept::new_entry);  // waits for the index
  const auto hot = s->fetch_hot(content_by_number(1));
  REQUIRE(hot);
  REQUIRE(hot->ok());
  const Values v = values(*(*hot)->result.entry_information, a::content);
  REQUIRE(v.size() == 1);
  CHECK(get(ber::read_octets(get(ber::read_one(v[0])))) == w.contents[1]);
  CHECK(w.status(1) == Kept::processed);
  // Another attribute of the record, of an entry that is processed.
  ms::FetchArgument envelope = content_by_number(6);
  envelope.requested_attributes = types({a::message_delivery_envelope});
  const auto again = s->fetch_hot(envelope);
  REQUIRE(again);
  REQUIRE(again->ok());
  CHECK(values(*(*again)->result.entry_information, a::message_delivery_envelope) ==
        value(*s, 6, a::message_delivery_envelope));
}

TEST_CASE("a fetch from memory leaves to fetch what may wait or is an error") {
  M1 w(both());
  auto s = w.session();
  REQUIRE(w.status(1) == Kept::new_entry);                         // waits for the index
  CHECK_FALSE(s->fetch_hot(content_by_number(99)));                // sequence-number-error
  CHECK_FALSE(s->fetch_hot(content_by_number(0)));                 //
  CHECK_FALSE(s->fetch_hot(content_by_number(3)));                 // its children become processed too
  CHECK_FALSE(s->fetch_hot(content_by_number(4)));                 // a child
  CHECK_FALSE(s->fetch_hot(content_by_number(7)));                 // a report has no content
  CHECK_FALSE(s->fetch_hot(searching(numbers(std::nullopt, 3))));  // not by number
  ms::FetchArgument parts = content_by_number(2);
  parts.requested_attributes = types({ipm_a::ia5_text_body_parts});
  CHECK_FALSE(s->fetch_hot(parts));  // which part was given has to be synced
  for (const SequenceNumber n : {2u, 3u, 4u, 7u}) CHECK(w.status(n) == Kept::new_entry);
}

TEST_CASE("a fetch from memory does not wait for the sync of a strict status") {
  Options options;
  options.status_sync = StatusSync::strict;
  M1 w(Kind::local, options);
  REQUIRE(w.status(1) == Kept::new_entry);  // waits for the index
  CHECK_FALSE(w.session()->fetch_hot(content_by_number(1)));
}
