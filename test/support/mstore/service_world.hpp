// A store over either backend with the mailbox M1 of the conformance cases (x413 section 10), made of real
// contents.
//
//   for both backends:   World w(GENERATE(Kind::memory, Kind::local));  w.fill_m1();
//
// Envelopes are written here octet by octet, contents by the composers.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "backend/memory_backend.hpp"
#include "mstore/clock_env.hpp"
#include "mstore/store_folder.hpp"
#include "service/engine.hpp"
#include "x400/asn1/oids.hpp"
#include "x400/asn1/or_text.hpp"
#include "x400/ber/writer.hpp"
#include "x400/content/compose.hpp"

namespace x400::mstore::test {

namespace a = asn1::oids::attribute;
namespace ipm_a = asn1::oids::ipm_attribute;

/// The value; Catch is only called where there is none, as it may not be called by several threads.
template <class T, class E>
T get(Result<T, E> r) {
  if (!r.ok()) {
    if constexpr (std::is_same_v<E, Failure>)
      FAIL(r.error().log);
    else if constexpr (std::is_same_v<E, DeliveryFailure>)
      FAIL(r.error().log.text());
    else
      FAIL(r.error().text());
  }
  return std::move(*r);
}
inline void good(const Status& s) {
  if (!s.ok()) FAIL(s.error().text());
}

// ---- values

inline Octets hex(std::string_view text) { return *from_hex(text); }
inline Octets name(std::string_view address) {
  return asn1::ORName{get(asn1::parse_or_address(address)), {}}.encode();
}
inline const std::string alice_address = "C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=Alice";
inline const std::string alice_alias = "C=XX;ADMD=TEST;PRMD=DEMO;O=Org;CN=Duty Officer";
inline const std::string bob_address = "C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=Bob";
inline asn1::EncodedORName person(std::string_view surname) {
  return asn1::EncodedORName(
      get(asn1::parse_or_address("C=XX;ADMD=TEST;PRMD=DEMO;O=Org;S=" + std::string(surname))));
}

/// MTSIdentifier of domain C=XX, ADMD=TEST, PRMD=DEMO.
inline Octets mts_id(std::string_view local) {
  ber::Writer w;
  w.constructed(ber::application(4), [&] {
    w.constructed(ber::application(3), [&] {
      w.constructed(ber::application(1), [&] { w.primitive(ber::tags::printable_string, "XX"); });
      w.constructed(ber::application(2), [&] { w.primitive(ber::tags::printable_string, "TEST"); });
      w.primitive(ber::tags::printable_string, "DEMO");
    });
    w.primitive(ber::tags::ia5_string, local);
  });
  return std::move(w).take();
}

inline void retagged(ber::Writer& w, View tlv, ber::Tag tag) {
  auto e = get(ber::read_one(tlv));
  w.raw(content::Field(e, tag).encoded());
}

struct Envelope {
  std::string id = "m.1";
  std::string delivery_time = "260101000000Z";
  int content_type = 22;
  std::optional<ber::Oid> content_type_oid;
  std::string originator = bob_address;
  std::optional<int> priority;
  std::string recipient = alice_address;
  std::string intended;
  std::string content_identifier;
  std::vector<Octets> extensions;  ///< whole ExtensionFields
  bool ia5 = true;                 ///< original EITs: ia5-text

  /// MessageDeliveryEnvelope.
  Octets encode() const {
    ber::Writer w;
    w.constructed(ber::tags::sequence, [&] {
      w.raw(mts_id(id));
      w.primitive(ber::tags::utc_time, delivery_time);
      w.raw(other_fields());
    });
    return std::move(w).take();
  }
  /// OtherMessageDeliveryFields.
  Octets other_fields() const {
    ber::Writer w;
    w.constructed(ber::tags::set, [&] {
      if (content_type_oid)
        w.oid(*content_type_oid);
      else
        w.integer(ber::context(0), content_type);
      w.raw(name(originator));
      if (ia5) w.constructed(ber::context(1), [&] { w.raw(hex("80 02 05 20")); });
      if (priority) w.integer(ber::application(7), *priority);
      retagged(w, name(recipient), ber::context(4));
      if (!intended.empty()) retagged(w, name(intended), ber::context(5));
      w.primitive(ber::context(7), "251231235900Z");
      if (!content_identifier.empty()) w.primitive(ber::context(8), content_identifier);
      if (!extensions.empty())
        w.constructed(ber::context(9), [&] {
          for (const Octets& x : extensions) w.raw(x);
        });
    });
    return std::move(w).take();
  }
};

/// An ExtensionField; `critical`: for delivery.
inline Octets standard_extension(std::int64_t number, View value, bool critical = false) {
  ber::Writer w;
  w.constructed(ber::tags::sequence, [&] {
    w.integer(ber::context(0), number);
    if (critical) w.raw(hex("81 02 05 20"));
    w.constructed(ber::context(2), [&] { w.raw(value); });
  });
  return std::move(w).take();
}
inline Octets private_extension(const ber::Oid& type, View value, bool critical) {
  ber::Writer w;
  w.constructed(ber::tags::sequence, [&] {
    w.oid(ber::context(3), type);
    if (critical) w.raw(hex("81 02 05 20"));
    w.constructed(ber::context(2), [&] { w.raw(value); });
  });
  return std::move(w).take();
}
inline Octets integer(std::int64_t n, ber::Tag tag = ber::tags::integer) {
  ber::Writer w;
  w.integer(tag, n);
  return std::move(w).take();
}
inline Octets text_value(ber::Tag tag, std::string_view text) {
  ber::Writer w;
  w.primitive(tag, text);
  return std::move(w).take();
}
inline Octets teletex(std::string_view text) { return text_value(ber::tags::teletex_string, text); }

struct Recipient {
  std::string actual = bob_address;
  std::string intended;
  std::optional<std::string> delivered = "260101000500Z";
  int reason = 1, diagnostic = 0;
};
/// ReportDeliveryEnvelope.
inline Octets report_envelope(View subject, const std::vector<Recipient>& recipients,
                              std::string_view correlator = {}, std::string_view content_identifier = {}) {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    w.raw(subject);
    if (!content_identifier.empty()) w.primitive(ber::application(10), content_identifier);
    w.integer(ber::application(6), 22);
    if (!correlator.empty())
      w.constructed(ber::context(1),
                    [&] { w.raw(standard_extension(23, text_value(ber::tags::ia5_string, correlator))); });
    w.constructed(ber::tags::sequence, [&] {
      for (const Recipient& r : recipients)
        w.constructed(ber::tags::set, [&] {
          retagged(w, name(r.actual), ber::context(0));
          w.constructed(ber::context(1), [&] {
            if (r.delivered)
              w.constructed(ber::context(0), [&] { w.primitive(ber::context(0), *r.delivered); });
            else
              w.constructed(ber::context(1), [&] {
                w.integer(ber::context(0), r.reason);
                w.integer(ber::context(1), r.diagnostic);
              });
          });
          if (!r.intended.empty()) retagged(w, name(r.intended), ber::context(2));
        });
    });
  });
  return std::move(w).take();
}

struct Outgoing {
  std::string originator = alice_address;
  std::vector<std::string> recipients = {bob_address};
  std::string content_identifier, correlator;
  std::vector<Octets> extensions;
  std::vector<Octets> recipient_extensions;  ///< of each
  bool probe = false;
  /// MessageSubmissionEnvelope or ProbeSubmissionEnvelope.
  Octets encode() const {
    ber::Writer w;
    w.constructed(ber::tags::set, [&] {
      w.raw(name(originator));
      w.integer(ber::application(6), 22);
      if (!content_identifier.empty()) w.primitive(ber::application(10), content_identifier);
      if (probe)
        w.integer(ber::context(0), 1234);
      else
        w.integer(ber::application(7), 2);
      if (!extensions.empty() || !correlator.empty())
        w.constructed(ber::context(2), [&] {
          for (const Octets& x : extensions) w.raw(x);
          if (!correlator.empty())
            w.raw(standard_extension(23, text_value(ber::tags::ia5_string, correlator)));
        });
      w.constructed(probe ? ber::context(3) : ber::context(1), [&] {
        for (const std::string& r : recipients)
          w.constructed(ber::tags::set, [&] {
            w.raw(name(r));
            w.raw(hex("80 02 04 10"));
            if (!recipient_extensions.empty())
              w.constructed(ber::context(2), [&] {
                for (const Octets& x : recipient_extensions) w.raw(x);
              });
          });
      });
    });
    return std::move(w).take();
  }
};
/// MessageSubmissionResult.
inline Octets mts_result(std::string_view local, std::string_view time = "260101001000Z") {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    w.raw(mts_id(local));
    w.primitive(ber::context(0), time);
  });
  return std::move(w).take();
}

inline content::NewHeading heading(std::string_view subject, int recipients = 1) {
  content::NewHeading h;
  h.this_ipm = {person("Bob"), "260101 " + std::string(subject)};
  h.originator = person("Bob");
  h.subject = subject;
  for (int i = 0; i < recipients; ++i) {
    content::NewRecipient r;
    r.who = person(i == 0 ? "Alice" : "R" + std::to_string(i));
    h.primary.push_back(r);
  }
  return h;
}
inline Octets ipm(std::string_view subject, std::string_view text = "text", int recipients = 1) {
  return get(content::compose_ipm(heading(subject, recipients), {get(content::ia5_text_part(text))}));
}

// ---- the world

enum class Kind { memory, local };
inline std::ostream& operator<<(std::ostream& o, Kind k) {
  return o << (k == Kind::memory ? "memory" : "local");
}

/// Answers as it is told; keeps what it was given.
class FakeMta final : public Submitter {
 public:
  void submit(std::shared_ptr<const SubmissionJob> job, std::function<void(MtsOutcome)> done) override {
    std::optional<MtsOutcome> answer;
    {
      const std::lock_guard lock(mutex);
      jobs.push_back(job);
      if (!answers.empty()) {
        answer = answers.front();
        answers.pop_front();
      } else {
        waiting.push_back(std::move(done));
      }
    }
    if (answer) done(*answer);
  }
  std::mutex mutex;
  std::vector<std::shared_ptr<const SubmissionJob>> jobs;
  std::deque<MtsOutcome> answers;
  std::vector<std::function<void(MtsOutcome)>> waiting;
};

class World {
 public:
  /// `pause`: between two looks of the store's own ageing.
  explicit World(Kind kind, Options options = {}, std::chrono::milliseconds pause = std::chrono::hours(1))
      : kind_(kind), options_(std::move(options)), pause_(pause) {
    open();
    alice = get(store->create_mailbox({"alice", {name(alice_address), name(alice_alias)}, true, true, {}}));
  }
  ~World() { store.reset(); }

  void open() {
    std::unique_ptr<backend::Backend> below;
    if (kind_ == Kind::memory) {
      below = backend::open_memory([this] { return env.milliseconds.load(); }, options_.duplicate_days);
    } else {
      backend::Options o = small_store(folder.path());
      o.duplicate_days = options_.duplicate_days;
      o.strict_status = options_.status_sync == StatusSync::strict;
      below = get(backend::open_local(o, env));
    }
    backend = below.get();
    store = get(service::open_over(std::move(below), options_, &mta, env, pause_));
  }
  /// As after a restart. Only the local store remembers.
  void reopen() {
    REQUIRE(kind_ == Kind::local);
    good(store->close());
    store.reset();
    open();
  }
  void tick(std::int64_t seconds = 1) { env.milliseconds += seconds * 1000; }

  SequenceNumber deliver(Envelope e, const Octets& content) {
    return get(store->deliver({alice, e.encode(), Content::copy(content)})).number;
  }

  /// Mailbox M1: see x413 section 10.
  void fill_m1() {
    const auto envelope = [&](int n, std::optional<int> priority) {
      tick();
      Envelope e;
      e.id = "m1." + std::to_string(n);
      e.priority = priority;
      return e;
    };
    contents[1] = ipm("Alpha", "first");
    REQUIRE(deliver(envelope(1, 2), contents[1]) == 1);
    contents[2] = ipm("Beta", "second", 5);
    REQUIRE(deliver(envelope(2, std::nullopt), contents[2]) == 2);
    contents[4] = ipm("Inner", "forwarded");
    Envelope inner;
    inner.id = "inner";
    inner.priority = 2;
    contents[3] = get(content::compose_ipm(
        heading("Outer"),
        {get(content::ia5_text_part("see below")),
         get(content::message_part({asn1::Time(std::chrono::seconds(1'767'000'000)), inner.other_fields()},
                                   contents[4]))}));
    REQUIRE(deliver(envelope(3, 0), contents[3]) == 3);
    contents[5] = ipm("gamma", std::string(12'000, 'x'));
    REQUIRE(deliver(envelope(5, 1), contents[5]) == 5);
    contents[6] = ipm("Delta", "old");
    REQUIRE(deliver(envelope(6, 0), contents[6]) == 6);
    tick();
    contents[8] = ipm("Returned", "to sender");
    REQUIRE(get(store->deliver_report(
                    {alice, report_envelope(mts_id("sent.1"), {{}}), Content::copy(contents[8])}))
                .number == 7);
    set_status(5, backend::RetrievalStatus::listed);
    set_status(6, backend::RetrievalStatus::processed);
  }

  void set_status(SequenceNumber number, backend::RetrievalStatus status) {
    backend::ChangeSet set;
    set.mailbox = alice;
    set.status.push_back({backend::EntryBase::stored, {{number, number}}, status, true});
    REQUIRE(backend->commit(std::move(set)).ok());
  }
  backend::RetrievalStatus status(SequenceNumber number) {
    return get(backend->row(alice, backend::EntryBase::stored, number)).status;
  }

  std::unique_ptr<Retrieval> session(Edition edition = Edition::e1988, RetrievalOptions options = {}) {
    options.mailbox = alice;
    options.edition = edition;
    return get(store->open_retrieval(std::move(options)));
  }

  ::x400::test::TempFolder folder;
  ClockEnv env;
  FakeMta mta;
  backend::Backend* backend = nullptr;
  std::unique_ptr<Store> store;
  MailboxNumber alice = 0;
  std::map<int, Octets> contents;

 private:
  Kind kind_;
  Options options_;
  std::chrono::milliseconds pause_;
};

// ---- asking

inline ms::Selector numbers(std::optional<SequenceNumber> from, std::optional<SequenceNumber> to) {
  ms::Selector s;
  s.range = ms::NumberRange{from, to};
  return s;
}
inline ms::Selector filtered(ms::Filter f) {
  ms::Selector s;
  s.filter = std::move(f);
  return s;
}
inline ms::Filter status_is(int n) { return ms::Filter::equality(a::retrieval_status, integer(n)); }
inline ms::EntryInformationSelection types(std::vector<ber::Oid> oids) {
  ms::EntryInformationSelection s;
  for (ber::Oid& o : oids) s.push_back({std::move(o), {}, {}});
  return s;
}

/// Numbers of a List without attributes.
struct Numbers {
  std::vector<SequenceNumber> list;
  std::optional<SequenceNumber> next;
};
inline Numbers list(Retrieval& session, ms::Selector selector, ms::EntryClass c = EntryClass::delivery) {
  ms::ListArgument arg;
  arg.entry_class = c;
  arg.selector = std::move(selector);
  arg.requested_attributes.emplace();
  auto listed = get(session.list(arg));
  Numbers out;
  for (const auto& e : listed.result.requested) out.list.push_back(e.sequence_number);
  out.next = listed.result.next;
  return out;
}

/// The value TLVs of one attribute in an entry information; empty: not there.
inline std::vector<Octets> values(const ms::EntryInformation& info, const ber::Oid& type) {
  Octets run;
  for (const View v : info.attributes) append(run, v);
  const View found = service::find_in_run(run, type);
  std::vector<Octets> out;
  for (const View v : service::values_of(found)) out.push_back(to_octets(v));
  return out;
}
inline Fetched fetch(Retrieval& session, SequenceNumber number,
                     std::optional<ms::EntryInformationSelection> wanted = {},
                     ms::EntryClass c = EntryClass::delivery) {
  ms::FetchArgument arg;
  arg.entry_class = c;
  arg.item = number;
  arg.requested_attributes = std::move(wanted);
  return get(session.fetch(arg));
}
inline std::vector<Octets> value(Retrieval& session, SequenceNumber number, const ber::Oid& type,
                                 ms::EntryClass c = EntryClass::delivery) {
  const Fetched f = fetch(session, number, types({type}), c);
  return values(*f.result.entry_information, type);
}

template <class E, class T>
E error(const Outcome<T>& outcome) {
  REQUIRE_FALSE(outcome.ok());
  INFO(outcome.error().log);
  REQUIRE(std::holds_alternative<E>(outcome.error().error));
  return std::get<E>(outcome.error().error);
}

using List = std::vector<SequenceNumber>;
using Values = std::vector<Octets>;

}  // namespace x400::mstore::test
