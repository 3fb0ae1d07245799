#include "backend/local.hpp"

#include <algorithm>

#include "index/space_queries.hpp"

namespace x400::mstore::backend {

// ---- events

class EventSinks::Handle final : public Subscription {
 public:
  Handle(std::shared_ptr<Sinks> sinks, std::shared_ptr<Sink> sink)
      : sinks_(std::move(sinks)), sink_(std::move(sink)) {}
  ~Handle() override {
    {
      const std::lock_guard lock(sinks_->mutex);
      sinks_->all.remove(sink_);
    }
    const std::lock_guard lock(sink_->mutex);
    sink_->ended = true;
  }

 private:
  std::shared_ptr<Sinks> sinks_;
  std::shared_ptr<Sink> sink_;
};

std::unique_ptr<Subscription> EventSinks::add(std::function<void(const Event&)> sink) {
  auto added = std::make_shared<Sink>();
  added->call = std::move(sink);
  const std::lock_guard lock(sinks_->mutex);
  sinks_->all.push_back(added);
  return std::make_unique<Handle>(sinks_, std::move(added));
}

void EventSinks::send(const std::vector<Event>& events) {
  std::list<std::shared_ptr<Sink>> all;
  {
    const std::lock_guard lock(sinks_->mutex);
    all = sinks_->all;
  }
  for (const auto& sink : all) {
    const std::lock_guard lock(sink->mutex);
    for (const Event& event : events) {
      if (sink->ended) break;
      sink->call(event);
    }
  }
}

// ---- mailboxes

Result<std::shared_ptr<Box>> LocalBackend::box(MailboxNumber number) const {
  const std::shared_lock lock(boxes_mutex_);
  const auto it = boxes_.find(number);
  if (it == boxes_.end()) return Error(ErrorKind::not_found, "no mailbox " + std::to_string(number));
  return it->second;
}

void LocalBackend::add_box(const Mailbox& info, Time last_time) {
  auto box = std::make_shared<Box>();
  box->info = info;
  box->last_time = last_time;
  const std::unique_lock lock(boxes_mutex_);
  ids_[info.id] = info.number;
  boxes_[info.number] = std::move(box);
}

Status LocalBackend::write_mailbox(MailboxNumber number, std::string_view id, View properties,
                                   const std::vector<LogEvent>& events) {
  std::vector<LogRecord> records;
  records.push_back(make_record(RecordType::mailbox, number, encode(MailboxBody{view(id), properties})));
  for (const LogEvent& event : events) records.push_back(event_record(number, event));
  std::uint64_t octets = 0;
  for (LogRecord& record : records) {
    record.header.time = env_.now();
    octets += round_up8(record.header.record_size());
  }
  records.back().header.flags = record_last_of_set;
  if (octets > log_->most_octets()) return Error(ErrorKind::limit, "properties of a mailbox too large");
  Status result = Ok{};
  const auto ticket = std::make_shared<Log::Ticket>();
  X400_CHECK(log_->enqueue(
      std::move(records), Log::Wait::lead, [&](const Status& s) { result = s; }, ticket));
  log_->settle(*ticket);
  return result;
}

Result<MailboxNumber> LocalBackend::create_mailbox(std::string_view id, View properties,
                                                   const std::vector<LogEvent>& events) {
  if (id.empty() || id.size() > 255) return Error(ErrorKind::invalid, "a mailbox id has 1 to 255 octets");
  const std::lock_guard lock(mailboxes_mutex_);
  MailboxNumber number = 1;
  {
    const std::shared_lock boxes(boxes_mutex_);
    if (ids_.contains(id)) return Error(ErrorKind::exists, "there is a mailbox " + std::string(id));
    for (const auto& [other, box] : boxes_) number = std::max(number, other + 1);
  }
  if (number > max_mailbox) return Error(ErrorKind::limit, "no mailbox number left");
  X400_CHECK(write_mailbox(number, id, properties, events));
  add_box(Mailbox{number, std::string(id), to_octets(properties), 1}, 0);
  return number;
}

Status LocalBackend::set_mailbox_properties(MailboxNumber mailbox, View properties,
                                            const std::vector<LogEvent>& events) {
  const std::lock_guard lock(mailboxes_mutex_);
  X400_TRY(box, this->box(mailbox));
  std::string id;
  {
    const std::lock_guard box_lock(box->mutex);
    id = box->info.id;
  }
  X400_CHECK(write_mailbox(mailbox, id, properties, events));
  const std::lock_guard box_lock(box->mutex);
  box->info.properties = to_octets(properties);
  return Ok{};
}

Result<Mailbox> LocalBackend::mailbox(MailboxNumber number) {
  X400_TRY(box, this->box(number));
  const std::lock_guard lock(box->mutex);
  return box->info;
}

Result<Mailbox> LocalBackend::find_mailbox(std::string_view id) {
  MailboxNumber number = 0;
  {
    const std::shared_lock lock(boxes_mutex_);
    const auto it = ids_.find(id);
    if (it == ids_.end()) return Error(ErrorKind::not_found, "no mailbox " + std::string(id));
    number = it->second;
  }
  return mailbox(number);
}

Result<std::vector<Mailbox>> LocalBackend::mailboxes() {
  std::vector<std::shared_ptr<Box>> boxes;
  {
    const std::shared_lock lock(boxes_mutex_);
    for (const auto& [number, box] : boxes_) boxes.push_back(box);
  }
  std::vector<Mailbox> out;
  for (const auto& box : boxes) {
    const std::lock_guard lock(box->mutex);
    out.push_back(box->info);
  }
  std::sort(out.begin(), out.end(), [](const Mailbox& a, const Mailbox& b) { return a.number < b.number; });
  return out;
}

// ---- the rest

void LocalBackend::trust(std::function<Time()> clock) {
  trusted_ = std::move(clock);
  clock_ = &trusted_;
}

Time LocalBackend::horizon() const {
  const auto* clock = clock_.load();
  return (clock ? (*clock)() : env_.now()) - static_cast<Time>(options_.duplicate_days) * 24 * 3600 * 1000;
}

// Their removals are on disk, so no recovery wants them; but a follower of the log may not have read them.
void LocalBackend::unused(const std::vector<std::uint64_t>& files) {
  {
    const std::lock_guard lock(unused_mutex_);
    for (const std::uint64_t id : files) unused_.emplace_back(id, log_->end().lsn);
  }
  remove_unused();
}

void LocalBackend::remove_unused() {
  const auto follower = followers_->slowest(log_->segments(), options_.follower_bound);
  const std::lock_guard lock(unused_mutex_);
  std::erase_if(unused_, [&](const auto& file) {
    if (follower && follower->lsn < file.second) return false;
    (void)contents_->remove(file.first).ok();  // one that stays is found as an orphan at the next open
    return true;
  });
}

std::vector<Finding> LocalBackend::findings() const { return findings_->all(); }

std::unique_ptr<Subscription> LocalBackend::subscribe(std::function<void(const Event&)> sink) {
  return sinks_.add(std::move(sink));
}

Positions LocalBackend::positions() const {
  Positions p;
  p.indexed = index_->indexed();
  p.applied = index_->applied();
  p.synced = log_->end().lsn;
  p.written = std::max(log_->written(), p.synced);
  return p;
}

Result<std::unique_ptr<ContentWriter>> LocalBackend::new_content() {
  X400_CHECK(room_->admits(0));
  return contents_->writer();
}

Status LocalBackend::writable() const {
  X400_CHECK(log_->writable());
  // It does not pass by itself, as unavailable would say.
  if (const Status state = index_->state(); !state.ok()) return Error(ErrorKind::io, state.error().text());
  return room_->admits(0);
}

Result<std::vector<SpaceRow>> LocalBackend::space() {
  X400_TRY(lease, index_->read());
  return space_rows(lease->database());
}

Status LocalBackend::close() {
  const std::lock_guard lock(close_mutex_);
  if (closed_) return *closed_;
  index_->stop_waiting();
  if (housekeeper_) housekeeper_->stop();
  closed_ = [this]() -> Status {
    X400_CHECK(log_->close());
    X400_CHECK(index_->stop());
    const LogPosition end = log_->end();
    if (end.segment == 0) return Ok{};
    Status marked = write_position(env_, position_file_, end);
    while (!marked.ok() && marked.error().kind() == ErrorKind::unavailable && room_->make())
      marked = write_position(env_, position_file_, end);
    return marked;
  }();
  return *closed_;
}

LocalBackend::~LocalBackend() {
  // Only close() itself can tell; here what is synced is as safe without the mark.
  if (log_) (void)close().ok();
  // Completions of the log use the index, which its sink calls do too.
  housekeeper_.reset();
  log_.reset();
  index_.reset();
  // What was never applied holds its mailbox, and the mailbox it.
  for (const auto& [number, box] : boxes_) box->changes.clear();
}

}  // namespace x400::mstore::backend
