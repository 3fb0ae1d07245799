#include "p3/subject_index.hpp"

#include <catch2/catch.hpp>

#include "store_double.hpp"

using namespace x400::server;
using namespace x400::test;

// A non-delivery report came on the MTA's association before the result of its submission had come on ours,
// and was refused as a report for nobody.
TEST_CASE("a report that overtakes the result of its submission waits for it, and for no later one") {
  StoreDouble store(std::make_shared<StoreScript>());
  SubjectIndex index(store);
  bool settled = false;
  auto first = index.begin();
  index.when_settled([&] { settled = true; });
  auto later = index.begin();
  CHECK_FALSE(settled);
  auto copy = first;
  first.reset();
  CHECK_FALSE(settled);  // somebody still holds it
  copy.reset();
  CHECK(settled);
}

TEST_CASE("with no submission under way nobody waits") {
  StoreDouble store(std::make_shared<StoreScript>());
  SubjectIndex index(store);
  bool settled = false;
  index.when_settled([&] { settled = true; });
  CHECK(settled);
}

TEST_CASE("a submission may outlive the index") {
  StoreDouble store(std::make_shared<StoreScript>());
  auto index = std::make_unique<SubjectIndex>(store);
  auto under_way = index->begin();
  bool settled = false;
  index->when_settled([&] { settled = true; });
  index.reset();
  under_way.reset();
  CHECK(settled);
}
