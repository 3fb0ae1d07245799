#include "queue.hpp"

#include <algorithm>
#include <random>

namespace mtasim {
namespace {

using namespace x400;

constexpr const char* schema = R"(
CREATE TABLE IF NOT EXISTS content(id INTEGER PRIMARY KEY, octets BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS job(
  id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, recipient TEXT NOT NULL, store INTEGER NOT NULL,
  envelope BLOB NOT NULL, content INTEGER REFERENCES content(id), rank INTEGER NOT NULL, due INTEGER NOT NULL,
  since INTEGER NOT NULL, deferred INTEGER NOT NULL, attempts INTEGER NOT NULL, identifier TEXT NOT NULL,
  report_request INTEGER NOT NULL, return_content INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS job_order ON job(store, rank, id);
CREATE INDEX IF NOT EXISTS job_identifier ON job(identifier);
CREATE INDEX IF NOT EXISTS job_content ON job(content);
CREATE TABLE IF NOT EXISTS counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS instance(name TEXT NOT NULL);
)";

constexpr const char* columns =
    "SELECT id, kind, recipient, store, envelope, content, rank, due, since, deferred, attempts, identifier, "
    "report_request, return_content FROM job ";

std::int64_t milliseconds(std::chrono::sys_time<std::chrono::milliseconds> t) {
  return t.time_since_epoch().count();
}
std::chrono::sys_time<std::chrono::milliseconds> time_of(std::int64_t ms) {
  return std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(ms));
}
std::int64_t now() {
  return milliseconds(std::chrono::floor<std::chrono::milliseconds>(Queue::Clock::now()));
}

Job job_of(const Statement& s) {
  Job j;
  j.id = s.integer(0);
  j.kind = static_cast<JobKind>(s.integer(1));
  j.recipient = s.text(2);
  j.store = static_cast<std::size_t>(s.integer(3));
  j.envelope = s.blob(4);
  if (!s.is_null(5)) j.content = s.integer(5);
  j.rank = static_cast<int>(s.integer(6));
  j.due = time_of(s.integer(7));
  j.since = time_of(s.integer(8));
  j.deferred = s.integer(9) != 0;
  j.attempts = s.integer(10);
  j.identifier = s.text(11);
  j.report_request = static_cast<asn1::mts::ReportRequest>(s.integer(12));
  j.return_content = s.integer(13) != 0;
  return j;
}

// Tells the identifiers of two queues apart, should one be deleted and made anew.
std::string random_instance() {
  static constexpr char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::random_device random;
  std::string text;
  for (int i = 0; i < 10; ++i) text += digits[random() % 36];
  return text;
}

}  // namespace

Result<Queue> Queue::open(const std::filesystem::path& file) {
  std::error_code ec;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), ec);
  X400_TRY(database, Database::open(file.string()));
  X400_CHECK(database.execute(schema));
  X400_TRY(make, database.prepare("INSERT INTO instance SELECT ? WHERE NOT EXISTS (SELECT 1 FROM instance)"));
  X400_CHECK(make.bind(1, std::string_view(random_instance())).run());
  X400_TRY(read, database.prepare("SELECT name FROM instance"));
  X400_CHECK(read.step());
  Queue queue(std::move(database));
  queue.instance_ = read.text(0);
  return queue;
}

Result<std::string> Queue::new_local_identifier() {
  X400_TRY(s, database_.prepare("INSERT INTO counter VALUES('identifier', 1) ON CONFLICT(name) DO UPDATE SET "
                                "value = value + 1 RETURNING value"));
  X400_CHECK(s.step());
  return instance_ + "." + std::to_string(s.integer(0));
}

Status Queue::insert(const Job& j) {
  X400_TRY(s,
           database_.prepare("INSERT INTO job(kind, recipient, store, envelope, content, rank, due, since, "
                             "deferred, attempts, identifier, report_request, return_content) "
                             "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  s.bind(1, static_cast<std::int64_t>(j.kind)).bind(2, std::string_view(j.recipient));
  s.bind(3, static_cast<std::int64_t>(j.store)).bind(4, View(j.envelope));
  if (j.content)
    s.bind(5, *j.content);
  else
    s.bind_null(5);
  s.bind(6, std::int64_t{j.rank})
      .bind(7, j.due.time_since_epoch().count() == 0 ? now() : milliseconds(j.due));
  s.bind(8, now()).bind(9, std::int64_t{j.deferred}).bind(10, j.attempts);
  s.bind(11, std::string_view(j.identifier)).bind(12, static_cast<std::int64_t>(j.report_request));
  return s.bind(13, std::int64_t{j.return_content}).run();
}

Status Queue::add(std::vector<Job> jobs, const std::optional<View>& content) {
  return database_.transaction([&]() -> Status {
    std::int64_t content_id = 0;
    if (content) {
      X400_TRY(s, database_.prepare("INSERT INTO content(octets) VALUES(?)"));
      X400_CHECK(s.bind(1, *content).run());
      content_id = database_.last_id();
    }
    for (Job& j : jobs) {
      if (j.content && *j.content == 0) j.content = content_id;
      X400_CHECK(insert(j));
    }
    return content_id == 0 ? Status(Ok{}) : drop_content(content_id);
  });
}

Result<std::vector<Job>> Queue::due(std::size_t store, const std::vector<std::int64_t>& busy,
                                    std::size_t most) {
  // Those in work are at the front mostly: read so many more than wanted, and pass over them.
  const std::string sql = std::string(columns) + "WHERE store = ? AND due <= ? ORDER BY rank, id LIMIT ?";
  X400_TRY(s, database_.prepare(sql.c_str()));
  s.bind(1, static_cast<std::int64_t>(store)).bind(2, now());
  s.bind(3, static_cast<std::int64_t>(most + busy.size()));
  std::vector<Job> jobs;
  for (;;) {
    X400_TRY(row, s.step());
    if (!row || jobs.size() == most) return jobs;
    Job j = job_of(s);
    if (std::find(busy.begin(), busy.end(), j.id) == busy.end()) jobs.push_back(std::move(j));
  }
}

Result<Octets> Queue::content(std::int64_t id) {
  X400_TRY(s, database_.prepare("SELECT octets FROM content WHERE id = ?"));
  X400_TRY(row, s.bind(1, id).step());
  if (!row) return Error(ErrorKind::corrupt, "queue: content " + std::to_string(id) + " is gone");
  return s.blob(0);
}

Status Queue::drop_content(std::int64_t id) {
  X400_TRY(s, database_.prepare(
                  "DELETE FROM content WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM job WHERE content = ?1)"));
  return s.bind(1, id).run();
}

Status Queue::count(const char* name) {
  X400_TRY(s, database_.prepare("INSERT INTO counter VALUES(?, 1) ON CONFLICT(name) DO UPDATE SET value = "
                                "value + 1"));
  return s.bind(1, std::string_view(name)).run();
}

Status Queue::complete(const Job& job, const std::optional<Job>& report, bool delivered) {
  return database_.transaction([&]() -> Status {
    if (report) X400_CHECK(insert(*report));
    X400_TRY(s, database_.prepare("DELETE FROM job WHERE id = ?"));
    X400_CHECK(s.bind(1, job.id).run());
    if (job.content) X400_CHECK(drop_content(*job.content));
    if (job.kind == JobKind::report) return count(delivered ? "reports" : "reports-lost");
    return count(delivered ? "delivered" : "non-delivered");
  });
}

Status Queue::retry(const Job& job, std::chrono::milliseconds pause) {
  X400_TRY(s, database_.prepare("UPDATE job SET due = ?, attempts = attempts + 1 WHERE id = ?"));
  return s.bind(1, now() + pause.count()).bind(2, job.id).run();
}

Result<bool> Queue::cancel_deferred(const std::string& identifier) {
  bool found = false;
  X400_CHECK(database_.transaction([&]() -> Status {
    X400_TRY(pick,
             database_.prepare("SELECT content FROM job WHERE identifier = ? AND deferred = 1 AND due > ? "
                               "AND kind = 0 LIMIT 1"));
    X400_TRY(row, pick.bind(1, std::string_view(identifier)).bind(2, now()).step());
    if (!row) return Ok{};
    found = true;
    const std::int64_t content = pick.integer(0);
    X400_TRY(s, database_.prepare("DELETE FROM job WHERE identifier = ? AND kind = 0"));
    X400_CHECK(s.bind(1, std::string_view(identifier)).run());
    return drop_content(content);
  }));
  return found;
}

Result<QueueState> Queue::state() {
  QueueState state;
  X400_TRY(waiting, database_.prepare("SELECT count(*) FROM job"));
  X400_CHECK(waiting.step());
  state.waiting = waiting.integer(0);
  X400_TRY(s, database_.prepare("SELECT name, value FROM counter"));
  for (;;) {
    X400_TRY(row, s.step());
    if (!row) return state;
    const std::string name = s.text(0);
    if (name == "delivered") state.delivered = s.integer(1);
    if (name == "reports") state.reports = s.integer(1);
    if (name == "non-delivered") state.non_delivered = s.integer(1);
  }
}

Result<std::vector<Job>> Queue::jobs() {
  const std::string sql = std::string(columns) + "ORDER BY id";
  X400_TRY(s, database_.prepare(sql.c_str()));
  std::vector<Job> jobs;
  for (;;) {
    X400_TRY(row, s.step());
    if (!row) return jobs;
    jobs.push_back(job_of(s));
  }
}

}  // namespace mtasim
