// Promise 11: every acknowledged change has its audit line.
#include <future>
#include <regex>
#include <set>

#include "mstore/service_world.hpp"
#include "x400/mstore/audit.hpp"
#include "x400/mstore/maintenance.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;

namespace {

using Lines = std::vector<std::string>;

// "delivered 1 {...}", in the order of the log; without a number "deleted {...}".
Lines audit(const World& w) {
  Lines out;
  static const std::regex line(R"(type=event mailbox=(\d+)(?: number=(\d+))?.* audit=(\S+) fields=(.*)$)");
  const DumpResult done = dump({w.folder.path() / "store"}, {}, [&](std::string_view text) {
    std::match_results<std::string_view::const_iterator> m;
    if (!std::regex_search(text.begin(), text.end(), m, line)) return Proceed::go_on;
    REQUIRE(m[1].str() == std::to_string(w.alice));
    std::string fields = std::regex_replace(m[4].str(), std::regex(R"(\\(.))"), "$1");
    if (fields.starts_with('"')) fields = fields.substr(1, fields.size() - 2);
    out.push_back(m[3].str() + (m[2].matched ? " " + m[2].str() : "") + " " + fields);
    return Proceed::go_on;
  });
  REQUIRE_FALSE(done.unread);
  return out;
}

// What came since the last look.
class Audit {
 public:
  explicit Audit(const World& w) : world_(w) { (void)news(); }
  Lines news() {
    Lines all = audit(world_);
    REQUIRE(all.size() >= seen_);
    Lines fresh(all.begin() + static_cast<std::ptrdiff_t>(seen_), all.end());
    seen_ = all.size();
    return fresh;
  }

 private:
  const World& world_;
  std::size_t seen_ = 0;
};

Outcome<Submitted> submit(World& w, const Outgoing& o, std::optional<ms::SubmissionOptions> options = {}) {
  const Edition edition = options ? Edition::e1994 : Edition::e1988;
  std::promise<Outcome<Submitted>> told;
  w.store->submit({w.alice, edition, o.probe, o.encode(), Content::copy(ipm("out")), std::move(options), {}},
                  [&](Outcome<Submitted> r) { told.set_value(std::move(r)); });
  return told.get_future().get();
}

}  // namespace

TEST_CASE("audit: each acknowledged change has one line, the number is its entry's") {
  Options options;
  options.ageing = false;
  options.policy.hold = std::chrono::hours(1);
  World w(Kind::local, options);
  CHECK(audit(w) == Lines{R"(mailbox-created {"id":"alice"})"});
  Audit log(w);

  w.fill_m1();
  const Lines delivered = log.news();
  REQUIRE(delivered.size() == 6);
  CHECK(delivered[0] == R"(delivered 1 {"type":"message","id":"[/PRMD=DEMO/ADMD=TEST/C=XX/;m1.1]","size":)" +
                            std::to_string(w.contents[1].size()) + "}");
  CHECK(delivered[2].starts_with("delivered 3 "));
  CHECK(delivered[2].ends_with(R"("children":1})"));
  CHECK(
      delivered[5].starts_with(R"(delivered 7 {"type":"report","id":"[/PRMD=DEMO/ADMD=TEST/C=XX/;sent.1]")"));
  // A repeat changes nothing.
  Envelope again;
  again.id = "m1.1";
  again.priority = 2;
  CHECK(get(w.store->deliver({w.alice, again.encode(), Content::copy(w.contents[1])})).duplicate);
  CHECK(log.news().empty());

  // What is read is not changed, what is deleted is, in part into the archive.
  list(*w.session(), {});
  CHECK(log.news().empty());
  w.tick(7200);
  w.deliver({}, ipm("young"));
  list(*w.session(), {});
  (void)log.news();
  ms::DeleteArgument arg;
  arg.items = std::vector<SequenceNumber>{1, 2, 3, 6, 9};
  get(w.session()->remove(arg));
  CHECK(log.news() == Lines{R"(deleted {"by":"user","gone":"1-3,6","archived":"9"})"});
  w.tick(7200);
  REQUIRE(get(w.store->age()).purged == 1);
  CHECK(log.news() == Lines{R"(archive-purged {"numbers":"9"})"});

  good(w.store->set_credentials(w.alice, "secret"));
  good(w.store->set_credentials(w.alice, std::nullopt));
  CHECK(log.news() == Lines{R"(credentials-changed {"set":true})", R"(credentials-changed {"set":false})"});
  MailboxSettings settings = get(w.store->mailbox(w.alice)).settings;
  settings.drafts = false;
  good(w.store->configure_mailbox(w.alice, settings));
  CHECK(log.news() == Lines{"mailbox-changed {}"});
}

TEST_CASE("audit: submissions, whatever becomes of them") {
  World w(Kind::local);
  Audit log(w);
  const std::string size = std::to_string(ipm("out").size());
  w.mta.answers.push_back(MtsResult{mts_result("out.1")});
  get(submit(w, {}));
  CHECK(log.news() == Lines{R"(submission-begun 1 {"size":)" + size + "}",
                            R"(submitted 1 {"id":"[/PRMD=DEMO/ADMD=TEST/C=XX/;out.1]","kept":true})"});
  w.mta.answers.push_back(NotSent{"connection refused"});
  CHECK_FALSE(submit(w, {}).ok());
  CHECK(log.news() == Lines{R"(submission-begun 2 {"size":)" + size + "}", "submission-refused 2 {}"});
  w.mta.answers.push_back(OutcomeUnknown{"cut"});
  CHECK_FALSE(submit(w, {}).ok());
  CHECK(log.news().back() == R"(submission-unknown 3 {"at":"answer"})");
  good(w.store->record_cancellation(w.alice, mts_id("out.1")));
  CHECK(log.news() == Lines{"submission-cancelled 1 {}"});
  ms::SubmissionOptions draft;
  draft.object_entry_class = EntryClass::draft;
  get(submit(w, {}, draft));
  CHECK(log.news() == Lines{R"(draft-stored 4 {"size":)" + size + "}"});
}

TEST_CASE("audit: all kinds have a name and a text, and the names differ") {
  std::set<std::string_view> names;
  for (const AuditEntry& entry : audit_entries()) {
    CHECK(name(entry.kind) == entry.name);
    CHECK(entry.paragraph.size() > 20);
    CHECK(names.insert(entry.name).second);
  }
  CHECK(name(static_cast<AuditKind>(0x100)).empty());
}
