#include "service/log_observer.hpp"

#include <chrono>

namespace x400::server {
namespace {

std::string_view role(const access::AssociationInfo& info) {
  return info.side == access::Side::initiator ? "initiator" : "responder";
}

std::string_view side(bool here) { return here ? "here" : "peer"; }

std::string_view context(const access::AssociationInfo& info) {
  return info.context ? info.context->name : std::string_view("none");
}

std::int64_t age_ms(const access::AssociationInfo& info) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - info.since)
      .count();
}

// Of an APDU of ROSE, whole or in what carries it: what it is, but no password in its argument.
constexpr std::size_t shown = 12;

// Above the session, what opens an association carries the bind with its password.
std::string octets_of(const access::RefusalNote& note) {
  return note.layer <= osi::Layer::session ? to_hex(note.octets) : std::string();
}

}  // namespace

void LogObserver::connected(const access::AssociationInfo& info) {
  log_.write(events::association_connected, {{"assoc", info.id}, {"peer", info.peer}, {"role", role(info)}});
}

void LogObserver::turned_away(const std::string& peer, const std::string& why) {
  log_.write(events::association_turned_away, {{"peer", peer}, {"error", why}});
}

void LogObserver::opened(const access::AssociationInfo& info) {
  log_.write(events::association_opened, {{"assoc", info.id},
                                          {"peer", info.peer},
                                          {"role", role(info)},
                                          {"context", context(info)},
                                          {"tls", info.security}});
}

void LogObserver::refused(const access::AssociationInfo& info, const access::RefusalNote& note) {
  log_.write(events::association_refused, {{"assoc", info.id},
                                           {"peer", info.peer},
                                           {"role", role(info)},
                                           {"by", side(note.here)},
                                           {"layer", osi::name(note.layer)},
                                           {"reason", note.reason},
                                           {"bind_error", note.bind_error},
                                           {"error", note.text},
                                           {"octets", octets_of(note)}});
}

void LogObserver::rejected(const access::AssociationInfo& info, const access::RejectNote& note) {
  log_.write(events::operation_rejected, {{"assoc", info.id},
                                          {"peer", info.peer},
                                          {"by", side(note.here)},
                                          {"problem", osi::to_string(note.problem)},
                                          {"error", note.text},
                                          {"octets", to_hex(note.octets, shown)}});
}

void LogObserver::closed(const access::AssociationInfo& info, const access::Ending& ending) {
  log_.write(events::association_closed, {{"assoc", info.id},
                                          {"peer", info.peer},
                                          {"role", role(info)},
                                          {"cause", access::name(ending.cause)},
                                          {"layer", osi::name(ending.layer)},
                                          {"reason", ending.reason},
                                          {"received", info.octets_received},
                                          {"sent", info.octets_sent},
                                          {"ms", age_ms(info)},
                                          {"error", ending.text},
                                          {"octets", to_hex(ending.octets, shown)}});
}

void LogObserver::trouble(const std::string& what) { log_.write(events::network_trouble, {{"error", what}}); }

}  // namespace x400::server
