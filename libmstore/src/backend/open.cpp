// Opening a store: identity, recovery of the log, the index brought up to it.
#include <algorithm>
#include <map>

#include "backend/identity.hpp"
#include "backend/local.hpp"
#include "maintenance/index_report.hpp"
#include "space/cleaner.hpp"

namespace x400::mstore::backend {
namespace {

constexpr std::uint64_t least_segment = 1u << 20;
constexpr std::uint64_t most_segment = 1u << 30;
constexpr std::uint64_t restore_jump = 65536;  // numbers passed over when it is not known how many are gone

Status check(const Options& o) {
  if (o.folder.empty()) return Error(ErrorKind::invalid, "no folder for the store");
  if (o.shards != 1) return Error(ErrorKind::unsupported, "stores of one shard only");
  if (o.segment_size < least_segment || o.segment_size > most_segment)
    return Error(ErrorKind::invalid, "segment size must be 1 MiB to 1 GiB");
  if (o.large_content == 0 || o.large_content > o.segment_size / 2)
    return Error(ErrorKind::invalid, "large contents must begin at half a segment or less");
  if (o.max_batch_records == 0 || o.unapplied_records == 0)
    return Error(ErrorKind::invalid, "limits of zero");
  return Ok{};
}

}  // namespace

class Opening {
 public:
  Opening(const Options& options, Env& env, IndexTask& task)
      : options_(options),
        env_(env),
        task_(task),
        out_(new LocalBackend(options, env)),
        shard_(options.folder / "shard0") {}

  Result<std::unique_ptr<Backend>> run() {
    X400_CHECK(check(options_));
    X400_CHECK(folders());
    X400_CHECK(identity());
    X400_CHECK(log_and_index());
    X400_CHECK(begin());
    return std::unique_ptr<Backend>(std::move(out_));
  }

  /// Why run() failed: the index was found damaged when it was read.
  bool index_damaged() const { return out_ && out_->index_ && !out_->index_->state().ok(); }

 private:
  Status folders() {
    X400_TRY(there, env_.exists(identity_path(options_.folder)));
    if (!there && !options_.create)
      return Error(ErrorKind::not_found, "no store in " + options_.folder.string());
    X400_TRY(folder_there, env_.exists(options_.folder));
    X400_CHECK(env_.make_folder(options_.folder));
    if (!there || !folder_there) {
      const Path parent = options_.folder.parent_path();
      X400_CHECK(env_.sync_folder(parent.empty() ? Path(".") : parent));
    }
    X400_TRY(lock, env_.lock(options_.folder / "lock"));
    out_->lock_ = std::move(lock);
    for (const Path& folder : {shard_, shard_ / "log", shard_ / "large", shard_ / "torn", shard_ / "retired"})
      X400_CHECK(env_.make_folder(folder));
    X400_CHECK(env_.sync_folder(shard_));
    X400_CHECK(env_.sync_folder(options_.folder));
    out_->room_ = std::make_unique<Room>(env_, shard_, options_.keep_free, options_.reserve);
    out_->room_->open();
    out_->index_folder_ = index_folder_ = options_.index_folder.empty() ? shard_ : options_.index_folder;
    out_->position_file_ = shard_ / "position";
    out_->followers_ = std::make_unique<Followers>(env_, shard_ / "followers");
    X400_CHECK(out_->followers_->load());
    return Ok{};
  }

  Status identity() {
    const Path path = identity_path(options_.folder);
    X400_TRY(there, env_.exists(path));
    if (!there) {
      X400_TRY(segments, env_.list(shard_ / "log"));
      if (!segments.empty())
        return Error(ErrorKind::corrupt, "a log without the file that names its store: " + path.string());
      X400_CHECK(make_identity(env_, options_.folder));
    }
    X400_TRY(identity, read_identity(env_, options_.folder));
    out_->store_ = identity.store;
    return Ok{};
  }

  Status log_and_index() {
    const LogPosition mark = read_position(env_, out_->position_file_);
    auto index = Index::open(index_folder_, out_->store_, options_);
    if (!index.ok() && index.error().kind() == ErrorKind::unavailable) return index.error();
    std::vector<LogPosition> known{mark};
    if (index.ok()) known.push_back(index->position);
    for (const LogPosition& position : out_->followers_->positions()) known.push_back(position);
    X400_TRY(recovered, recover_log(env_, log_folders(shard_), out_->store_, known));
    for (const Finding& f : recovered.findings) out_->find(f.kind, f.text);
    recovered_ = std::move(recovered);
    X400_CHECK(space::tidy(*recovered_.segments, recovered_.superseded));
    if (recovered_.end.segment != 0) X400_CHECK(write_position(env_, out_->position_file_, recovered_.end));

    std::string reason = index.ok() ? "" : index.error().text();
    if (index.ok() && ahead(index->position)) {
      reason = "it is ahead of the log";
      skip_ = restore_jump;
    } else if (index.ok() && !reaches(index->position)) {
      reason = "it is older than what was cleaned";
    }
    if (task_.kind != IndexTask::Kind::needed) {
      const auto good = compare_with_log(index, reason);
      if (!good.ok()) {
        (void)real_env().remove(Index::built_path(index_folder_)).ok();
        return good.error();
      }
      if (!*good) {
        if (index.ok()) index->index.reset();
        return adopt();
      }
    }
    if (reason.empty()) {
      out_->index_ = std::move(index->index);
      const auto placed = space::reconcile(out_->index_->database(), *recovered_.segments);
      if (!placed.ok()) {
        if (placed.error().kind() != ErrorKind::corrupt) return placed.error();
        reason = placed.error().text();
        out_->index_.reset();
      }
    }
    if (reason.empty()) {
      auto replayed =
          out_->index_->replay(*recovered_.segments, index->position, recovered_.end, out_->horizon());
      if (replayed.ok()) {
        note(replayed->problems);
        // What was replayed may tell of segments that are gone.
        X400_CHECK(space::reconcile(out_->index_->database(), *recovered_.segments));
        return Ok{};
      }
      if (replayed.error().kind() != ErrorKind::corrupt) return replayed.error();
      reason = replayed.error().text();
      out_->index_.reset();
    }
    if (index.ok()) index->index.reset();
    return rebuild(reason);
  }

  // Whether the log has lost what the index knows.
  bool ahead(const LogPosition& position) const {
    if (position.segment == 0) return false;
    const auto segment = recovered_.segments->find(position.segment);
    return position.lsn > recovered_.end.lsn || position.segment > recovered_.end.segment ||
           (segment && segment->header.generation == 0 && position.offset > segment->end);
  }

  // Whether the log can be read on from there: cleaning keeps away from where the index stands.
  bool reaches(const LogPosition& position) const {
    if (position.segment == 0) return !recovered_.cleaned();
    const auto segment = recovered_.segments->find(position.segment);
    return segment && segment->header.generation == 0;
  }

  Status rebuild(const std::string& reason) {
    X400_TRY(rebuilt, Index::build(index_folder_, out_->store_, *recovered_.segments, recovered_.end,
                                   out_->horizon()));
    note(rebuilt.problems);
    if (recovered_.end.segment != 0) out_->find(Finding::Kind::index_rebuilt, "index rebuilt: " + reason);
    return adopt();
  }

  // Makes an index of the log beside the old one. True: the old one is the same, and can be used.
  Result<bool> compare_with_log(const Result<Index::Opened>& old, const std::string& reason) {
    X400_TRY(loaded, Index::build(index_folder_, out_->store_, *recovered_.segments, recovered_.end,
                                  out_->horizon(), maintenance::watch(task_.progress)));
    note(loaded.problems);
    IndexReport& report = task_.report;
    report.reason = reason;
    report.entries = loaded.entries;
    report.segments = recovered_.segments->all().size();
    report.scanned_segments = loaded.scanned_segments;
    X400_TRY(built, Database::open(Index::built_path(index_folder_).string(), true));
    Status compared = old.ok() ? maintenance::compare(old->index->database(), *built, out_->horizon(),
                                                      task_.progress, report)
                               : Status(old.error());
    if (maintenance::was_stopped(compared)) return compared.error();
    if (!compared.ok()) {
      report.entries_added = loaded.entries;
      if (report.reason.empty()) report.reason = compared.error().text();
    }
    report.replaced =
        task_.kind == IndexTask::Kind::rebuild || !report.reason.empty() ||
        report.entries_added + report.entries_removed + report.entries_changed + report.other_differences !=
            0;
    return !report.replaced;
  }

  Status adopt() {
    X400_CHECK(Index::adopt(index_folder_));
    X400_TRY(opened, Index::open(index_folder_, out_->store_, options_));
    out_->index_ = std::move(opened.index);
    return Ok{};
  }

  void note(const std::vector<std::string>& problems) {
    for (const std::string& problem : problems) out_->find(Finding::Kind::damage, problem);
  }

  Status begin() {
    LocalBackend& b = *out_;
    Index::Hooks hooks;
    hooks.applied = [&b](const auto& batches) { b.applied(batches); };
    hooks.events = [&b](const auto& events) { b.sinks_.send(events); };
    hooks.unused_files = [&b](const auto& files) { b.unused(files); };
    hooks.problem = [&b](std::string text) { b.find(Finding::Kind::damage, std::move(text)); };
    hooks.make_room = [&b] { return b.room_->make(); };
    hooks.horizon = [&b] { return b.horizon(); };
    b.index_->start(std::move(hooks), recovered_.end);
    X400_TRY(log, Log::start(
                      env_, log_folders(shard_), b.store_, options_, recovered_, *b.index_,
                      [&b] { return b.room_->make(); }, [&b] { return !b.room_->scarce(); }));
    b.log_ = std::move(log);
    space::Cleaner::Ports ports;
    ports.write_counters = [&b](const std::vector<MailboxNumber>& m) { return b.write_counters_of(m); };
    ports.log_end = [&b] { return b.log_->end(); };
    ports.duplicates_from = [&b] { return b.horizon(); };
    ports.remove_unused_contents = [&b] { b.remove_unused(); };
    ports.damage = [&b](std::string text) { b.find(Finding::Kind::damage, std::move(text)); };
    b.housekeeper_ =
        std::make_unique<space::Housekeeper>(b.log_->segments(), *b.index_, *b.followers_, recovered_.removed,
                                             log_folders(shard_).removed, b.options_, std::move(ports));
    b.contents_ =
        std::make_unique<LargeContents>(env_, shard_ / "large", b.log_->epoch(), options_.large_content);
    {
      X400_TRY(lease, b.index_->read());
      X400_TRY(rows, b.checked(lease->mailboxes()));
      for (const auto& row : rows) b.add_box(row.mailbox, row.last_time);
      X400_TRY(usage, b.checked(lease->usage()));
      for (const auto& u : usage) {
        X400_TRY(box, b.box(u.mailbox));
        box->usage.set(u.entry_class, u.entry_type, u.usage);
      }
      X400_CHECK(remove_orphans(lease));
    }
    X400_CHECK(raise_counters());
    b.housekeeper_->start();
    return Ok{};
  }

  Status remove_orphans(Index::Lease& lease) {
    const auto follower = out_->followers_->slowest(*recovered_.segments, options_.follower_bound);
    if (follower && follower->lsn < recovered_.end.lsn) return Ok{};  // it may want them; later
    X400_TRY(ids, out_->contents_->ids());
    for (const std::uint64_t id : ids) {
      X400_TRY(held, out_->checked(lease->holds_file(id)));
      if (held) continue;
      X400_CHECK(out_->contents_->remove(id));
      out_->find(Finding::Kind::removed_orphan,
                 "large content " + LargeContents::file_name(id) + " belonged to no entry");
    }
    return Ok{};
  }

  // Numbers in a torn tail may have been told to nobody, but nothing proves it (a flipped octet in a last
  // batch looks the same): they are not given again.
  Status raise_counters() {
    std::map<MailboxNumber, SequenceNumber> next;
    for (const RecordHeader& h : recovered_.torn_records)
      if (h.type == RecordType::entry) next[h.mailbox] = std::max(next[h.mailbox], h.number + 1);
    std::vector<Mailbox> raised;
    X400_TRY(all, out_->mailboxes());
    for (Mailbox& m : all) {
      const SequenceNumber before = m.next;
      if (const auto it = next.find(m.number); it != next.end()) m.next = std::max(m.next, it->second);
      if (skip_ != 0)
        m.next =
            static_cast<SequenceNumber>(std::min<std::uint64_t>(m.next + skip_, max_sequence_number + 1u));
      if (m.next != before) raised.push_back(std::move(m));
    }
    return raised.empty() ? Status(Ok{}) : out_->write_counters(raised);
  }

  const Options& options_;
  Env& env_;
  IndexTask& task_;
  std::unique_ptr<LocalBackend> out_;
  const Path shard_;
  Path index_folder_;
  RecoveredLog recovered_;
  std::uint64_t skip_ = 0;
};

Status LocalBackend::write_counters_of(const std::vector<MailboxNumber>& mailboxes) {
  std::vector<Mailbox> raised;
  for (const MailboxNumber number : mailboxes) {
    X400_TRY(mailbox, this->mailbox(number));
    raised.push_back(std::move(mailbox));
  }
  return write_counters(raised);
}

Status LocalBackend::write_counters(const std::vector<Mailbox>& raised) {
  std::vector<LogRecord> records;
  for (const Mailbox& m : raised) {
    X400_TRY(box, this->box(m.number));
    const std::lock_guard lock(box->mutex);
    box->info.next = std::max(box->info.next, m.next);
    LogRecord record =
        make_record(RecordType::counter, m.number, encode(CounterBody{box->info.next, box->last_time}));
    record.header.flags = record_last_of_set;
    record.header.time = env_.now();
    records.push_back(std::move(record));
  }
  Status result = Ok{};
  const auto ticket = std::make_shared<Log::Ticket>();
  X400_CHECK(log_->enqueue(
      std::move(records), Log::Wait::lead, [&](const Status& s) { result = s; }, ticket));
  log_->settle(*ticket);
  return result;
}

Result<std::unique_ptr<Backend>> LocalBackend::open(const Options& options, Env& env) {
  IndexTask task;
  return open(options, env, task);
}

Result<std::unique_ptr<Backend>> LocalBackend::open(const Options& options, Env& env, IndexTask& task) {
  {
    Opening opening(options, env, task);
    auto opened = opening.run();
    if (opened.ok() || !opening.index_damaged()) return opened;
  }
  // It is marked as damaged now, and made anew.
  return Opening(options, env, task).run();
}

Result<std::unique_ptr<Backend>> open_local(const Options& options, Env& env) {
  return LocalBackend::open(options, env);
}

}  // namespace x400::mstore::backend
