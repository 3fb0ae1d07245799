// What is accepted, what is refused and as what; the edition; limits.
#include <catch2/catch.hpp>
#include <random>

#include "x400/asn1/ms/errors.hpp"
#include "x400/asn1/ms/retrieval.hpp"
#include "x400/asn1/oids.hpp"
#include "x400_p7_dialogue.hpp"

using namespace x400;
using namespace x400::asn1;
using namespace x400::asn1::ms;
using test::P7Dialogue;
using test::P7Value;

namespace {

constexpr Edition e88 = Edition::e1988, e94 = Edition::e1994;

Octets hex(std::string_view text) {
  auto o = from_hex(text);
  REQUIRE(o.ok());
  return *o;
}

// ok, or the kind of error.
template <class T>
std::string outcome(const Result<T>& r) {
  return r.ok() ? "ok" : std::string(name(r.error().kind()));
}

std::string list(std::string_view text, Edition edition = e94) {
  return outcome(ListArgument::decode(hex(text), edition));
}

Filter nested(std::size_t depth) {
  Filter f = Filter::present(oids::attribute::priority);
  for (std::size_t i = 0; i < depth; ++i) f = Filter::negation(std::move(f));
  return f;
}

Octets list_with(Filter f) {
  ListArgument a;
  a.selector.filter = std::move(f);
  return a.encode(e94);
}

// Decodes by what the value is; the outcome only.
std::string outcome_of(const P7Value& v, View octets, Edition edition) {
  using Kind = P7Value::Kind;
  switch (v.kind) {
    case Kind::bind_argument: return outcome(MsBindArgument::decode(octets, edition));
    case Kind::bind_result: return outcome(MsBindResult::decode(octets));
    case Kind::bind_error: return outcome(MsBindError::decode(octets));
    case Kind::error: return outcome(decode_error(v.code, octets));
    case Kind::argument:
      switch (v.code) {
        case 20: return outcome(SummarizeArgument::decode(octets, edition));
        case 21: return outcome(ListArgument::decode(octets, edition));
        case 22: return outcome(FetchArgument::decode(octets, edition));
        case 23: return outcome(DeleteArgument::decode(octets, edition));
        case 24: return outcome(RegisterMsArgument::decode(octets, edition));
        case 25: return outcome(AlertArgument::decode(octets));
        default: return "other";
      }
    case Kind::result:
      switch (v.code) {
        case 20: return outcome(SummarizeResult::decode(octets));
        case 21: return outcome(ListResult::decode(octets));
        case 22: return outcome(FetchResult::decode(octets));
        case 23: return outcome(DeleteResult::decode(octets));
        case 24: return outcome(RegisterMsResult::decode(octets));
        default: return "other";
      }
  }
  return "other";
}

const std::vector<std::pair<std::string, Edition>> dialogues = {{"p7/own-p7-88-bind-list", e88},
                                                                {"p7/own-p7-94-fetch-summarize-delete", e94},
                                                                {"p7/own-p7-88-register-alert", e88},
                                                                {"p7/own-p7-94-bind-refused", e94},
                                                                {"osi/p7-94-pdata", e94},
                                                                {"osi/p7-88-pdata", e88}};

}  // namespace

TEST_CASE("octets that end early are truncated, whole but wrong ones are malformed") {
  for (const auto& [name, edition] : dialogues)
    for (const P7Value& v : P7Dialogue(name).values()) {
      INFO(name << " " << to_hex(v.octets, 200));
      const std::string whole = outcome_of(v, v.octets, edition);
      CHECK((whole == "ok" || whole == "other"));
      for (std::size_t n = 0; n < v.octets.size() && whole == "ok"; ++n)
        CHECK(outcome_of(v, View(v.octets).first(n), edition) == "truncated");
      if (whole != "ok") continue;
      Octets more = v.octets;
      more.push_back(0);
      CHECK(outcome_of(v, more, edition) == "malformed");
    }
}

TEST_CASE("a component cut out, with all lengths right, is malformed and never truncated") {
  // The members of the outermost SET of each value, one left out at a time.
  for (const auto& [name, edition] : dialogues)
    for (const P7Value& v : P7Dialogue(name).values()) {
      auto e = ber::read_one(v.octets);
      if (!e.ok() || !e->constructed) continue;
      const auto all = test::all_members(e->content);
      for (std::size_t out = 0; out < all.size(); ++out) {
        ber::Writer w;
        w.constructed(e->tag, [&] {
          for (std::size_t i = 0; i < all.size(); ++i)
            if (i != out) w.raw(all[i].whole);
        });
        const std::string got = outcome_of(v, w.octets(), edition);
        INFO(name << " without member " << out << " " << to_hex(v.octets, 200));
        CHECK((got == "ok" || got == "malformed" || got == "other"));
      }
    }
}

TEST_CASE("octets changed at random end in a value, malformed, truncated or limit") {
  std::mt19937 random(1988);
  for (const auto& [name, edition] : dialogues)
    for (const P7Value& v : P7Dialogue(name).values()) {
      if (v.octets.empty()) continue;
      for (int round = 0; round < 300; ++round) {
        Octets o = v.octets;
        for (int change = 0; change < 3; ++change)
          o[random() % o.size()] = static_cast<std::uint8_t>(random());
        const std::string got = outcome_of(v, o, edition);
        if (got != "ok" && got != "malformed" && got != "truncated" && got != "limit" && got != "other")
          FAIL(got << " for " << to_hex(o));
      }
    }
}

TEST_CASE("arguments: mistyped ones") {
  CHECK(list("3104 a102 3100") == "ok");
  CHECK(list("3100") == "malformed");                          // no selector
  CHECK(list("3104 a102 3000") == "malformed");                // selector is a SET
  CHECK(list("3009 a102 3100 a003 020100") == "malformed");    // a SEQUENCE
  CHECK(list("3108 a102 3100 a102 3100") == "malformed");      // twice
  CHECK(list("3109 a102 3100 a003 020100") == "ok");           // any order, a default written
  CHECK(list("3109 a003 020163 a102 3100") == "ok");           // case 41: class 99 is for the store
  CHECK(list("310a a102 3100 a004 02020081") == "malformed");  // class 129 is not
  CHECK(list("3109 a003 0201ff a102 3100") == "malformed");    // nor is -1
  CHECK(list("3109 a203 020100 a102 3100") == "malformed");    // tag 2 is not used in List
  CHECK(list("3109 a903 020100 a102 3100") == "malformed");    // unknown component
  CHECK(list("3106 a104 3100 0500") == "malformed");           // two values under one tag
}

TEST_CASE("case 26: a limit of 0 is mistyped") {
  CHECK(list("3109 a107 3105 a303 020100") == "malformed");
  CHECK(list("3109 a107 3105 a303 020101") == "ok");
  CHECK(list("310c a10a 3108 a306 02047fffffff") == "ok");
  CHECK(list("310d a10b 3109 a307 02050080000000") == "malformed");
}

TEST_CASE("case 27: creation times in any zone, with or without seconds") {
  const auto from = [](std::string_view utc_time) -> std::optional<std::chrono::sys_seconds> {
    ber::Writer w;
    w.constructed(ber::tags::set, [&] {
      w.constructed(ber::context(1), [&] {
        w.constructed(ber::tags::set, [&] {
          w.constructed(ber::context(1), [&] {
            w.constructed(ber::context(1), [&] {
              w.constructed(ber::tags::sequence, [&] {
                w.constructed(ber::context(0), [&] { w.primitive(ber::tags::utc_time, utc_time); });
              });
            });
          });
        });
      });
    });
    auto a = ListArgument::decode(w.octets(), e94);
    if (!a.ok()) return std::nullopt;
    return std::get<TimeRange>(*a->selector.range).from;
  };
  using namespace std::chrono;
  const sys_seconds noon = sys_days(2026y / January / 2) + 12h;
  CHECK(from("260102120000Z") == noon);
  CHECK(from("2601021200Z") == noon);
  CHECK(from("2601021300+0100") == noon);
  CHECK(from("260102070000-0500") == noon);
  CHECK_FALSE(from("260102120000"));
  CHECK_FALSE(from("2601021200000Z"));
  CHECK_FALSE(from(""));
}

TEST_CASE("case 32: an empty selection is not an absent one") {
  ListArgument a;
  CHECK_FALSE(ListArgument::decode(a.encode(e94), e94)->requested_attributes);
  a.requested_attributes.emplace();
  auto b = ListArgument::decode(a.encode(e94), e94);
  REQUIRE(b.ok());
  REQUIRE(b->requested_attributes);
  CHECK(b->requested_attributes->empty());
}

TEST_CASE("selection: from is 1 or more, count 0 or more") {
  const auto with = [](std::string_view member) {
    const Octets m = hex(member);
    ber::Writer w;
    w.constructed(ber::tags::set, [&] {
      w.raw(hex("a1023100"));
      w.constructed(ber::context(3), [&] { w.constructed(ber::tags::set, [&] { w.raw(m); }); });
    });
    return outcome(ListArgument::decode(w.octets(), e94));
  };
  CHECK(with("310b 0604 56040327 a003 020101") == "ok");
  CHECK(with("310b 0604 56040327 a003 020100") == "malformed");
  CHECK(with("310b 0604 56040327 a103 020100") == "ok");
  CHECK(with("310b 0604 56040327 a103 0201ff") == "malformed");
  CHECK(with("3106 0604 56040327") == "ok");
  CHECK(with("3106 0604 56040383") == "malformed");  // unfinished arc
  CHECK(with("3100") == "malformed");
}

TEST_CASE("selection: not more attributes than the standard allows") {
  ListArgument a;
  a.requested_attributes.emplace(max_selections, AttributeSelection{oids::attribute::priority, {}, {}});
  CHECK(outcome(ListArgument::decode(a.encode(e94), e94)) == "ok");
  a.requested_attributes->push_back({oids::attribute::priority, {}, {}});
  CHECK(outcome(ListArgument::decode(a.encode(e94), e94)) == "limit");
}

TEST_CASE("case 46: which pieces make sense is not a matter of syntax, their order is kept") {
  using Where = SubstringPiece::Where;
  const Filter f = Filter::substrings(oids::ipm_attribute::subject,
                                      {{Where::initial, hex("140141")}, {Where::initial, hex("140142")}});
  auto a = ListArgument::decode(list_with(f), e88);
  REQUIRE(a.ok());
  CHECK(*a->selector.filter == f);
}

TEST_CASE("case 50: and, or without operands") {
  for (const Filter& f : {Filter::all({}), Filter::any({})}) {
    auto a = ListArgument::decode(list_with(f), e94);
    REQUIRE(a.ok());
    CHECK(*a->selector.filter == f);
  }
}

TEST_CASE("case 58: other-match is unknown in 1988") {
  const Filter f = Filter::other_match(oids::matching_rule::or_name_elements,
                                       oids::attribute::originator_name, hex("600230 00"));
  const Octets octets = list_with(f);
  auto a = ListArgument::decode(octets, e94);
  REQUIRE(a.ok());
  CHECK(*a->selector.filter == f);
  CHECK(outcome(ListArgument::decode(octets, e88)) == "malformed");
}

TEST_CASE("case 59: an assertion value of a wrong syntax is kept as it came") {
  const Filter f = Filter::equality(oids::attribute::creation_time, hex("160568656c6c6f"));
  auto a = ListArgument::decode(list_with(f), e88);
  REQUIRE(a.ok());
  CHECK(a->selector.filter->item.value == hex("160568656c6c6f"));
}

TEST_CASE("case 66: at most 16 summary requests, at least 1") {
  SummarizeArgument a;
  a.summary_requests.assign(16, oids::attribute::priority);
  CHECK(outcome(SummarizeArgument::decode(a.encode(e88), e88)) == "ok");
  a.summary_requests.push_back(oids::attribute::priority);
  CHECK(outcome(SummarizeArgument::decode(a.encode(e88), e88)) == "malformed");
  CHECK(outcome(SummarizeArgument::decode(hex("3108 a102 3100 a202 3000"), e88)) == "malformed");
}

TEST_CASE("case 72: Fetch of 0 and 99 is well-formed, beyond 2^31-1 and below 0 it is not") {
  CHECK(outcome(FetchArgument::decode(hex("3105 a203 020100"), e88)) == "ok");
  CHECK(outcome(FetchArgument::decode(hex("3107 a205 02050080000000"), e88)) == "malformed");
  CHECK(outcome(FetchArgument::decode(hex("3109 a207 02050080000000"), e88)) == "malformed");
  CHECK(outcome(FetchArgument::decode(hex("3105 a203 0201ff"), e88)) == "malformed");
  CHECK(outcome(FetchArgument::decode(hex("3100"), e88)) == "malformed");
  CHECK(outcome(FetchArgument::decode(hex("3109 a102 3100 a203 020101"), e88)) == "malformed");  // both
}

TEST_CASE("Delete: no number is malformed") {
  CHECK(outcome(DeleteArgument::decode(hex("3104 a202 3100"), e88)) == "malformed");
  CHECK(outcome(DeleteArgument::decode(hex("3107 a205 3103 020101"), e88)) == "ok");
}

TEST_CASE("extensions of 1994 are refused in arguments of 1988 and not sent in it") {
  ListArgument a;
  a.extensions = {{ber::Oid{1, 2, 3}, hex("0500")}};
  auto b = ListArgument::decode(a.encode(e94), e94);
  REQUIRE(b.ok());
  CHECK(b->extensions == a.extensions);
  CHECK(outcome(ListArgument::decode(a.encode(e94), e88)) == "malformed");
  CHECK(equal(a.encode(e88), ListArgument{}.encode(e88)));
  RegisterMsArgument r;
  r.submission_defaults.emplace();
  CHECK(outcome(RegisterMsArgument::decode(r.encode(e94), e94)) == "ok");
  CHECK(outcome(RegisterMsArgument::decode(r.encode(e94), e88)) == "malformed");
}

TEST_CASE("filters: depth and number of items are bounded") {
  const FilterLimits limits;
  CHECK(outcome(ListArgument::decode(list_with(nested(limits.depth)), e94)) == "ok");
  CHECK(outcome(ListArgument::decode(list_with(nested(limits.depth + 1)), e94)) == "limit");
  CHECK(outcome(ListArgument::decode(list_with(nested(200)), e94)) == "limit");
  CHECK(outcome(ListArgument::decode(list_with(nested(5)), e94, {4, 100})) == "limit");

  std::vector<Filter> many(limits.items - 1, Filter::present(oids::attribute::priority));
  CHECK(outcome(ListArgument::decode(list_with(Filter::all(many)), e94)) == "ok");
  many.push_back(Filter::present(oids::attribute::priority));
  CHECK(outcome(ListArgument::decode(list_with(Filter::all(many)), e94)) == "limit");
}

TEST_CASE("filters: unknown and broken alternatives") {
  const auto filter = [](std::string_view text) { return outcome(read_filter(hex(text), e94)); };
  CHECK(filter("a008 a406 0604 56040327") == "ok");
  CHECK(filter("a408 a406 0604 56040327") == "malformed");
  CHECK(filter("a008 a706 0604 56040327") == "malformed");
  CHECK(filter("a006 8404 56040327") == "malformed");            // implicit tag
  CHECK(filter("a00a a008 3006 0604 56040327") == "malformed");  // no value
  CHECK(filter("a00d a00b 3009 0604 56040327 020101") == "ok");
  CHECK(filter("a010 a00e 300c 0604 56040327 020101 020101") == "malformed");
  CHECK(filter("a300") == "malformed");
  CHECK(filter("a102 3000") == "malformed");
  CHECK(filter("a008 a406 0604 560403") == "truncated");
}

TEST_CASE("bind: what a store needs to know and what it lets pass") {
  const std::string name =
      "603930276104130258586206130441444d44a206130450524d4483034f7267a50a8005416c69636581014131"
      "0e300c800101a1071305616c696365";
  const auto bind = [&](const std::string& rest, Edition edition = e94) {
    ber::Writer w;
    w.constructed(ber::tags::set, [&] { w.raw(hex(name + rest)); });
    return outcome(MsBindArgument::decode(w.octets(), edition));
  };
  CHECK(bind("a2081606736563726574") == "ok");
  CHECK(bind("a2080406736563726574") == "ok");
  CHECK(bind("a2021600") == "ok");  // an empty password is a password
  CHECK(bind("") == "malformed");
  CHECK(bind("a2080c06736563726574") == "malformed");  // UTF8String
  CHECK(bind("a2081606736563726574 a503 0101ff") == "ok");
  CHECK(bind("a2081606736563726574 a603 130141") == "ok");
  CHECK(bind("a2081606736563726574 a603 130141", e88) == "malformed");
  CHECK(bind("a2081606736563726574 af03 130141") == "malformed");
  CHECK(bind("a204 a002 3100") == "ok");  // strong credentials: kept for whoever checks them
  // Names and credentials in any order; the loop of the generated decoder on an O/R name that does not end.
  CHECK(outcome(MsBindArgument::decode(hex("3180a28016017800 01"), e94)) == "malformed");
  CHECK(outcome(MsBindArgument::decode(hex("6180130258580001"), e94)) == "malformed");
}

TEST_CASE("bind: 1988 results and errors carry nothing of 1994") {
  MsBindResult r;
  r.responder_credentials = ia5_password("");
  const Octets plain = r.encode(e88);
  r.entry_classes_supported = {EntryClass::delivery};
  r.matching_rules_supported = {oids::matching_rule::integer};
  r.extensions = {{oids::ms_extension::modify_capability, hex("0500")}};
  r.message_group_depth = 3;
  r.auto_action_error_indication.emplace();
  r.unsupported_extensions = {ber::Oid{1, 2, 3}};
  r.ua_registration_id_unknown = true;
  r.service_information = "text";
  CHECK(equal(r.encode(e88), plain));
  auto back = MsBindResult::decode(r.encode(e94));
  REQUIRE(back.ok());
  CHECK(back->extensions == r.extensions);
  CHECK(back->message_group_depth == 3u);
  CHECK(back->auto_action_error_indication == AutoActionErrorIndication{});
  CHECK(back->ua_registration_id_unknown);

  CHECK(MsBindError{BindProblem::bind_extension_problem, {}, {}}.encode(e88) == hex("0a0102"));
  CHECK(MsBindError{BindProblem::inadequate_association_confidentiality, "no", {}}.encode(e88) ==
        hex("0a0101"));
  CHECK(MsBindError{BindProblem::authentication_error, {}, {}}.encode(e94) == hex("0a0100"));
  auto error = MsBindError::decode(
      MsBindError{BindProblem::bind_extension_problem, "no", {ber::Oid{1, 2, 3}}}.encode(e94));
  REQUIRE(error.ok());
  CHECK(error->problem == BindProblem::bind_extension_problem);
  CHECK(error->supplementary_information == "no");
  CHECK(error->extension_errors.size() == 1);
}

TEST_CASE("results: what later editions add is skipped by clients") {
  CHECK(outcome(ListResult::decode(View(hex("3105 a803 020101")))) == "ok");
  CHECK(outcome(FetchResult::decode(View(hex("3105 a903 020101")))) == "ok");
  CHECK(outcome(MsBindResult::decode(hex("3109 a203 160178 bf32 0102"))) == "malformed");
  CHECK(outcome(MsBindResult::decode(hex("310a a203 160178 bf32 02 0500"))) == "ok");
  CHECK(outcome(SummarizeResult::decode(hex("3100"))) == "malformed");  // count is mandatory
}

TEST_CASE("result of a large content: the content is not copied, the octets are those of one buffer") {
  const Octets content(100'000, 0x5a);
  const Octets head = octet_string_attribute_head(oids::attribute::content, content.size());
  const Octets number = encode_attribute(oids::attribute::sequence_number, {hex("020107")});
  FetchResult r{EntryInformation{7, {number, head, content}, {}}, {}, {}, {}};
  const Gather g = r.encode(e94);
  bool borrowed = false;
  for (const View piece : g.pieces()) borrowed = borrowed || piece.data() == content.data();
  CHECK(borrowed);
  const Octets joined = g.join();
  CHECK(joined.size() == g.size());
  auto back = FetchResult::decode(joined);
  REQUIRE(back.ok());
  const auto found = back->entry_information->find(oids::attribute::content);
  REQUIRE(found);
  auto value = ber::read_one(found->values[0]);
  REQUIRE(value.ok());
  CHECK(equal(value->content, content));
  CHECK(head.size() + content.size() ==
        encode_attribute(oids::attribute::content, {found->values[0]}).size());
}

TEST_CASE("list results of any size have right lengths") {
  const Octets number = encode_attribute(oids::attribute::sequence_number, {hex("020107")});
  for (const std::size_t n : {0U, 1U, 2U, 6U, 7U, 14U, 15U, 1000U, 5000U}) {
    ListResult r;
    for (std::size_t i = 0; i < n; ++i)
      r.requested.push_back({static_cast<SequenceNumber>(i * 40'000), {number}, {}});
    const Octets octets = r.encode(e88).join();
    auto back = ListResult::decode(octets);
    REQUIRE(back.ok());
    REQUIRE(back->requested.size() == n);
    for (std::size_t i = 0; i < n; ++i) CHECK(back->requested[i].sequence_number == i * 40'000);
    CHECK(equal(back->encode(e88).join(), octets));
  }
}

TEST_CASE("case 36: value-count-exceeded is of 1994") {
  EntryInformation entry{1, {}, {{oids::ipm_attribute::primary_recipients, 5}}};
  const Octets octets = ListResult{{}, {entry}, {}}.encode(e94).join();
  auto in_94 = ListResult::decode(octets);
  REQUIRE(in_94.ok());
  CHECK(in_94->requested[0].value_count_exceeded == entry.value_count_exceeded);
  CHECK(equal(ListResult{{}, {entry}, {}}.encode(e88).join(), hex("3109 a107 3005 3003 020101")));
}

TEST_CASE("operations: which codes exist on which port") {
  CHECK(operation(Port::retrieval, 21, e88) == Operation::list);
  CHECK(operation(Port::retrieval, 26, e94) == Operation::modify);
  CHECK_FALSE(operation(Port::retrieval, 26, e88));  // case 124
  CHECK_FALSE(operation(Port::retrieval, 99, e94));  // case 125
  CHECK_FALSE(operation(Port::retrieval, 3, e94));
  CHECK(operation(Port::submission, 3, e88) == Operation::message_submission);
  CHECK_FALSE(operation(Port::submission, 21, e88));
  CHECK(operation(Port::administration, 8, e88) == Operation::change_credentials);
}
