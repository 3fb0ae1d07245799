// Queue: what the MTA has taken and not passed on yet, on disk.
//
// One job is one recipient of one message, or one report for one originator. Whatever add() returned ok for
// survives a kill and a power cut; complete() and turn_into_report() are one step each, so that a message is
// delivered, reported or still there, never none of it.
//
// Threads: one at a time; several processes may share the file (inject beside run).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "database.hpp"
#include "x400/asn1/mts/delivery.hpp"
#include "x400/asn1/mts/report.hpp"
#include "x400/asn1/mts/submission.hpp"

namespace mtasim {

enum class JobKind : std::uint8_t { message = 0, report = 1 };

struct Job {
  std::int64_t id = 0;
  JobKind kind = JobKind::message;
  std::string recipient;  ///< canonical key of the address it goes to
  std::size_t store = 0;
  /// MessageDeliveryEnvelope (its time is set when it goes out), or ReportDeliveryEnvelope.
  x400::Octets envelope;
  std::optional<std::int64_t> content;  ///< of a message always; of a report if it is returned
  int rank = 1;                         ///< 0 urgent, 1 normal and reports, 2 non-urgent
  std::chrono::sys_time<std::chrono::milliseconds> due{}, since{};
  bool deferred = false;
  std::int64_t attempts = 0;
  std::string identifier;  ///< text form of the MTS identifier
  // Of messages: what the originator wants to hear.
  x400::asn1::mts::ReportRequest report_request = x400::asn1::mts::ReportRequest::none;
  bool return_content = false;
};

struct QueueState {
  std::int64_t waiting = 0, delivered = 0, reports = 0, non_delivered = 0;
};

class Queue {
 public:
  using Clock = std::chrono::system_clock;

  static x400::Result<Queue> open(const std::filesystem::path& file);

  /// A local identifier no message of this queue had: for MTS identifiers.
  x400::Result<std::string> new_local_identifier();

  /// All in one step. `content` is kept once for all jobs that have content == 0.
  x400::Status add(std::vector<Job> jobs, const std::optional<x400::View>& content);
  /// The next jobs of a store that are due, most urgent first, leaving out those in `busy`.
  x400::Result<std::vector<Job>> due(std::size_t store, const std::vector<std::int64_t>& busy,
                                     std::size_t most);
  x400::Result<x400::Octets> content(std::int64_t id);

  /// Done; `report` is what the originator gets, if anything. `delivered`: how it is counted.
  x400::Status complete(const Job& job, const std::optional<Job>& report, bool delivered);
  x400::Status retry(const Job& job, std::chrono::milliseconds pause);
  /// Deferred jobs of a message that have not begun. False: there is no such.
  x400::Result<bool> cancel_deferred(const std::string& identifier);

  x400::Result<QueueState> state();
  /// Everything waiting, oldest first.
  x400::Result<std::vector<Job>> jobs();

 private:
  explicit Queue(Database database) : database_(std::move(database)) {}
  x400::Status insert(const Job& job);
  x400::Status drop_content(std::int64_t id);
  x400::Status count(const char* name);

  Database database_;
  std::string instance_;
};

}  // namespace mtasim
