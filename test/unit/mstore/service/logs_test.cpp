// Delivery log and submission log of a mailbox (X.413 of 1994).
#include "service/logs.hpp"

#include <algorithm>
#include <future>

#include "mstore/service_world.hpp"
#include "service/stored_form.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;

namespace {

constexpr auto delivery_log = backend::EntryClass::delivery_log;
constexpr auto submission_log = backend::EntryClass::submission_log;

void keep_logs(World& w, bool logs, bool keep_submitted = true) {
  MailboxSettings settings = get(w.store->mailbox(w.alice)).settings;
  settings.logs = logs;
  settings.keep_submitted = keep_submitted;
  good(w.store->configure_mailbox(w.alice, settings));
}

std::vector<backend::Row> logged(const World& w, backend::EntryClass c) {
  backend::Query query;
  query.mailbox = w.alice;
  query.classes.add(c);
  return get(w.backend->select(query)).rows;
}

List numbers_of(const std::vector<backend::Row>& rows) {
  List out;
  for (const backend::Row& row : rows) out.push_back(row.number);
  return out;
}

Outcome<Submitted> submit(World& w, MtsOutcome answer, const Outgoing& o = {}) {
  w.mta.answers.push_back(std::move(answer));
  std::promise<Outcome<Submitted>> told;
  w.store->submit({w.alice, Edition::e1988, o.probe, o.encode(), Content::copy(ipm("out")), {}, {}},
                  [&](Outcome<Submitted> r) { told.set_value(std::move(r)); });
  return told.get_future().get();
}

// All attributes that the log entry of that number is kept with.
Octets run_of(const World& w, SequenceNumber number) {
  const auto stored = get(w.backend->read(w.alice, backend::EntryBase::log, number));
  Octets all = to_octets(service::read_row(stored.row.list_attributes).run);
  append(all, get(Result<Octets>(stored.attributes)));
  append(all, get(service::Variable::decode(stored.row.variable)).run);
  return all;
}

Values value(const World& w, SequenceNumber number, const ber::Oid& type) {
  const Octets run = run_of(w, number);
  Values out;
  for (const View v : service::values_of(service::find_in_run(run, type))) out.push_back(to_octets(v));
  return out;
}

void remove(World& w, const List& numbers) {
  list(*w.session(), {});
  ms::DeleteArgument arg;
  arg.items = numbers;
  get(w.session()->remove(arg));
}

}  // namespace

TEST_CASE("logs: an entry of the envelope for each delivery, under its number and without its content") {
  World w(GENERATE(Kind::memory, Kind::local));
  keep_logs(w, true);
  w.fill_m1();
  const auto in = logged(w, delivery_log);
  CHECK(numbers_of(in) == List{1, 2, 3, 5, 6, 7});
  CHECK(in[0].entry_type == static_cast<std::uint8_t>(EntryType::delivered_message));
  CHECK(in[5].entry_type == static_cast<std::uint8_t>(EntryType::delivered_report));
  CHECK(in[0].priority == 2);
  CHECK_FALSE(get(w.backend->read(w.alice, backend::EntryBase::log, 3)).content);
  CHECK(value(w, 3, a::message_identifier) == Values{mts_id("m1.3")});
  CHECK(value(w, 7, a::subject_submission_identifier) == Values{mts_id("sent.1")});
  CHECK(value(w, 3, ipm_a::subject).empty());
  CHECK(get(w.store->usage(w.alice)).delivery.entries == 6);

  // A repeat is no delivery.
  Envelope again;
  again.id = "m1.1";
  again.priority = 2;
  CHECK(get(w.store->deliver({w.alice, again.encode(), Content::copy(w.contents[1])})).duplicate);
  CHECK(logged(w, delivery_log).size() == 6);
  keep_logs(w, false);
  w.deliver({}, ipm("later"));
  CHECK(logged(w, delivery_log).size() == 6);
}

TEST_CASE("logs: what the MTA took and what it refused, kept in the Out Box or not") {
  World w(GENERATE(Kind::memory, Kind::local));
  keep_logs(w, true);
  const auto sent = get(submit(w, MtsResult{mts_result("out.1")}));
  CHECK_FALSE(submit(w, NotSent{"no way"}).ok());
  CHECK_FALSE(submit(w, MtsRefusal{{3, hex("30 03 02 01 07")}, "whom?"}).ok());
  CHECK_FALSE(submit(w, MtsRefusal{{16, std::nullopt}, "an error without a place in the attribute"}).ok());
  CHECK_FALSE(submit(w, OutcomeUnknown{"cut"}).ok());
  keep_logs(w, true, false);
  Outgoing probe;
  probe.probe = true;
  get(submit(w, MtsResult{mts_result("out.6")}, probe));
  const auto out = logged(w, submission_log);
  REQUIRE(numbers_of(out) == List{1, 2, 3, 4, 6});
  CHECK(sent.created_entry == 1u);
  CHECK(out[0].entry_type == static_cast<std::uint8_t>(EntryType::submitted_message));
  CHECK(out[4].entry_type == static_cast<std::uint8_t>(EntryType::submitted_probe));
  CHECK(value(w, 1, a::message_identifier) == Values{mts_id("out.1")});
  CHECK(value(w, 1, a::submission_error).empty());
  CHECK(value(w, 2, a::message_identifier).empty());
  CHECK(value(w, 2, a::submission_error) == Values{hex("af 02 05 00")});  // remote-bind-error
  CHECK(value(w, 3, a::submission_error) == Values{hex("a3 05 30 03 02 01 07")});
  CHECK(value(w, 4, a::submission_error).empty());
  CHECK(value(w, 6, a::message_identifier) == Values{mts_id("out.6")});
}

TEST_CASE("logs: each error of SubmissionError has the tag of its code") {
  const auto of = [](int code) { return service::submission_error({code, std::nullopt}); };
  for (const int code : {1, 2, 3, 4, 11, 12, 13, 15, 27, 30})
    CHECK(of(code) == Octets{static_cast<std::uint8_t>(0xa0 | code), 2, 5, 0});
  CHECK(of(31) == hex("bf 1f 02 05 00"));
  CHECK(of(34) == hex("bf 22 02 05 00"));
  for (const int code : {0, 5, 10, 16, 21, 26, 29, 35}) CHECK_FALSE(of(code));
}

TEST_CASE("logs: what is deleted leaves its log entry, which tells when") {
  Options options;
  options.ageing = false;
  const Kind kind = GENERATE(Kind::memory, Kind::local);
  World w(kind, options);
  keep_logs(w, true);
  w.fill_m1();
  get(submit(w, MtsResult{mts_result("out.1")}));
  keep_logs(w, false);  // entries made before are still looked after
  const auto when = [&] {
    const Time now{std::chrono::milliseconds(w.env.milliseconds.load())};
    return Values{
        text_value(ber::tags::utc_time, asn1::utc_time(std::chrono::floor<std::chrono::seconds>(now)))};
  };
  w.tick(100);
  remove(w, {1, 3});
  CHECK(value(w, 1, a::deletion_time) == when());
  CHECK(value(w, 3, a::deletion_time) == when());
  CHECK(value(w, 2, a::deletion_time).empty());
  CHECK(logged(w, delivery_log).size() == 6);

  MailboxSettings settings = get(w.store->mailbox(w.alice)).settings;
  settings.policy.out_box = Retention{std::chrono::hours(1), Retention::Of::all};
  settings.policy.hold = std::chrono::hours(2);  // into the archive: gone for its user
  good(w.store->configure_mailbox(w.alice, settings));
  w.tick(3600);
  REQUIRE(get(w.store->age()).archived == 1);
  CHECK(value(w, 9, a::deletion_time) == when());
  CHECK(value(w, 9, a::message_identifier) == Values{mts_id("out.1")});
  if (kind == Kind::local) {
    w.reopen();
    CHECK(value(w, 9, a::deletion_time) == when());
  }
}
