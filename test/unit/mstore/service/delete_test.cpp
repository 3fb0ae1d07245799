// Conformance cases 84-91: Delete.
#include "mstore/service_world.hpp"

using namespace x400;
using namespace x400::mstore;
using namespace x400::mstore::test;

namespace {

struct M1 : World {
  explicit M1(Kind kind, Options options = {}) : World(kind, options) { fill_m1(); }
};
Kind both() { return GENERATE(Kind::memory, Kind::local); }

ms::DeleteArgument numbered(List numbers) {
  ms::DeleteArgument arg;
  arg.items = std::move(numbers);
  return arg;
}
ms::DeleteArgument selecting(ms::Selector selector) {
  ms::DeleteArgument arg;
  arg.items = std::move(selector);
  return arg;
}
ms::Selector all() {
  ms::Selector s;
  s.child_entries = true;
  return s;
}

}  // namespace

TEST_CASE("84: one entry, its number never comes back") {
  M1 w(both());
  auto s = w.session();
  CHECK(get(s->remove(numbered({6}))).entries_deleted.empty());  // NULL in 1988
  CHECK(list(*s, {}).list == List{1, 2, 3, 5, 7});
  Envelope e;
  e.id = "later";
  CHECK(w.deliver(e, ipm("later")) == 9);
  get(s->remove(numbered({5})));
  e.id = "latest";
  CHECK(w.deliver(e, ipm("latest")) == 10);
}

TEST_CASE("85: a new entry may not be deleted") {
  M1 w(both());
  const auto e88 = error<ms::DeleteError>(w.session()->remove(numbered({1})));
  CHECK(e88.problems ==
        std::vector<ms::DeleteError::Problem>{{ms::DeleteProblem::delete_restriction_problem, 1}});
  const auto e94 = error<ms::DeleteError>(w.session(Edition::e1994)->remove(numbered({1})));
  CHECK(e94.problems == std::vector<ms::DeleteError::Problem>{{ms::DeleteProblem::new_entry_specified, 1}});
  CHECK(list(*w.session(), numbers(1, 1)).list == List{1});
}

TEST_CASE("86, 87: children go with their main entry and not without") {
  M1 w(both());
  auto s = w.session();
  const auto e = error<ms::DeleteError>(s->remove(numbered({4})));
  CHECK(e.problems == std::vector<ms::DeleteError::Problem>{{ms::DeleteProblem::child_entry_specified, 4}});
  list(*s, {});
  get(s->remove(numbered({3})));
  CHECK(list(*s, all()).list == List{1, 2, 5, 6, 7, 8});
}

TEST_CASE("88, 89: all or nothing") {
  M1 w(both());
  auto s = w.session(Edition::e1994);
  const auto missing = error<ms::SequenceNumberError>(s->remove(numbered({6, 99, 98})));
  CHECK(missing.sequence_numbers == List{98, 99});
  const auto problem = error<ms::DeleteError>(s->remove(numbered({6, 1, 4})));
  CHECK(problem.problems.size() == 2);
  CHECK(list(*s, numbers(6, 6)).list == List{6});
}

TEST_CASE("90, 91: by selector") {
  M1 w(both());
  auto s = w.session(Edition::e1994);
  CHECK(get(s->remove(selecting(filtered(status_is(2))))).entries_deleted == List{6});
  CHECK(list(*s, numbers(6, 6)).list.empty());
  CHECK(get(s->remove(selecting(filtered(status_is(2))))).entries_deleted.empty());
  // Children selected together with their main entry are no problem.
  list(*s, {});
  CHECK(get(s->remove(selecting(all()))).entries_deleted == List{1, 2, 3, 5, 7});
  CHECK(list(*s, all()).list.empty());
}

TEST_CASE("unread entries among the selected: fail, or by setting stay") {
  {
    M1 w(both());
    CHECK(error<ms::DeleteError>(w.session()->remove(selecting({}))).problems.size() == 4);
    CHECK(list(*w.session(), {}).list.size() == 6);
  }
  Options o;
  o.rules.delete_selector_skips_new = true;
  M1 w(both(), o);
  CHECK(get(w.session(Edition::e1994)->remove(selecting({}))).entries_deleted == List{5, 6});
}

TEST_CASE("an extension of Delete that is not known is told, that no notification be made is not") {
  M1 w(both());
  const auto s = w.session(Edition::e1994);
  auto arg = numbered({6});
  namespace x = asn1::oids::ms_extension;
  arg.extensions = {{x::prevent_nrn_generation, hex("0500")}, {ber::Oid{1, 2, 3}, hex("0500")}};
  const auto e = error<ms::MsExtensionError>(s->remove(arg));
  CHECK(std::get<ber::Oid>(e.problem) == ber::Oid{1, 2, 3});
  arg.extensions.pop_back();
  CHECK(get(s->remove(arg)).entries_deleted == List{6});
}

TEST_CASE("of two deletes of one entry one succeeds") {
  M1 w(both());
  int succeeded = 0;
  auto one = w.session(), two = w.session();
  for (auto* s : {one.get(), two.get()}) succeeded += s->remove(numbered({6})).ok();
  CHECK(succeeded == 1);
}

TEST_CASE("a deletion stays after a restart, and the next number is still new") {
  M1 w(Kind::local);
  get(w.session()->remove(numbered({5, 6})));
  w.reopen();
  CHECK(list(*w.session(), {}).list == List{1, 2, 3, 7});
  Envelope e;
  e.id = "later";
  CHECK(w.deliver(e, ipm("later")) > 8);
}
