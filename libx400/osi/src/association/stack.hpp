// Stack: the layers of one association put together. It routes events upward and requests downward, and keeps
// the phase that the driver sees; each layer keeps its own state.
#pragma once

#include <deque>
#include <memory>

#include "acse/apdu.hpp"
#include "cotp/connection.hpp"
#include "output.hpp"
#include "presentation/connect.hpp"
#include "rose/machine.hpp"
#include "rtse/machine.hpp"
#include "session/connection.hpp"
#include "x400/osi/association.hpp"

namespace x400::osi {

class Stack final : private rose::Carrier {
 public:
  explicit Stack(std::shared_ptr<const ResponderConfig> config);
  explicit Stack(const InitiatorConfig& config);
  Stack(const Stack&) = delete;
  Stack& operator=(const Stack&) = delete;

  void receive(View octets);
  void transport_lost(std::string_view why);
  void expire();
  bool wants_input() const;

  std::optional<Event> next_event();
  std::vector<Slice> take_output() { return output_.take(); }
  std::size_t output_size() const { return output_.size(); }

  Phase phase() const { return phase_; }
  const std::vector<Context>& contexts() const { return contexts_; }
  std::size_t outstanding() const { return rose_.outstanding(); }
  bool mid_pdu() const {
    return transport_.mid_tsdu() || session_.mid_ssdu() || (rtse_ && rtse_->mid_apdu());
  }
  bool awaits_peer() const { return phase_ == Phase::open && rtse_ && rtse_->waiting(); }
  std::size_t pdu_octets() const { return transport_.tsdu_octets(); }

  Result<InvokeId> invoke(ContextId context, OperationCode operation, Chain argument);
  Status result(InvokeId id, Chain value);
  Status error(InvokeId id, ErrorCode code, Chain parameter);
  Status reject(InvokeId id, Problem problem);
  Status release();
  Status release_response();
  void abort();

  // Responder.
  Status accept(const Chain& bind_result);
  Status refuse(const Refusal& refusal);

  // Initiator.
  Status connect(ConnectParameters parameters);

 private:
  /// How an association, or the attempt at one, ended without order.
  struct Ending {
    Aborted::Source source = Aborted::Source::own;
    Layer layer = Layer::transport;
    int reason = -1;
    std::string text;
    Octets octets;
  };

  // stack.cpp: phases and routing
  void on(cotp::Event event);
  void on(const Slice& tsdu, session::Event event);
  void on_transport_end(Aborted::Source source, int reason, std::string text, Octets octets);
  void on_too_long(std::string text, Octets octets);
  void on_violation(const Slice& tsdu, session::Violated violated);
  void on_peer_abort(const session::PeerAborted& abort);
  void on_data(const Slice& ssdu);
  void on_finish(const session::Finish& finish);
  void on_finished();
  void on_rose(rose::Event event);
  void count_reject();
  void tell_end(Ending ending);
  void await_close();
  void close_now();
  void abort_by(acse::AbortSource source);
  void abort_provider(presentation::AbortReason reason);
  void carry(ContextId context, Chain apdu, std::optional<InvokeId> invocation) override;
  bool in_association() const;
  bool carries_user_apdus(ContextId context) const;
  bool may_answer() const;
  Chain on_acse(Octets apdu) const;

  // reliable.cpp: RTSE between ROSE and the session
  bool reliable() const { return carriage_ == Carriage::rtse; }
  void begin_reliable(ReliableTransfer agreed);
  void on_turned(const session::Turned& turned);
  void on_rtse(rtse::Event event);
  void on_apdu(ContextId context, const Slice& apdu);
  void release_if_may();
  void abort_reliable(rtse::AbortReason reason, std::string text, View octets);
  Octets aru(acse::AbortSource source, std::optional<rtse::AbortReason> reason) const;
  std::optional<ContextId> context_of(const Slice& apdu) const;

  // responder.cpp
  void on_connect(const session::ConnectRequest& request);
  void associate(const session::ConnectRequest& request, const acse::Aarq& aarq);
  const ApplicationContext* find_application(const ber::Oid& name) const;
  void negotiate(const ApplicationContext* application);
  Result<Slice> find_information(const ApplicationContext& application, const acse::Aarq& aarq);
  Octets make_aare(acse::Outcome outcome, acse::Diagnostic diagnostic, View information) const;
  void send_refusal(std::optional<presentation::RefuseReason> reason, View aare);
  void decline(Layer layer, int reason, std::string text, View octets);
  void decline_acse(acse::Diagnostic diagnostic, std::string text);
  void decline_rtse(rtse::RefuseReason reason, std::string text);

  // initiator.cpp
  void begin_session();
  void on_accepted(const session::Accepted& accepted);
  Result<ConnectConfirm> read_accepted(const session::Accepted& accepted);
  void on_refused(const session::Refused& refused);
  ConnectRefused read_refused(const session::Refused& refused) const;
  Slice find_answer(const acse::Aare& aare) const;
  Slice find_bind_error(const acse::Aare& aare, ConnectRefused& refused) const;

  const Limits limits_;
  const std::shared_ptr<const ResponderConfig> config_;  // null: initiator
  Output output_;
  cotp::Connection transport_;
  session::Connection session_;
  rose::Machine rose_;
  std::optional<rtse::Machine> rtse_;  // once open, if the application context is a reliable one
  std::deque<Event> events_;
  Phase phase_;
  std::size_t rejects_ = 0;

  std::vector<Context> contexts_;
  ContextId acse_context_ = 0;
  ContextId information_context_ = 0;  // of the user information of AARQ and AARE
  ber::Oid application_context_;
  Carriage carriage_ = Carriage::p_data;
  std::vector<OperationSyntax> operations_;
  bool has_bind_ = false;
  ReliableTransfer own_reliable_;                  // proposed, or agreed to at most
  rtse::Open rt_open_;                             // responder: as the peer asked
  presentation::Cp cp_;                            // responder: from CN to the decision
  std::unique_ptr<ConnectParameters> parameters_;  // initiator: from connect() to the answer
};

}  // namespace x400::osi
