#include "service/ageing.hpp"

#include <algorithm>
#include <future>

#include "service/quotas.hpp"
#include "service/removal.hpp"
#include "service/stored_form.hpp"

namespace x400::mstore::service {

namespace {

using backend::Row;
using backend::Time;

constexpr std::size_t most_ranges = 1000;  // of changed status, then all is looked at again
constexpr Time never = std::numeric_limits<Time>::max();

Time milliseconds_of(std::chrono::seconds s) {
  return s.count() > never / 4000 ? never / 4 : std::chrono::milliseconds(s).count();
}

// A submission the MTA has not answered: its end is still to be written down.
bool under_way(const Row& row) {
  if (row.entry_class != backend::EntryClass::submission) return false;
  const auto variable = Variable::decode(row.variable);
  return variable.ok() && variable->submission && variable->submission->state == SubmissionState::intended;
}

bool may_go(const Row& row, Retention::Of of) {
  switch (of) {
    case Retention::Of::all: return true;
    case Retention::Of::processed: return row.status == backend::RetrievalStatus::processed;
    case Retention::Of::not_new: return row.status != backend::RetrievalStatus::new_entry;
  }
  return false;
}

}  // namespace

// One look at one kind of entries of one mailbox.
struct Ageing::Step {
  MailboxPtr mailbox;
  Kind kind;
  Time now;
  Aged& sum;
  Track track;
  std::vector<backend::NumberRange> later;  // to be looked at again next time

  backend::Query query(const backend::NumberRange& numbers) const {
    backend::Query q;
    q.mailbox = mailbox->number;
    q.numbers = numbers;
    q.limit = step_size;
    q.attributes = kind == Kind::out_box;  // whose variable part removal() wants
    switch (kind) {
      case Kind::in_box: q.classes.add(backend::EntryClass::delivery); break;
      case Kind::out_box: q.classes.add(backend::EntryClass::submission); break;
      case Kind::logs:
        q.classes.add(backend::EntryClass::delivery_log);
        q.classes.add(backend::EntryClass::submission_log);
        break;
      case Kind::action_log: q.classes.add(backend::EntryClass::auto_action_log); break;
    }
    return q;
  }
  Time due(const Row& row) const { return row.created + milliseconds_of(track.rule.age); }
  void sort_out(Row& row, std::vector<Row>& going) {
    if (under_way(row))
      later.push_back({row.number, row.number});
    else if (may_go(row, track.rule.of))
      going.push_back(std::move(row));
  }
};

Result<Aged> Ageing::run() {
  const std::lock_guard one(run_mutex_);
  const Time now = engine_.clock.now();
  tell_clock();
  Aged sum;
  for (const MailboxPtr& mailbox : engine_.all()) {
    Aged own;
    Status done = Ok{};
    for (const Kind kind : kinds) {
      if (stopping_) break;
      done = age(mailbox, kind, now, own);
      if (!done.ok()) break;
    }
    sum.removed += own.removed;
    sum.archived += own.archived;
    if (own.removed > 0) {
      Notice notice;
      notice.kind = Notice::Kind::aged;
      notice.mailbox = mailbox->number;
      notice.entries = own.removed;
      notice.archived = own.archived;
      engine_.notices.tell(notice);
    }
    if (!done.ok()) return done.error();
  }
  X400_CHECK(purge(now, sum));
  X400_CHECK(keep_clock());
  return sum;
}

Status Ageing::age(const MailboxPtr& mailbox, Kind kind, Time now, Aged& sum) {
  auto track = begin(mailbox, kind, now);
  if (!track) return Ok{};
  Step step{mailbox, kind, now, sum, std::move(*track), {}};
  std::vector<backend::NumberRange> again = std::move(step.track.again);
  Status done = look_again(step, again);
  if (done.ok())
    done = look_on(step);
  else
    step.later = std::move(again);
  end(step);
  return done;
}

// The track as it is now, marked as being looked at; nothing: there is nothing to do.
std::optional<Ageing::Track> Ageing::begin(const MailboxPtr& mailbox, Kind kind, Time now) {
  const Policy policy = engine_.policy(*mailbox);
  Retention rule;
  if (kind == Kind::in_box) rule = policy.in_box.value_or(rule);
  if (kind == Kind::out_box) rule = policy.out_box.value_or(rule);
  if (kind == Kind::logs || kind == Kind::action_log)
    rule = {policy.logs.value_or(rule.age), Retention::Of::all};
  const std::lock_guard lock(tracks_mutex_);
  if (rule.age.count() <= 0) {
    if (const auto at = tracks_.find(mailbox->number); at != tracks_.end())
      at->second[static_cast<std::size_t>(kind)] = Track();
    return std::nullopt;
  }
  Track& track = tracks_[mailbox->number][static_cast<std::size_t>(kind)];
  if (track.rule != rule) {
    track = Track();
    track.rule = rule;
  }
  if (now < track.next && track.again.empty()) return std::nullopt;
  track.looking = true;
  return std::exchange(track, Track{track.rule, track.mark, track.next, true, {}});
}

void Ageing::end(const Step& step) {
  const std::lock_guard lock(tracks_mutex_);
  Track& track = tracks_[step.mailbox->number][static_cast<std::size_t>(step.kind)];
  track.mark = step.track.mark;
  track.next = step.track.next;
  track.looking = false;
  track.again.insert(track.again.end(), step.later.begin(), step.later.end());
}

// Up to the mark all came of age before.
Status Ageing::look_again(Step& step, std::vector<backend::NumberRange> again) {
  for (backend::NumberRange range : again) {
    range.to = std::min(range.to, step.track.mark);
    while (range.from <= range.to && !stopping_) {
      X400_TRY(page, engine_.backend().select(step.query(range)));
      if (page.rows.empty()) break;
      range.from = page.rows.back().number + 1;
      std::vector<Row> going;
      for (Row& row : page.rows)
        if (step.due(row) <= step.now) step.sort_out(row, going);
      X400_CHECK(remove(step, std::move(going)));
      if (!page.more) break;
    }
  }
  return Ok{};
}

Status Ageing::look_on(Step& step) {
  while (step.now >= step.track.next && !stopping_) {
    backend::Query q = step.query({});
    q.after = step.track.mark;
    X400_TRY(page, engine_.backend().select(q));
    // What is made from now on comes of age after this.
    Time next = page.more ? step.track.next : step.now + milliseconds_of(step.track.rule.age);
    SequenceNumber mark = step.track.mark;
    std::vector<Row> going;
    for (Row& row : page.rows) {
      if (const Time due = step.due(row); due > step.now) {
        next = due;
        break;
      }
      mark = row.number;
      step.sort_out(row, going);
    }
    X400_CHECK(remove(step, std::move(going)));
    step.track.mark = mark;
    step.track.next = next;
  }
  return Ok{};
}

Status Ageing::remove(Step& step, std::vector<Row> rows) {
  while (!rows.empty()) {
    Removal r;
    if (step.kind == Kind::in_box || step.kind == Kind::out_box) {
      r = removal(engine_, *step.mailbox, rows, RemovedBy::ageing);
    } else {
      backend::Deletion gone;
      gone.base = backend::base_of(rows.front().entry_class);
      for (const Row& row : rows) gone.numbers.push_back(row.number);
      r.set.mailbox = step.mailbox->number;
      r.set.remove.push_back(std::move(gone));
    }
    const auto quotas = r.set.quotas;
    auto done = commit(std::move(r.set));
    if (done.ok()) {
      step.sum.removed += rows.size();
      step.sum.archived += r.archived;
      watch_quotas(engine_, step.mailbox, quotas, *done);
      return Ok{};
    }
    // Its user was faster with one of them.
    const SequenceNumber gone = done.error().number;
    if (done.error().error.kind() != ErrorKind::not_found || gone == 0) return done.error().error;
    if (std::erase_if(rows, [gone](const Row& row) { return row.number == gone; }) == 0)
      return done.error().error;
  }
  return Ok{};
}

// Waits as long as nobody wants the end: with a full disk that may be long.
backend::CommitResult Ageing::commit(backend::ChangeSet set) {
  auto told = std::make_shared<std::promise<backend::CommitResult>>();
  auto result = told->get_future();
  engine_.backend().commit(std::move(set),
                           [told](backend::CommitResult done) { told->set_value(std::move(done)); });
  while (result.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready)
    if (stopping_) return backend::Refusal{Error(ErrorKind::closed, "the store is being closed"), 0, {}};
  return result.get();
}

void Ageing::status_changed(const backend::Event& event) {
  if (event.kind != backend::Event::Kind::status || event.base != backend::EntryBase::stored) return;
  const std::lock_guard lock(tracks_mutex_);
  const auto at = tracks_.find(event.mailbox);
  if (at == tracks_.end()) return;
  for (const Kind kind : {Kind::in_box, Kind::out_box}) {
    Track& track = at->second[static_cast<std::size_t>(kind)];
    if (track.rule.age.count() <= 0 || track.rule.of == Retention::Of::all) continue;
    if (!track.looking && event.numbers.from > track.mark) continue;
    if (track.again.size() >= most_ranges)
      track.again = {backend::NumberRange{}};
    else
      track.again.push_back(event.numbers);
  }
}

// ---- the thread

void Ageing::start(std::chrono::milliseconds pause) {
  thread_ = std::thread([this, pause] {
    std::string told;
    while (!stopping_) {
      const auto done = run();
      const std::string text = done.ok() ? std::string() : done.error().text();
      if (!text.empty() && text != told) {
        Notice notice;
        notice.kind = Notice::Kind::ageing_failed;
        notice.text = text;
        engine_.notices.tell(notice);
      }
      told = text;
      std::unique_lock lock(thread_mutex_);
      wake_.wait_for(lock, pause, [this] { return stopping_.load(); });
    }
  });
}

void Ageing::stop() {
  {
    const std::lock_guard lock(thread_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard last(run_mutex_);  // a run() of somebody else
}

}  // namespace x400::mstore::service
