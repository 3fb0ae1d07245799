// Conformance cases 112-117, MTS cases 26-34: the submission flow.
#include <thread>

#include "mstore/service_world.hpp"
#include "x400/content/forwarded.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;

namespace {

Kind both() { return GENERATE(Kind::memory, Kind::local); }

struct Pending {
  std::mutex mutex;
  std::optional<Outcome<Submitted>> result;
  bool done() {
    const std::lock_guard lock(mutex);
    return result.has_value();
  }
};
std::shared_ptr<Pending> begin(World& w, const Outgoing& o, const Octets& content,
                               Edition edition = Edition::e1988,
                               std::optional<ms::SubmissionOptions> options = {}) {
  auto p = std::make_shared<Pending>();
  Submission s{w.alice, edition, o.probe, o.encode(), Content::copy(content), std::move(options), {}};
  w.store->submit(std::move(s), [p](Outcome<Submitted> r) {
    const std::lock_guard lock(p->mutex);
    p->result = std::move(r);
  });
  return p;
}
Outcome<Submitted> submit(World& w, const Outgoing& o, const Octets& content,
                          Edition edition = Edition::e1988,
                          std::optional<ms::SubmissionOptions> options = {}) {
  auto p = begin(w, o, content, edition, std::move(options));
  while (!p->done()) std::this_thread::yield();
  return *p->result;
}
std::size_t jobs(World& w) {
  const std::lock_guard lock(w.mta.mutex);
  return w.mta.jobs.size();
}
int code(const Outcome<Submitted>& r) { return error<ms::MtsError>(r).code; }

List out_box(World& w) { return list(*w.session(), {}, EntryClass::submission).list; }

}  // namespace

TEST_CASE("112, MTS 26: the MTA's identifier and time, in the answer and in the Out Box") {
  World w(both());
  w.mta.answers.push_back(MtsResult{mts_result("out.1")});
  const Octets content = ipm("out");
  Outgoing o;
  const auto r = get(submit(w, o, content));
  CHECK(r.mts_result == mts_result("out.1"));
  REQUIRE(r.created_entry);
  CHECK(out_box(w) == List{*r.created_entry});
  auto s = w.session();
  const auto read = [&](const ber::Oid& type) {
    return value(*s, *r.created_entry, type, EntryClass::submission);
  };
  CHECK(read(a::message_identifier) == Values{mts_id("out.1")});
  CHECK(read(a::message_submission_time) == Values{text_value(ber::tags::utc_time, "260101001000Z")});
  CHECK(read(a::entry_type) == Values{integer(3)});
  CHECK(read(a::retrieval_status) == Values{integer(2)});
  CHECK(read(ipm_a::subject) == Values{teletex("out")});
  CHECK(get(ber::read_octets(get(ber::read_one(read(a::content).at(0))))) == content);
  auto late = w.session(Edition::e1994);
  CHECK(value(*late, *r.created_entry, a::recipient_names, EntryClass::submission) ==
        Values{name(bob_address)});
  CHECK(value(*late, *r.created_entry, a::message_submission_envelope, EntryClass::submission) ==
        Values{o.encode()});
  CHECK(get(w.store->submissions(w.alice)).at(0).state == SubmissionState::submitted);
  // Nothing of it in the In Box.
  CHECK(list(*s, {}).list.empty());
  REQUIRE(jobs(w) == 1);
  CHECK(equal(w.mta.jobs[0]->content, content));
  CHECK(w.mta.jobs[0]->priority == ms::Priority::urgent);
}

TEST_CASE("113, MTS 28: no way to the MTA") {
  World w(both());
  w.mta.answers.push_back(NotSent{"connection refused"});
  CHECK(code(submit(w, {}, ipm("out"))) == 15);
  CHECK(out_box(w).empty());
  CHECK(get(w.store->submissions(w.alice)).empty());
}

TEST_CASE("114: originator of another user") {
  World w(both());
  Outgoing o;
  o.originator = bob_address;
  CHECK(code(submit(w, o, ipm("out"))) == 2);
  CHECK(jobs(w) == 0);
  o.originator = alice_alias;
  w.mta.answers.push_back(MtsResult{mts_result("out.1")});
  CHECK(submit(w, o, ipm("out")).ok());
}

TEST_CASE("MTS 27: the MTA's refusal is passed on") {
  World w(both());
  ber::Writer names;
  names.constructed(ber::tags::sequence, [&] { names.raw(name(bob_address)); });
  const Octets parameter = std::move(names).take();
  w.mta.answers.push_back(MtsRefusal{ms::MtsError{3, parameter}, "recipient-improperly-specified"});
  const auto e = error<ms::MtsError>(submit(w, {}, ipm("out")));
  CHECK(e.code == 3);
  CHECK(e.parameter == parameter);
  CHECK(out_box(w).empty());
}

TEST_CASE("MTS 29, 30: outcome unknown, not repeated, resolved by a report") {
  World w(both());
  w.mta.answers.push_back(OutcomeUnknown{"connection lost"});
  Outgoing o;
  o.correlator = "corr-1";
  CHECK(code(submit(w, o, ipm("out"))) == 15);
  auto info = get(w.store->submissions(w.alice));
  REQUIRE(info.size() == 1);
  CHECK(info[0].state == SubmissionState::unknown);
  CHECK(jobs(w) == 1);
  CHECK(out_box(w).size() == 1);
  // A report of something else changes nothing.
  get(w.store->deliver_report({w.alice, report_envelope(mts_id("x"), {{}}, "corr-2"), std::nullopt}));
  CHECK(get(w.store->submissions(w.alice))[0].state == SubmissionState::unknown);
  get(w.store->deliver_report({w.alice, report_envelope(mts_id("out.9"), {{}}, "corr-1"), std::nullopt}));
  info = get(w.store->submissions(w.alice));
  CHECK(info[0].state == SubmissionState::submitted);
  CHECK(info[0].identifier == mts_id("out.9"));
  CHECK(info[0].recipients.at(0).kind == RecipientState::Kind::delivered);
  CHECK(value(*w.session(), info[0].number, a::message_identifier, EntryClass::submission) ==
        Values{mts_id("out.9")});
}

TEST_CASE("a restart between sending and the answer leaves the outcome unknown") {
  World w(Kind::local);
  auto p = begin(w, {}, ipm("out"));
  while (jobs(w) == 0) std::this_thread::yield();
  w.mta.waiting.clear();  // the way to the MTA is gone
  w.reopen();
  const auto info = get(w.store->submissions(w.alice));
  REQUIRE(info.size() == 1);
  CHECK(info[0].state == SubmissionState::unknown);
  CHECK_FALSE(p->done());
  CHECK(jobs(w) == 1);
}

TEST_CASE("MTS 31, 115: forwarding-request becomes a body part and does not reach the MTA") {
  World w(both());
  const Octets original = ipm("original");
  Envelope e;
  const auto n = w.deliver(e, original);
  Outgoing o;
  o.extensions = {standard_extension(36, integer(n))};
  w.mta.answers.push_back(MtsResult{mts_result("out.1")});
  const auto r = get(submit(w, o, ipm("cover")));
  REQUIRE(jobs(w) == 1);
  const auto& job = *w.mta.jobs[0];
  CHECK(to_hex(job.envelope) == to_hex(Outgoing{}.encode()));
  const auto object = get(content::InformationObject::read(job.content));
  REQUIRE(object.ipm());
  REQUIRE(object.ipm()->body.size() == 2);
  const auto forwarded = content::forwarded_messages(*object.ipm());
  REQUIRE(forwarded.size() == 1);
  CHECK(forwarded[0].content.encoded() == original);
  CHECK(forwarded[0].delivery_envelope->encoded() == e.other_fields());
  CHECK(w.status(n) == backend::RetrievalStatus::new_entry);
  // The entry shows what was sent, with the forwarded message as its child.
  ms::Selector all;
  all.child_entries = true;
  CHECK(list(*w.session(), all, EntryClass::submission).list == List{*r.created_entry, *r.created_entry + 1});
  CHECK(value(*w.session(), *r.created_entry + 1, a::entry_type, EntryClass::submission) ==
        Values{integer(3)});
}

TEST_CASE("MTS 32, 116: forwarding-request for what is not there, or under a seal") {
  World w(both());
  Outgoing o;
  o.extensions = {standard_extension(36, integer(99))};
  CHECK(code(submit(w, o, ipm("cover"))) == 11);
  const auto n = w.deliver({}, ipm("original"));
  o.extensions = {standard_extension(36, integer(n)), standard_extension(19, hex("3000"))};
  CHECK(code(submit(w, o, ipm("cover"))) == 11);
  o.extensions = {standard_extension(36, integer(n))};
  CHECK(code(submit(w, o, hex("0500"))) == 11);
  CHECK(jobs(w) == 0);
  CHECK(out_box(w).empty());
}

TEST_CASE("a forwarding-request in a probe, or of a recipient, does not leave the store") {
  World w(both());
  const auto n = w.deliver({}, ipm("original"));
  Outgoing probe;
  probe.probe = true;
  probe.extensions = {standard_extension(36, integer(n))};
  CHECK(code(submit(w, probe, {})) == 11);
  for (const bool is_probe : {false, true}) {
    Outgoing o;
    o.probe = is_probe;
    o.recipient_extensions = {standard_extension(36, integer(n))};
    CHECK(code(submit(w, o, ipm("cover"))) == 11);
  }
  CHECK(jobs(w) == 0);
  CHECK(out_box(w).empty());
}

TEST_CASE("117: a draft is stored and not sent") {
  World w(both());
  ms::SubmissionOptions options;
  options.object_entry_class = EntryClass::draft;
  const auto r = get(submit(w, {}, ipm("draft"), Edition::e1994, options));
  CHECK(r.mts_result.empty());
  REQUIRE(r.created_entry);
  CHECK(jobs(w) == 0);
  auto s = w.session(Edition::e1994);
  CHECK(list(*s, {}, EntryClass::draft).list == List{*r.created_entry});
  CHECK(list(*s, {}, EntryClass::stored_message).list == List{*r.created_entry});
  CHECK(value(*s, *r.created_entry, a::entry_type, EntryClass::draft) == Values{integer(5)});
  CHECK(get(w.store->submissions(w.alice)).empty());
}

TEST_CASE("118 and options that are not offered") {
  World w(both());
  ms::SubmissionOptions options;
  options.add_message_group_names = {{"group"}};
  CHECK(error<ms::MessageGroupError>(submit(w, {}, ipm("x"), Edition::e1994, options)).problem ==
        ms::MessageGroupProblem::name_not_registered);
  options = {};
  options.object_entry_class = EntryClass::submission_log;
  CHECK(error<ms::EntryClassError>(submit(w, {}, ipm("x"), Edition::e1994, options)).unsupported);
  CHECK(jobs(w) == 0);
}

TEST_CASE("what the options of a submission leave open, the registered defaults say") {
  World w(both());
  ms::RegisterMsArgument reg;
  reg.submission_defaults.emplace();
  reg.submission_defaults->object_entry_class = EntryClass::draft;
  get(w.session(Edition::e1994)->register_ms(reg));
  ms::SubmissionOptions options;
  options.disable_auto_modify = true;
  CHECK(get(submit(w, {}, ipm("draft"), Edition::e1994, options)).mts_result.empty());
  CHECK(jobs(w) == 0);
  options.object_entry_class = EntryClass::submission;
  w.mta.answers.push_back(MtsResult{mts_result("out.1")});
  CHECK_FALSE(get(submit(w, {}, ipm("sent"), Edition::e1994, options)).mts_result.empty());
  CHECK(jobs(w) == 1);
}

TEST_CASE("without an Out Box nothing stays but what is unknown") {
  World w(both());
  good(w.store->configure_mailbox(w.alice, {"alice", {name(alice_address)}, false, true}));
  w.mta.answers.push_back(MtsResult{mts_result("out.1")});
  CHECK_FALSE(get(submit(w, {}, ipm("x"))).created_entry);
  CHECK(get(w.store->submissions(w.alice)).empty());
  w.mta.answers.push_back(OutcomeUnknown{"lost"});
  CHECK(code(submit(w, {}, ipm("y"))) == 15);
  CHECK(get(w.store->submissions(w.alice)).size() == 1);
}

TEST_CASE("MTS 33, 119: cancellation, MTS 35: probes") {
  World w(both());
  w.mta.answers.push_back(MtsResult{mts_result("out.1")});
  const auto r = get(submit(w, {}, ipm("later")));
  CHECK(w.store->record_cancellation(w.alice, mts_id("out.2")).error().kind() == ErrorKind::not_found);
  good(w.store->record_cancellation(w.alice, mts_id("out.1")));
  CHECK(get(w.store->submissions(w.alice)).at(0).state == SubmissionState::cancelled);
  CHECK(value(*w.session(Edition::e1994), *r.created_entry, a::deferred_delivery_cancellation_time,
              EntryClass::submission)
            .size() == 1);

  Outgoing probe;
  probe.probe = true;
  probe.recipients = {bob_address, "C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=Carol"};
  w.mta.answers.push_back(MtsResult{mts_result("probe.1")});
  const auto p = get(submit(w, probe, {}));
  auto s = w.session(Edition::e1994);
  CHECK(value(*s, *p.created_entry, a::entry_type, EntryClass::submission) == Values{integer(4)});
  CHECK(value(*s, *p.created_entry, a::content, EntryClass::submission).empty());
  CHECK(value(*s, *p.created_entry, a::content_length, EntryClass::submission) == Values{integer(1234)});
  CHECK(list(*s, filtered(ms::Filter::greater_or_equal(a::content_length, integer(1234))),
             EntryClass::submission)
            .list == List{*p.created_entry});
  CHECK(value(*s, *p.created_entry, a::recipient_names, EntryClass::submission).size() == 2);
  get(w.store->deliver_report({w.alice, report_envelope(mts_id("probe.1"), {{}}), std::nullopt}));
  CHECK(get(w.store->submissions(w.alice)).at(1).recipients.at(0).kind == RecipientState::Kind::delivered);
}

TEST_CASE("who submitted a subject is known for its time, over restarts, also where nothing is kept") {
  Options o;
  o.ageing = false;
  o.report_days = 10;
  World w(Kind::local, o);
  const auto submitter = [&](std::string_view local) { return get(w.store->submitter_of(mts_id(local))); };
  w.mta.answers = {MtsResult{mts_result("kept")}};
  REQUIRE(submit(w, {}, ipm("x")).ok());
  CHECK(submitter("kept") == w.alice);
  CHECK_FALSE(submitter("unheard of"));
  MailboxSettings settings = get(w.store->mailbox(w.alice)).settings;
  settings.keep_submitted = false;
  good(w.store->configure_mailbox(w.alice, settings));
  w.mta.answers = {MtsResult{mts_result("not kept")}};
  REQUIRE(submit(w, {}, ipm("x")).ok());
  w.reopen();
  CHECK(submitter("not kept") == w.alice);
  for (int i = 0; i < 10; ++i) {
    CHECK(submitter("not kept") == w.alice);
    w.tick(24 * 3600);
    get(w.store->age());
  }
  CHECK_FALSE(submitter("not kept"));
  CHECK(submitter("kept") == w.alice);  // as long as its entry
  CHECK(w.store->submitter_of(hex("0500")).error().kind() == ErrorKind::malformed);
}
