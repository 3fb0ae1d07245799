// The other ends of mstored for tests: a user agent and an MTA, both roles of P3, on libx400 alone.
//
// Functions wait for what they began; a test that would hang fails by its ctest time-out.
#pragma once

#include <catch2/catch.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "x400/access/connect.hpp"
#include "x400/access/listener.hpp"
#include "x400/access/protected_password.hpp"
#include "x400/access/runtime.hpp"
#include "x400/asn1/ms/bind.hpp"
#include "x400/asn1/mts/bind.hpp"
#include "x400/asn1/mts/content_split.hpp"
#include "x400/asn1/mts/delivery.hpp"
#include "x400/asn1/mts/report.hpp"
#include "x400/asn1/mts/submission.hpp"
#include "x400/asn1/or_text.hpp"

namespace x400::test {

using asn1::Edition;
namespace mts = asn1::mts;
namespace ms = asn1::ms;
namespace operations = access::operations;

inline asn1::ORAddress address(std::string_view text) {
  auto parsed = asn1::parse_or_address(text);
  REQUIRE(parsed.ok());
  return std::move(*parsed);
}

inline osi::PresentationAddress loopback(std::uint16_t port) { return {{}, "127.0.0.1", port}; }

using ConnectResult = Result<access::Connected, access::ConnectFailure>;

// ---- a user agent -----------------------------------------------------------------------------------

inline ms::MsBindArgument user_bind(std::string_view name, std::string_view password) {
  ms::MsBindArgument argument;
  argument.initiator_name = asn1::ORName{address(name), {}}.encode();
  argument.initiator_credentials = asn1::ia5_password(password);
  return argument;
}

inline ConnectResult connect_user(access::Runtime& runtime, std::uint16_t port,
                                  const ms::MsBindArgument& argument, Edition edition = Edition::e1994,
                                  std::shared_ptr<access::Handler> handler = nullptr, bool reliable = false) {
  access::ConnectOptions options;
  options.address = loopback(port);
  options.context = &access::contexts::of(access::Protocol::p7, edition, access::Party::user, reliable);
  options.bind_argument = argument.encode(edition);
  options.handler = std::move(handler);
  return access::connect(runtime, std::move(options)).get();
}

// ---- an MTA that delivers -----------------------------------------------------------------------------

inline ConnectResult connect_mta(access::Runtime& runtime, std::uint16_t port, std::string_view name,
                                 std::string_view password, Edition edition = Edition::e1994,
                                 std::shared_ptr<access::Handler> handler = nullptr, bool reliable = false) {
  access::ConnectOptions options;
  options.address = loopback(port);
  options.context = &access::contexts::of(access::Protocol::p3, edition, access::Party::service, reliable);
  mts::MtsBindArgument argument;
  argument.initiator_name = mts::MtaName{std::string(name)};
  argument.initiator_credentials = asn1::ia5_password(password);
  options.bind_argument = argument.encode();
  options.handler = std::move(handler);
  return access::connect(runtime, std::move(options)).get();
}

inline mts::MTSIdentifier identifier(std::string local) {
  return mts::MTSIdentifier(mts::GlobalDomain{"XX", "TEST", ""}, std::move(local));
}

inline mts::MessageDeliveryEnvelope delivery_envelope(std::string local, std::string_view recipient) {
  mts::MessageDeliveryEnvelope envelope;
  envelope.identifier = identifier(std::move(local));
  envelope.delivery_time.text = "260301120000Z";
  envelope.submission_time.text = "260301115900Z";
  envelope.content_type.value = mts::ContentType::p22;
  envelope.originator_name = address("C=XX;ADMD=TEST;O=Elsewhere;S=Origin");
  envelope.this_recipient = address(recipient);
  return envelope;
}

inline Octets delivery_argument(const mts::MessageDeliveryEnvelope& envelope, View content) {
  Octets argument = mts::message_delivery_head(envelope.encode(), content.size());
  append(argument, content);
  return argument;
}

inline mts::ReportDeliveryEnvelope report_envelope(const mts::MTSIdentifier& subject,
                                                   std::string_view recipient) {
  mts::ReportDeliveryEnvelope envelope;
  envelope.subject_identifier = subject;
  mts::ReportedRecipient reported;
  reported.actual_recipient = address(recipient);
  mts::DeliveryReport report;
  report.delivery_time.text = "260301120500Z";
  reported.report = report;
  envelope.recipients.push_back(std::move(reported));
  return envelope;
}

// ---- submissions --------------------------------------------------------------------------------------

inline Octets submission_argument(std::string_view originator, std::string_view recipient, View content) {
  mts::MessageSubmissionEnvelope envelope;
  envelope.originator_name = address(originator);
  envelope.content_type.value = mts::ContentType::p22;
  mts::SubmittedRecipient to;
  to.name = address(recipient);
  envelope.recipients.push_back(std::move(to));
  Octets argument = mts::message_submission_head(envelope.encode(), content.size());
  append(argument, content);
  return argument;
}

inline Octets submission_result(std::string local) {
  mts::SubmissionResult result;
  result.identifier = identifier(std::move(local));
  result.time.text = "260301115900Z";
  return result.encode();
}

/// A queue between threads: put() here, take() waits there.
template <class T>
class Inbox {
 public:
  void put(T value) {
    {
      const std::lock_guard lock(mutex_);
      values_.push_back(std::move(value));
    }
    came_.notify_one();
  }
  T take() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [&] { return !values_.empty(); });
    T value = std::move(values_.front());
    values_.pop_front();
    return value;
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return values_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::deque<T> values_;
};

/// An MTA that takes submissions: every bind is decided by `on_bind`, every operation lands in `calls`, and
/// the test answers it.
class SubmissionMta {
 public:
  struct Call {
    access::AssociationPtr association;
    access::Invocation invocation;
    access::Reply reply;
  };
  struct Bound {
    mts::MtsBindArgument argument;
    std::string context;
  };

  SubmissionMta(access::Runtime& runtime, std::string name, std::string password,
                std::vector<const access::ApplicationContext*> contexts, std::uint16_t port = 0,
                std::shared_ptr<access::TlsServer> tls = nullptr)
      : state_(std::make_shared<State>()) {
    state_->name = std::move(name);
    state_->password = std::move(password);
    access::ListenerOptions options;
    options.endpoints = {{"127.0.0.1", port}};
    options.contexts = std::move(contexts);
    options.tls = std::move(tls);
    auto opened = access::Listener::open(runtime, std::move(options), std::make_shared<Binder>(state_));
    if (!opened.ok()) FAIL(opened.error().text());
    listener_ = std::move(*opened);
  }

  std::uint16_t port() const { return listener_->ports().front(); }
  Inbox<Call>& calls() { return state_->calls; }
  Inbox<Bound>& binds() { return state_->binds; }
  /// Nothing: accepts. Else the bind error to refuse with. Set it before the bind comes.
  void refuse_with(std::optional<mts::MtsBindError> error) {
    const std::lock_guard lock(state_->mutex);
    state_->refusal = error;
  }

 private:
  struct State {
    std::string name, password;
    std::mutex mutex;
    std::optional<mts::MtsBindError> refusal;
    Inbox<Call> calls;
    Inbox<Bound> binds;
  };

  class Session final : public access::Handler {
   public:
    explicit Session(std::shared_ptr<State> state) : state_(std::move(state)) {}
    void opened(const access::AssociationPtr& association) override { association_ = association; }
    void invoked(access::Invocation invocation, access::Reply reply) override {
      state_->calls.put(Call{association_, std::move(invocation), std::move(reply)});
    }
    void closed(const access::Ending&) override { association_.reset(); }

   private:
    std::shared_ptr<State> state_;
    access::AssociationPtr association_;
  };

  class Binder final : public access::Acceptor {
   public:
    explicit Binder(std::shared_ptr<State> state) : state_(std::move(state)) {}
    void bind(access::BindRequest request, access::BindReply reply) override {
      auto argument = mts::MtsBindArgument::decode(request.argument.view());
      if (!argument.ok()) return reply.reject(argument.error().text());
      const auto credentials = argument->initiator_credentials;
      state_->binds.put(Bound{std::move(*argument), std::string(request.context->name)});
      {
        const std::lock_guard lock(state_->mutex);
        if (state_->refusal) return reply.refuse(mts::encode(*state_->refusal), "as the test wants");
      }
      mts::MtsBindResult result;
      result.responder_name = mts::MtaName{state_->name};
      result.responder_credentials = asn1::ia5_password(state_->password);
      if (const auto* hashed = std::get_if<asn1::ProtectedPassword>(&credentials))
        result.responder_credentials =
            access::protect(asn1::ia5_password(state_->password), asn1::now(), hashed).value();
      reply.accept(result.encode(), std::make_shared<Session>(state_));
    }

   private:
    std::shared_ptr<State> state_;
  };

  std::shared_ptr<State> state_;
  std::unique_ptr<access::Listener> listener_;
};

/// A handler that keeps what it is asked and answers nothing by itself.
class Recorder final : public access::Handler {
 public:
  struct Call {
    access::Invocation invocation;
    access::Reply reply;
  };
  void invoked(access::Invocation invocation, access::Reply reply) override {
    calls.put(Call{std::move(invocation), std::move(reply)});
  }
  void closed(const access::Ending& ending) override { endings.put(ending); }

  Inbox<Call> calls;
  Inbox<access::Ending> endings;
};

}  // namespace x400::test
