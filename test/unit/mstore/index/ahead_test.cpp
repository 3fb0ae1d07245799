// Ahead: everything in order, not more of it than is allowed, and an end whenever one is wanted.
#include "index/ahead.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <semaphore>

using namespace x400;
using namespace x400::mstore::storage;

namespace {
using Numbers = Ahead<std::unique_ptr<int>>;  // what cannot be copied is handed over too

Numbers::Made made(int n) { return std::optional(std::make_unique<int>(n)); }
}  // namespace

TEST_CASE("what is made ahead comes in order, then nothing") {
  int n = 0;
  Numbers ahead(3, [&]() -> Numbers::Made {
    if (n == 1000) return std::optional<std::unique_ptr<int>>();
    return made(n++);
  });
  for (int i = 0; i < 1000; ++i) {
    auto next = ahead.next();
    REQUIRE((next.ok() && *next));
    CHECK(***next == i);
  }
  const auto last = ahead.next();
  REQUIRE(last.ok());
  CHECK_FALSE(last->has_value());
}

TEST_CASE("no more is made ahead than is allowed") {
  std::atomic<int> begun{0};
  std::atomic<int> taken{0};
  std::atomic<int> most{0};
  Numbers ahead(2, [&]() -> Numbers::Made {
    const int over = ++begun - taken;  // two that wait, one in the making, one about to be counted as taken
    if (over > most) most = over;
    if (begun > 500) return std::optional<std::unique_ptr<int>>();
    return made(begun);
  });
  while (true) {
    auto next = ahead.next();
    REQUIRE(next.ok());
    if (!*next) break;
    ++taken;
  }
  CHECK(begun == 501);
  CHECK(most <= 4);
}

TEST_CASE("an error comes behind what was made before it, and nothing is made after it") {
  int n = 0;
  Numbers ahead(8, [&]() -> Numbers::Made {
    if (n == 3) {
      ++n;
      return Error(ErrorKind::io, "the disk");
    }
    if (n > 3) return Error(ErrorKind::internal, "asked again");
    return made(n++);
  });
  for (int i = 0; i < 3; ++i) REQUIRE(ahead.next().ok());
  const auto failed = ahead.next();
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().kind() == ErrorKind::io);
}

TEST_CASE("given up while one is made and others wait") {
  for (const int take : {0, 1, 5}) {
    std::counting_semaphore<> begun(0);
    std::atomic<bool> ended{false};
    {
      Numbers ahead(2, [&]() -> Numbers::Made {
        ended = false;
        begun.release();
        ended = true;
        return made(1);
      });
      for (int i = 0; i < take; ++i) REQUIRE(ahead.next().ok());
      begun.acquire();
    }
    CHECK(ended);
  }
}
