#include "store.hpp"

#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <iostream>

#include "commands.hpp"
#include "x400/mstore/maintenance.hpp"

namespace x400::mstorectl {
namespace {

using namespace x400::mstore;

int written(int status) {
  return (std::cout << std::flush) ? status : fail(Error(ErrorKind::io, "cannot write"));
}

// A line a second at most; on a terminal the line is written over.
class Shown {
 public:
  explicit Shown(bool wanted) : terminal_(::isatty(STDERR_FILENO) == 1), on_(wanted || terminal_) {}
  ~Shown() {
    if (terminal_ && told_) std::cerr << "\r\033[K" << std::flush;
  }
  ProgressCall call() {
    if (!on_) return nullptr;
    return [this](const Progress& p) {
      tell(std::string(name(p.phase)), p.done, p.total);
      return Proceed::go_on;
    };
  }
  Service::Progress lines() {
    if (!on_) return nullptr;
    return [this](const boost::json::object& line) {
      const auto number = [&](const char* key) -> std::uint64_t {
        const auto* value = line.if_contains(key);
        return value && value->is_int64() ? static_cast<std::uint64_t>(value->get_int64()) : 0;
      };
      const auto* phase = line.if_contains("phase");
      if (phase && phase->is_string()) tell(phase->get_string().c_str(), number("done"), number("total"));
    };
  }

 private:
  void tell(const std::string& phase, std::uint64_t done, std::uint64_t total) {
    const auto now = std::chrono::steady_clock::now();
    const bool next = phase != phase_ || !told_;
    if (!next && now - last_ < std::chrono::seconds(1)) return;
    last_ = now;
    phase_ = phase;
    told_ = true;
    std::cerr << (terminal_ ? "\r\033[K" : "") << phase;
    if (total != 0) std::cerr << " " << done * 100 / total << "% of " << total;
    std::cerr << (terminal_ ? "" : "\n") << std::flush;
  }

  const bool terminal_;
  const bool on_;
  bool told_ = false;
  std::string phase_;
  std::chrono::steady_clock::time_point last_{};
};

void print(const IndexReport& r) {
  std::cout << (r.replaced ? "index replaced" : "index is what the log says");
  if (!r.reason.empty()) std::cout << ": " << r.reason;
  std::cout << "\nentries: " << r.entries << "; added " << r.entries_added << ", removed "
            << r.entries_removed << ", changed " << r.entries_changed << "; other differences "
            << r.other_differences << "\nsegments: " << r.segments << ", " << r.scanned_segments
            << " without a catalogue\n";
  for (const std::string& text : r.differences) std::cout << "  " << text << "\n";
  for (const std::string& text : r.findings) std::cout << "found: " << text << "\n";
}

void print(const CheckReport& r) {
  std::cout << "segments: " << r.segments << ", " << r.octets << " octets, " << r.records
            << " records, of which " << r.dead_octets << " octets are dead\nentries: " << r.entries
            << "; large contents: " << r.large_contents << "\n";
  for (const Problem& p : r.problems) std::cout << name(p.kind) << ": " << p.text << "\n";
  std::cout << (r.good() ? "all is well" : std::to_string(r.problems.size()) + " problems") << "\n";
}

template <class Report>
using Call = Result<Report> (*)(const std::filesystem::path&, const ProgressCall&);

template <class Report>
int run(const StoreArguments& arguments, Call<Report> call, int (*status)(const Report&)) {
  auto report = [&] {
    Shown shown(arguments.progress);
    return call(arguments.folder, shown.call());
  }();
  if (!report.ok()) return fail(report.error());
  if (arguments.json)
    std::cout << to_json(*report) << "\n";
  else
    print(*report);
  return written(status(*report));
}

// The report of the running service: a member a line, members of lists below each other.
void print(const boost::json::object& report) {
  for (const auto& [key, value] : report) {
    std::cout << std::string_view(key.data(), key.size()) << ": ";
    if (!value.is_array()) {
      std::cout << value << "\n";
      continue;
    }
    std::cout << value.get_array().size() << "\n";
    for (const boost::json::value& item : value.get_array()) std::cout << "  " << item << "\n";
  }
}

int run(const Service& service, const char* path, const StoreArguments& arguments) {
  const auto report = [&] {
    Shown shown(arguments.progress);
    return service.post(path, {}, shown.lines());
  }();
  if (!report.ok()) return fail(report.error());
  if (!report->is_object()) return fail(Error(ErrorKind::malformed, "the answer is not that of mstored"));
  if (arguments.json)
    std::cout << boost::json::serialize(*report) << "\n";
  else
    print(report->get_object());
  const auto* found = report->get_object().if_contains("problems");
  return written(found && found->is_array() && !found->get_array().empty() ? problems : done);
}

int dump_running(const Service& service, const StoreArguments& arguments) {
  const auto print = [](const boost::json::value& line) {
    if (line.is_string())
      std::cout << line.get_string().c_str() << "\n";
    else
      std::cout << line << "\n";
  };
  const auto result = service.post("/v1/store/dump", {{"text", !arguments.json}}, nullptr, print);
  if (!result.ok()) return fail(result.error());
  const auto said = [&](const char* key) {
    const auto* value = result->is_object() ? result->get_object().if_contains(key) : nullptr;
    return value != nullptr && value->is_bool() && value->get_bool();
  };
  return written(said("unread") ? failed : said("damaged") ? problems : done);
}

int always(const IndexReport&) { return done; }
int good(const CheckReport& r) { return r.good() ? done : problems; }

}  // namespace

int store_check(const Service& service, const StoreArguments& arguments) {
  if (arguments.folder.empty()) return run(service, "/v1/store/check", arguments);
  return run<CheckReport>(arguments, check, good);
}

int store_sync(const Service& service, const StoreArguments& arguments) {
  if (arguments.folder.empty()) return run(service, "/v1/store/sync", arguments);
  return run<IndexReport>(arguments, synchronise, always);
}

int store_rebuild(const Service& service, const StoreArguments& arguments) {
  if (arguments.folder.empty()) return run(service, "/v1/store/rebuild", arguments);
  return run<IndexReport>(arguments, rebuild_index, always);
}

int store_dump(const Service& service, const StoreArguments& arguments) {
  if (arguments.folder.empty()) return dump_running(service, arguments);
  DumpOptions options;
  options.json = arguments.json;
  const DumpResult result = dump({arguments.folder}, options, [](std::string_view line) {
    std::cout << line << "\n";
    return std::cout ? Proceed::go_on : Proceed::stop;
  });
  return written(result.unread ? failed : result.damaged ? problems : done);
}

}  // namespace x400::mstorectl
