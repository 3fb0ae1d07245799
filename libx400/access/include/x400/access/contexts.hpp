// Application contexts of P7 and P3 (X.419), their ports and operations: what may be asked by whom.
//
// One table for server, client, MTA and tools. An operation is a port and a code, because a code alone
// does not name one: 2 is submission-control on the submission port and delivery-control on the delivery
// port, and only the presentation context of the invocation tells them apart.
//
// The reliable contexts (over RTSE) have the same ports and operations as the others; above the stack there
// is no difference.
//
// Threads: constant data, safe from any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "x400/asn1/edition.hpp"
#include "x400/ber/oid.hpp"
#include "x400/osi/policy.hpp"
#include "x400/osi/rose_types.hpp"

namespace x400::access {

enum class Protocol : std::uint8_t { p7, p3 };
using asn1::Edition;
enum class Port : std::uint8_t { submission, delivery, retrieval, administration };

/// The two ends by what they do, whoever opened the association. In P7 the user is the user agent and the
/// service the store; in P3 the user is the MTS-user (a user agent or a store) and the service the MTS.
enum class Party : std::uint8_t { user, service };
constexpr Party other(Party p) { return p == Party::user ? Party::service : Party::user; }

std::string_view name(Protocol protocol);  ///< "P7", "P3"
std::string_view name(Edition edition);    ///< "88", "94"
std::string_view name(Port port);          ///< "submission" ...
std::string_view name(Party party);        ///< "user", "service"

/// What is invoked. All have an argument and a result (NULL counts as one).
struct Operation {
  Port port = Port::submission;
  osi::OperationCode code = 0;

  friend constexpr bool operator==(const Operation&, const Operation&) = default;
};

namespace operations {
// Submission port, P7 and P3.
inline constexpr Operation submission_control{Port::submission, 2}, message_submission{Port::submission, 3},
    probe_submission{Port::submission, 4}, cancel_deferred_delivery{Port::submission, 7};
// Delivery port, P3.
inline constexpr Operation delivery_control{Port::delivery, 2}, message_delivery{Port::delivery, 5},
    report_delivery{Port::delivery, 6};
// Retrieval port, P7.
inline constexpr Operation summarize{Port::retrieval, 20}, list{Port::retrieval, 21},
    fetch{Port::retrieval, 22}, delete_entries{Port::retrieval, 23}, register_ms{Port::retrieval, 24},
    alert{Port::retrieval, 25}, modify{Port::retrieval, 26};
// Administration port, P7 and P3.
inline constexpr Operation register_{Port::administration, 1}, change_credentials{Port::administration, 8};
}  // namespace operations

/// One line of the table of operations.
struct OperationRule {
  Operation operation;
  std::string_view name;  ///< as the standard writes it: "message-submission"
  bool by_user = false;   ///< whether that party may invoke it
  bool by_service = false;
  bool only_94 = false;  ///< absent from the 1988 contexts

  constexpr bool may_invoke(Party party) const { return party == Party::user ? by_user : by_service; }
};

struct ApplicationContext {
  struct PortSyntax {
    Port port;
    ber::Oid syntax;
  };

  std::string_view name;  ///< "ms-access-94"
  ber::Oid oid;
  Protocol protocol = Protocol::p7;
  Edition edition = Edition::e1994;
  /// Who opens the association: the service only in the forced contexts of P3.
  Party initiator = Party::user;
  bool reliable = false;  ///< over RTSE (X.228); bind_syntax is then RTSE's abstract syntax
  ber::Oid bind_syntax;
  std::vector<PortSyntax> ports;

  const ber::Oid* syntax(Port port) const;  ///< null if this context has no such port
  std::optional<Port> port(const ber::Oid& syntax) const;
  /// The rule of an operation of this context and edition; null: it has none such.
  const OperationRule* rule(Operation operation) const;
  /// What an association stack is told of it.
  osi::ApplicationContext for_stack() const;
};

/// All, ms-access-94 first. The references live as long as the program.
std::span<const ApplicationContext> application_contexts();
const ApplicationContext* find_context(const ber::Oid& oid);
const ApplicationContext* find_context(std::string_view name);

namespace contexts {
/// All have one; in P7 the user initiates.
const ApplicationContext& of(Protocol protocol, Edition edition, Party initiator, bool reliable);

const ApplicationContext& ms_access_88();
const ApplicationContext& ms_access_94();
const ApplicationContext& mts_access_88();
const ApplicationContext& mts_access_94();
const ApplicationContext& mts_forced_access_88();
const ApplicationContext& mts_forced_access_94();
}  // namespace contexts

}  // namespace x400::access
