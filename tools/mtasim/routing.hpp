// Routing: whose address it is, and what an accepted message becomes: jobs for the queue.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config.hpp"
#include "queue.hpp"

namespace mtasim {

class Routing {
 public:
  explicit Routing(const Config& config);

  /// The user with this address; null: nobody here.
  const UserConfig* user(const x400::asn1::ORAddress& address) const;

  /// What a submitted message becomes: a delivery for each known recipient, a non-delivery report for each
  /// unknown one, if the originator wants to hear of it.
  std::vector<Job> jobs(const x400::asn1::mts::MessageSubmissionEnvelope& envelope,
                        const x400::asn1::mts::MTSIdentifier& identifier, x400::asn1::Time submitted) const;
  /// What a probe becomes: reports only.
  std::vector<Job> jobs(const x400::asn1::mts::ProbeSubmissionEnvelope& envelope,
                        const x400::asn1::mts::MTSIdentifier& identifier) const;

  /// The report on a delivery that worked or did not; nothing if nobody asked for it, or the originator is
  /// not known here.
  std::optional<Job> report(
      const Job& job,
      const std::variant<x400::asn1::mts::DeliveryReport, x400::asn1::mts::NonDeliveryReport>& what) const;

 private:
  std::map<std::string, std::size_t> users_;  // by canonical key
  const Config& config_;
};

}  // namespace mtasim
