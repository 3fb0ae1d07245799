// Reports as JSON.
#include "maintenance/line.hpp"
#include "x400/mstore/maintenance.hpp"

namespace x400::mstore {

using maintenance::Line;

std::string to_json(const IndexReport& r) {
  Line line(0, "index-report");
  line.text("reason", r.reason);
  line.flag("replaced", r.replaced);
  line.number("entries", r.entries).number("entries_added", r.entries_added);
  line.number("entries_removed", r.entries_removed).number("entries_changed", r.entries_changed);
  line.number("other_differences", r.other_differences).texts("differences", r.differences);
  line.number("segments", r.segments).number("scanned_segments", r.scanned_segments);
  line.texts("findings", r.findings);
  return line.as_json();
}

std::string to_json(const CheckReport& r) {
  Line line(0, "check-report");
  line.flag("good", r.good());
  line.number("segments", r.segments).number("octets", r.octets).number("records", r.records);
  line.number("entries", r.entries).number("large_contents", r.large_contents);
  line.number("dead_octets", r.dead_octets);
  std::string out = line.as_json();
  out.pop_back();
  out += ",\"problems\":[";
  for (std::size_t i = 0; i < r.problems.size(); ++i)
    out += std::string(i == 0 ? "" : ",") + "{\"kind\":" + maintenance::json_text(name(r.problems[i].kind)) +
           ",\"text\":" + maintenance::json_text(r.problems[i].text) + "}";
  return out + "]}";
}

}  // namespace x400::mstore
