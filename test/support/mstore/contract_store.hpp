// A store of either backend for the contract suite (test/contract): each of its cases runs on both.
//
//   Subject s(GENERATE(backends()));
//   deliver(*s, s.box, message("m"));
//   s.reopen();              // as after a restart, where the backend remembers
#pragma once

#include <catch2/catch.hpp>

#include "backend/memory_backend.hpp"
#include "mstore/clock_env.hpp"
#include "mstore/messages.hpp"
#include "mstore/store_folder.hpp"

namespace x400::mstore::test {

enum class On { memory, local };
inline std::ostream& operator<<(std::ostream& o, On on) {
  return o << (on == On::memory ? "memory" : "local disk");
}
inline auto backends() { return Catch::Generators::values({On::memory, On::local}); }

class Subject {
 public:
  explicit Subject(On on) : on_(on) {
    open();
    auto made = store_->create_mailbox("a", {});
    REQUIRE(made.ok());
    box = *made;
  }

  /// A memory backend goes on as it is.
  void reopen() {
    if (on_ == On::memory) return;
    REQUIRE(store_->close().ok());
    store_.reset();
    open();
  }
  backend::Backend& operator*() const { return *store_; }
  backend::Backend* operator->() const { return store_.get(); }

  ClockEnv env;
  backend::MailboxNumber box = 0;

 private:
  void open() {
    if (on_ == On::memory) {
      store_ = backend::open_memory([this] { return env.milliseconds.load(); });
      return;
    }
    auto opened = backend::open_local(small_store(folder_.path()), env);
    INFO((opened.ok() ? "" : opened.error().text()));
    REQUIRE(opened.ok());
    store_ = std::move(*opened);
  }

  const On on_;
  ::x400::test::TempFolder folder_;
  std::unique_ptr<backend::Backend> store_;
};

inline backend::Committed done(backend::CommitResult result) {
  if (!result.ok()) FAIL(result.error().error.text());
  return std::move(*result);
}
/// Why a change set was not taken.
inline backend::Refusal refused(backend::CommitResult result) {
  REQUIRE_FALSE(result.ok());
  return result.error();
}
inline backend::SequenceNumber deliver(backend::Backend& store, backend::MailboxNumber box,
                                       backend::NewEntry entry) {
  return done(store.commit(creating(box, std::move(entry)))).numbers.at(0);
}

using Numbers = std::vector<backend::SequenceNumber>;
inline Numbers numbers(backend::Backend& store, const backend::Query& query) {
  auto page = store.select(query);
  INFO((page.ok() ? "" : page.error().text()));
  REQUIRE(page.ok());
  Numbers out;
  for (const backend::Row& row : page->rows) out.push_back(row.number);
  return out;
}
/// Delivered main entries.
inline Numbers all(backend::Backend& store, backend::MailboxNumber box) {
  return numbers(store, {.mailbox = box, .classes = delivered});
}
inline std::string content_of(const backend::Stored& stored) {
  if (!stored.content) return "";
  auto octets = stored.content->read_all();
  REQUIRE(octets.ok());
  return std::string(chars(*octets));
}

}  // namespace x400::mstore::test
