// What an association stack is told beforehand: application contexts, selectors, limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "x400/ber/oid.hpp"
#include "x400/ber/walk.hpp"
#include "x400/osi/address.hpp"
#include "x400/osi/spool.hpp"

namespace x400::osi {

/// What carries the ROSE APDUs of an application context; it decides the session functional units.
enum class Carriage : std::uint8_t {
  p_data,  ///< directly on presentation; session kernel + duplex (PI 20 = 0002)
  rtse,    ///< each APDU in an activity of RTSE (X.228); half-duplex, minor synchronise, exceptions, activity
           ///< management (PI 20 = 0249)
};

/// What a side of the association may invoke, and where.
struct OperationSyntax {
  std::int32_t operation = 0;
  bool by_initiator = false;  ///< else by the responder
  ber::Oid syntax;
};

/// One application context the owner of the stack knows. The stack itself knows none.
struct ApplicationContext {
  ber::Oid name;
  /// Abstract syntax of the bind value in the user information of AARQ and AARE. Empty: this context has no
  /// bind, and user information is neither needed nor looked at.
  ber::Oid bind_syntax;
  /// Abstract syntaxes of its operations. At least one of them must be among the proposed contexts.
  std::vector<ber::Oid> syntaxes;
  Carriage carriage = Carriage::p_data;
  /// Carriage rtse: the abstract syntax that has RTSE's APDUs. The bind is inside those of RT-OPEN, so
  /// bind_syntax is the same, or empty.
  ber::Oid rtse_syntax{};
  /// Carriage rtse: for peers that transfer ROSE APDUs bare, which do not tell their presentation context.
  /// What is not here is taken to be on the first accepted one of `syntaxes`.
  std::vector<OperationSyntax> operations{};
};

/// What a side proposes, or agrees to at most, in RT-OPEN.
struct ReliableTransfer {
  std::uint32_t checkpoint = 32;  ///< units of 1024 octets; 0: no checkpoints
  std::uint32_t window = 8;       ///< checkpoints not yet confirmed; at least 1
  /// Own APDUs go out bare until the peer's form is known, for peers that know no EXTERNAL there. Afterwards
  /// they have the form of the peer's last one.
  bool bare_first = false;
};

/// Which called selectors a responder takes. In both an absent selector is the empty one.
enum class SelectorPolicy : std::uint8_t {
  /// Without a configured selector any called one is taken; with one, that or none at all.
  lenient,
  /// The called selector must equal the configured one octet for octet.
  strict,
};

/// Bounds on what a peer can make the stack do. Sizes in octets.
struct Limits {
  std::size_t tsdu_before_bind = 64 * 1024;
  std::size_t tsdu = 64 * 1024 * 1024 + 64 * 1024;  ///< content limit and what is around it
  /// Of TSDUs and values of RTSE longer than tsdu_before_bind; null: they lie in memory.
  std::shared_ptr<Spool> spool;
  ber::Limits bind_ber = ber::Limits::bind();
  ber::Limits pdu_ber = ber::Limits::pdu();
  std::size_t contexts = 16;             ///< considered; the rest of the list is refused (2/3)
  std::size_t contexts_most = 64;        ///< more: the connection is refused (CPR 2)
  std::size_t transfer_syntaxes = 8;     ///< considered of one context; the rest is not looked at
  std::size_t selector = 64;             ///< longer called or calling selectors are refused
  std::size_t outstanding = 64;          ///< peer's invocations not answered yet; then wants_input() is false
  std::size_t unsent = 4 * 1024 * 1024;  ///< output not taken yet; then wants_input() is false
  std::size_t rejects = 10;              ///< rejects sent or got on one association; then it is aborted
  /// TPDU size proposed by an initiator and the most a responder agrees to: 128 .. 8192, a power of two.
  std::size_t tpdu = 8192;
  /// The most of own TPDUs when the peer negotiated no size.
  std::size_t tpdu_not_negotiated = 2048;
};

/// TSDU maximum sizes of session segmenting (PI 21), octets; 0: unlimited in that direction.
struct Segmenting {
  std::uint16_t to_responder = 0;
  std::uint16_t to_initiator = 0;
};

struct ResponderConfig {
  std::vector<ApplicationContext> application_contexts;
  Selectors selectors;
  SelectorPolicy selector_policy = SelectorPolicy::lenient;
  Limits limits;
  /// Answered if the initiator proposed segmenting: each half it proposed, and never above its proposal (a
  /// value below 64 here counts as 64; a proposal below 64 is not taken up). Default: nothing is answered, so
  /// nothing is segmented. Segments that come are joined in any case.
  std::optional<Segmenting> segmenting;
  ReliableTransfer reliable;
};

struct InitiatorConfig {
  Limits limits;
  ReliableTransfer reliable{};
};

}  // namespace x400::osi
