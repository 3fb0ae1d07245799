// A spool for tests: in memory, counted, and with as much room as the test says.
#pragma once

#include <algorithm>
#include <memory>

#include "x400/osi/spool.hpp"

namespace x400::osi::test {

class MemorySpool final : public Spool {
 public:
  struct Account {
    std::size_t room = static_cast<std::size_t>(-1);  ///< octets it may hold
    std::size_t held = 0, files = 0;
    int asked = 0;  ///< calls of open()
    bool refuses = false;
  };

  explicit MemorySpool(std::size_t from) : Spool(from) {}

  std::unique_ptr<SpooledOctets> open() override {
    ++account->asked;
    if (account->refuses) return nullptr;
    return std::make_unique<File>(account);
  }

  const std::shared_ptr<Account> account = std::make_shared<Account>();

 private:
  class File final : public SpooledOctets {
   public:
    explicit File(std::shared_ptr<Account> account) : account_(std::move(account)) { ++account_->files; }
    ~File() override {
      --account_->files;
      account_->held -= octets_->size();
    }
    View octets() const override { return *octets_; }
    // Moves with each call: a view kept too long is noticed by the address sanitizer.
    bool append(View more) override {
      if (more.size() > account_->room - std::min(account_->room, account_->held)) return false;
      auto moved = std::make_unique<Octets>(*octets_);
      x400::append(*moved, more);
      octets_ = std::move(moved);
      account_->held += more.size();
      return true;
    }
    void cut(std::size_t size) override {
      account_->held -= octets_->size() - size;
      octets_->resize(size);
    }
    void complete() override {}

   private:
    const std::shared_ptr<Account> account_;
    std::unique_ptr<Octets> octets_ = std::make_unique<Octets>();
  };
};

}  // namespace x400::osi::test
