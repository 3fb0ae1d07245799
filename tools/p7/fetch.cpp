#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>

#include "readable.hpp"
#include "session.hpp"

namespace p7 {
namespace {

using namespace x400;
using p7client::Entry;

Status write_file(const std::filesystem::path& path, View octets) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
  file.close();
  if (!file) return Error(ErrorKind::io, "cannot write " + path.string());
  return Ok{};
}

// A folder takes one file an entry; anything else is the file itself.
std::filesystem::path place(const Fetch& fetch, const Entry& e) {
  const std::filesystem::path to(fetch.to);
  if (fetch.all || fetch.numbers.size() > 1 || std::filesystem::is_directory(to))
    return to / (std::to_string(e.sequence_number()) + ".content");
  return to;
}

Status show(const Common& common, const Fetch& fetch, const Entry& e) {
  const auto content = e.content();
  auto o = to_json(e);
  if (!fetch.to.empty() && content) {
    const auto path = place(fetch, e);
    X400_CHECK(write_file(path, content->view()));
    o["file"] = path.string();
  }
  if (common.json) {
    if (fetch.to.empty()) o["text"] = readable_text(e);
    fmt::print("{}\n", boost::json::serialize(o));
  } else if (fetch.to.empty()) {
    fmt::print("{}\n", readable_text(e));
  } else {
    print(e);
  }
  return Ok{};
}

int fetch_all(const Common& common, const Fetch& fetch, p7client::Client& client) {
  Selection selection = fetch.selection;
  selection.outbox = fetch.outbox;
  auto q = query(selection);
  if (!q.ok()) return report("fetch", q.error());
  Status status = Ok{};
  auto taken = client.fetch_all(*q, [&](Entry e) {
    status = show(common, fetch, e);
    return status.ok();
  });
  if (!status.ok()) return report("fetch", status.error());
  if (!taken.ok()) return report("fetch", taken.error());
  return *taken == 0 ? nothing : done;
}

}  // namespace

int fetch(const Common& common, const Fetch& fetch) {
  if ((fetch.all || fetch.numbers.size() > 1) && !fetch.to.empty()) {
    std::error_code ec;
    std::filesystem::create_directories(fetch.to, ec);
    if (ec) return report("fetch", Error(ErrorKind::io, "cannot make " + fetch.to + ": " + ec.message()));
  }
  auto session = Session::open(common);
  if (!session.ok()) return report("bind", session.error());
  p7client::Client& client = (*session)->client();
  if (fetch.all) return fetch_all(common, fetch, client);
  const auto entry_class = fetch.outbox ? p7client::EntryClass::submission : p7client::EntryClass::delivery;
  for (const std::uint32_t number : fetch.numbers) {
    auto entry = client.fetch(number, p7client::fetch_selection(), entry_class);
    if (!entry.ok()) return report("fetch", entry.error());
    const Status status = show(common, fetch, *entry);
    if (!status.ok()) return report("fetch", status.error());
  }
  return done;
}

}  // namespace p7
