// A bound client and the thread it needs.
#pragma once

#include <memory>

#include "commands.hpp"
#include "output.hpp"

namespace p7 {

class Session {
 public:
  static x400::p7client::Answer<std::unique_ptr<Session>> open(const Common& common) {
    auto session = std::make_unique<Session>();
    X400_TRY(client, x400::p7client::Client::connect(session->runtime_, common.connect));
    session->client_ = std::move(client);
    return session;
  }
  ~Session() {
    if (client_) client_->close();
  }

  x400::p7client::Client* operator->() { return client_.get(); }
  x400::p7client::Client& client() { return *client_; }

 private:
  x400::access::Runtime runtime_{1};
  std::unique_ptr<x400::p7client::Client> client_;  // goes before the runtime
};

}  // namespace p7
