// Opening a store: identity, recovery of the log, the index brought up to it.
#include <algorithm>
#include <charconv>
#include <map>

#include "backend/local.hpp"

namespace x400::mstore::backend {
namespace {

// The identity file: "name = value" lines, written once.
constexpr const char* identity_name = "store";
constexpr const char* identity_title = "x400-message-store";

struct Identity {
  StoreId store{};
  std::uint32_t format = format_major;
  std::uint32_t shards = 1;
};

std::string text_of(const Identity& identity) {
  return std::string(identity_title) + "\nformat = " + std::to_string(identity.format) + "." +
         std::to_string(format_minor) + "\nid = " + to_hex(identity.store) +
         "\nshards = " + std::to_string(identity.shards) + "\n";
}

std::optional<std::string_view> value_of(std::string_view text, std::string_view name) {
  const std::string begin = "\n" + std::string(name) + " = ";
  const std::size_t at = text.find(begin);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(at + begin.size());
  return rest.substr(0, rest.find('\n'));
}

Result<std::uint32_t> number_of(std::string_view text, std::string_view name) {
  const auto value = value_of(text, name);
  std::uint32_t number = 0;
  if (!value || std::from_chars(value->data(), value->data() + value->size(), number).ec != std::errc{})
    return Error(ErrorKind::corrupt, "no " + std::string(name));
  return number;
}

Result<Identity> parse_identity(std::string_view text) {
  if (!text.starts_with(identity_title)) return Error(ErrorKind::corrupt, "no message store");
  Identity identity;
  X400_TRY(format, number_of(text, "format"));
  X400_TRY(shards, number_of(text, "shards"));
  X400_TRY(id, from_hex(value_of(text, "id").value_or("")));
  if (id.size() != identity.store.size()) return Error(ErrorKind::corrupt, "no id");
  identity.format = format;
  identity.shards = shards;
  std::copy(id.begin(), id.end(), identity.store.begin());
  return identity;
}

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
  Opening(const Options& options, Env& env)
      : options_(options),
        env_(env),
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

 private:
  Status folders() {
    X400_TRY(there, env_.exists(options_.folder / identity_name));
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
    for (const Path& folder : {shard_, shard_ / "log", shard_ / "large", shard_ / "torn"})
      X400_CHECK(env_.make_folder(folder));
    X400_CHECK(env_.sync_folder(shard_));
    X400_CHECK(env_.sync_folder(options_.folder));
    out_->room_ = std::make_unique<Room>(env_, shard_, options_.keep_free, options_.reserve);
    out_->room_->open();
    index_folder_ = options_.index_folder.empty() ? shard_ : options_.index_folder;
    out_->position_file_ = shard_ / "position";
    return Ok{};
  }

  Status identity() {
    const Path path = options_.folder / identity_name;
    X400_TRY(there, env_.exists(path));
    if (!there) {
      X400_TRY(segments, env_.list(shard_ / "log"));
      if (!segments.empty())
        return Error(ErrorKind::corrupt, "a log without the file that names its store: " + path.string());
      Identity made;
      X400_CHECK(env_.random(made.store));
      const std::string text = text_of(made);
      X400_CHECK(replace_file(env_, path, view(text)));
    }
    X400_TRY(octets, read_file(env_, path, 4096));
    auto identity = parse_identity(chars(octets));
    if (!identity.ok()) return identity.error().in(path.string());
    if (identity->format > format_major)
      return Error(ErrorKind::unsupported, "made by a later version: " + path.string());
    if (identity->shards != 1)
      return Error(ErrorKind::unsupported, "stores of one shard only: " + path.string());
    out_->store_ = identity->store;
    return Ok{};
  }

  Status log_and_index() {
    const LogPosition mark = read_position(env_, out_->position_file_);
    auto index = Index::open(index_folder_, out_->store_, options_);
    if (!index.ok() && index.error().kind() == ErrorKind::unavailable) return index.error();
    std::vector<LogPosition> known{mark};
    if (index.ok()) known.push_back(index->position);
    X400_TRY(recovered, recover_log(env_, {shard_ / "log", shard_ / "torn"}, out_->store_, known));
    for (const Finding& f : recovered.findings) out_->find(f.kind, f.text);
    recovered_ = std::move(recovered);
    if (recovered_.end.segment != 0) X400_CHECK(write_position(env_, out_->position_file_, recovered_.end));

    std::string reason = index.ok() ? "" : index.error().text();
    if (index.ok() && !reaches(index->position)) {
      reason = "it is ahead of the log";
      skip_ = restore_jump;
    }
    if (reason.empty()) {
      out_->index_ = std::move(index->index);
      auto replayed =
          out_->index_->replay(*recovered_.segments, index->position, recovered_.end, out_->horizon());
      if (replayed.ok()) {
        note(*replayed);
        return Ok{};
      }
      if (replayed.error().kind() != ErrorKind::corrupt) return replayed.error();
      reason = replayed.error().text();
      out_->index_.reset();
    }
    if (index.ok()) index->index.reset();
    return rebuild(reason);
  }

  // Whether the log still has all up to this position.
  bool reaches(const LogPosition& position) const {
    if (position.segment == 0) return true;
    const auto segment = recovered_.segments->find(position.segment);
    return segment && position.offset <= segment->end && position.lsn <= recovered_.end.lsn;
  }

  Status rebuild(const std::string& reason) {
    X400_TRY(rebuilt, Index::rebuild(index_folder_, out_->store_, *recovered_.segments, recovered_.end,
                                     out_->horizon()));
    note(rebuilt);
    if (recovered_.end.segment != 0) out_->find(Finding::Kind::index_rebuilt, "index rebuilt: " + reason);
    X400_TRY(opened, Index::open(index_folder_, out_->store_, options_));
    out_->index_ = std::move(opened.index);
    return Ok{};
  }

  void note(const Index::Rebuilt& rebuilt) {
    for (const std::string& problem : rebuilt.problems) out_->find(Finding::Kind::damage, problem);
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
    b.index_->start(std::move(hooks), recovered_.end.lsn);
    X400_TRY(log, Log::start(env_, {shard_ / "log", shard_ / "torn"}, b.store_, options_, recovered_,
                             *b.index_, [&b] { return b.room_->make(); }));
    b.log_ = std::move(log);
    b.contents_ =
        std::make_unique<LargeContents>(env_, shard_ / "large", b.log_->epoch(), options_.large_content);
    {
      X400_TRY(lease, b.index_->read());
      X400_TRY(rows, lease->mailboxes());
      for (const auto& row : rows) b.add_box(row.mailbox, row.last_time);
      X400_TRY(usage, lease->usage());
      for (const auto& u : usage) {
        X400_TRY(box, b.box(u.mailbox));
        box->usage.set(u.entry_class, u.entry_type, u.usage);
      }
      X400_CHECK(remove_orphans(lease));
    }
    return raise_counters();
  }

  Status remove_orphans(Index::Lease& lease) {
    X400_TRY(ids, out_->contents_->ids());
    for (const std::uint64_t id : ids) {
      X400_TRY(held, lease->holds_file(id));
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
  std::unique_ptr<LocalBackend> out_;
  const Path shard_;
  Path index_folder_;
  RecoveredLog recovered_;
  std::uint64_t skip_ = 0;
};

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
  Log::Ticket ticket;
  X400_CHECK(log_->enqueue(
      std::move(records), Log::Wait::lead, [&](const Status& s) { result = s; }, &ticket));
  log_->settle(ticket);
  return result;
}

Result<std::unique_ptr<Backend>> LocalBackend::open(const Options& options, Env& env) {
  return Opening(options, env).run();
}

Result<std::unique_ptr<Backend>> open_local(const Options& options, Env& env) {
  return LocalBackend::open(options, env);
}

}  // namespace x400::mstore::backend
