#include "x400/p7client/client.hpp"

#include <algorithm>
#include <deque>

#include "alerts.hpp"
#include "x400/access/credentials.hpp"
#include "x400/asn1/ms/submission.hpp"
#include "x400/asn1/oids.hpp"

namespace x400::p7client {
namespace {

namespace ms = asn1::ms;
namespace operations = access::operations;

Octets bind_argument(const ConnectParameters& p, const asn1::Credentials& credentials) {
  ms::MsBindArgument bind;
  bind.initiator_name = asn1::ORName{p.user, {}}.encode();
  bind.initiator_credentials = credentials;
  bind.fetch_restrictions = p.fetch_restrictions;
  bind.configuration_request = p.configuration_request;
  return bind.encode(p.edition);
}

// SET { filter [0] OPTIONAL, requested-attributes [2] OPTIONAL } (X.413 auto-alert; tags explicit).
Octets alert_parameter(const std::optional<ms::Filter>& filter,
                       const ms::EntryInformationSelection& attributes) {
  ber::Writer w;
  w.constructed(ber::tags::set, [&] {
    // The 1988 form has no default for the filter: an empty `and` selects every entry.
    w.constructed(ber::context(0), [&] { ms::write(w, filter ? *filter : ms::Filter::all({})); });
    w.constructed(ber::context(2), [&] { ms::write(w, attributes); });
  });
  return std::move(w).take();
}

class P7Client final : public Client {
 public:
  P7Client(access::AssociationPtr association, std::shared_ptr<AlertHandler> alerts, ms::MsBindResult bind,
           asn1::Edition edition)
      : association_(std::move(association)),
        alerts_(std::move(alerts)),
        bind_(std::move(bind)),
        edition_(edition) {}

  const ms::MsBindResult& bind_result() const override { return bind_; }
  asn1::Edition edition() const override { return edition_; }
  bool is_open() const override { return association_->is_open(); }
  const access::AssociationPtr& association() const override { return association_; }

  Answer<std::vector<Entry>> list(const Query& query,
                                  const ms::EntryInformationSelection& attributes) override;
  Answer<Entry> fetch(SequenceNumber number, const ms::EntryInformationSelection& attributes,
                      EntryClass entry_class) override;
  Answer<std::optional<Entry>> fetch_first(const Query& query,
                                           const ms::EntryInformationSelection& attributes) override;
  Answer<std::size_t> fetch_all(const Query& query, const std::function<bool(Entry)>& take,
                                std::size_t outstanding,
                                const ms::EntryInformationSelection& attributes) override;
  Answer<Ok> remove(std::vector<SequenceNumber> numbers, EntryClass entry_class) override;
  Answer<ms::SummarizeResult> summarize(const Query& query, std::vector<ber::Oid> summaries) override;
  Answer<std::vector<Entry>> wait_for(const Query& query, std::chrono::milliseconds timeout,
                                      std::chrono::milliseconds poll) override;
  Answer<Ok> register_alert(std::uint32_t identifier, const std::optional<ms::Filter>& filter,
                            const ms::EntryInformationSelection& attributes) override;
  Answer<Ok> deregister_alert(std::uint32_t identifier) override;
  Answer<ms::RegisterMsResult> register_ms(const ms::RegisterMsArgument& argument) override;
  Answer<Ok> change_password(std::string_view old_password, std::string_view new_password) override;
  Answer<osi::Slice> submit(osi::Chain argument) override;

  void close() override { association_->close().get(); }
  void abort() override { association_->abort("asked for by the user"); }

 private:
  using Outstanding = access::Pending<access::Outcome>;

  Answer<osi::Slice> invoke(access::Operation operation, osi::Chain argument);
  static Answer<osi::Slice> answer(access::Outcome outcome);
  Outstanding begin_fetch(SequenceNumber number, const ms::EntryInformationSelection& attributes,
                          EntryClass entry_class);
  Answer<ms::ListResult> list_page(const ms::ListArgument& argument, std::vector<Entry>& into);
  static Answer<std::optional<Entry>> fetched(const osi::Slice& result);

  access::AssociationPtr association_;
  std::shared_ptr<AlertHandler> alerts_;
  ms::MsBindResult bind_;
  asn1::Edition edition_;
};

Answer<osi::Slice> P7Client::answer(access::Outcome outcome) {
  if (!outcome.is_result()) return Failure::of(outcome);
  return outcome.value();
}

Answer<osi::Slice> P7Client::invoke(access::Operation operation, osi::Chain argument) {
  return answer(association_->invoke(operation, std::move(argument)).get());
}

Answer<ms::ListResult> P7Client::list_page(const ms::ListArgument& argument, std::vector<Entry>& into) {
  X400_TRY(octets, invoke(operations::list, argument.encode(edition_)));
  auto result = ms::ListResult::decode(octets.view());
  if (!result.ok()) return Failure::bad_answer(result.error());
  for (auto& information : result->requested) into.emplace_back(octets, std::move(information));
  result->requested.clear();
  return std::move(*result);
}

Answer<std::vector<Entry>> P7Client::list(const Query& query,
                                          const ms::EntryInformationSelection& attributes) {
  std::vector<Entry> entries;
  Query rest = query;
  for (;;) {
    auto s = selector(rest);
    if (!s.ok()) return Failure(Failure::Kind::invalid, s.error().text());
    ms::ListArgument argument;
    argument.entry_class = query.entry_class;
    argument.selector = std::move(*s);
    argument.requested_attributes = attributes;
    X400_TRY(page, list_page(argument, entries));
    if (!page.next || (query.limit && entries.size() >= *query.limit)) return entries;
    // A store that does not move on must not hold its client for ever.
    if (rest.from && *page.next <= *rest.from)
      return Failure(Failure::Kind::bad_answer, "the store says `next` without going on");
    rest.from = page.next;
    if (query.limit) rest.limit = *query.limit - entries.size();
  }
}

P7Client::Outstanding P7Client::begin_fetch(SequenceNumber number,
                                            const ms::EntryInformationSelection& attributes,
                                            EntryClass entry_class) {
  ms::FetchArgument argument;
  argument.entry_class = entry_class;
  argument.item = number;
  argument.requested_attributes = attributes;
  return association_->invoke(operations::fetch, argument.encode(edition_));
}

Answer<std::optional<Entry>> P7Client::fetched(const osi::Slice& octets) {
  auto result = ms::FetchResult::decode(octets.view());
  if (!result.ok()) return Failure::bad_answer(result.error());
  if (!result->entry_information) return std::optional<Entry>();
  return std::optional<Entry>(Entry(octets, std::move(*result->entry_information)));
}

Answer<Entry> P7Client::fetch(SequenceNumber number, const ms::EntryInformationSelection& attributes,
                              EntryClass entry_class) {
  X400_TRY(octets, answer(begin_fetch(number, attributes, entry_class).get()));
  X400_TRY(entry, fetched(octets));
  if (!entry) return Failure(Failure::Kind::bad_answer, "a precise Fetch without entry-information");
  return std::move(*entry);
}

Answer<std::optional<Entry>> P7Client::fetch_first(const Query& query,
                                                   const ms::EntryInformationSelection& attributes) {
  Query first = query;
  first.limit = 1;
  auto s = selector(first);
  if (!s.ok()) return Failure(Failure::Kind::invalid, s.error().text());
  ms::FetchArgument argument;
  argument.entry_class = query.entry_class;
  argument.item = std::move(*s);
  argument.requested_attributes = attributes;
  X400_TRY(octets, invoke(operations::fetch, argument.encode(edition_)));
  return fetched(octets);
}

bool gone(const Failure& failure) {
  return failure.service_error() && std::holds_alternative<ms::SequenceNumberError>(*failure.service_error());
}

Answer<std::size_t> P7Client::fetch_all(const Query& query, const std::function<bool(Entry)>& take,
                                        std::size_t outstanding,
                                        const ms::EntryInformationSelection& attributes) {
  X400_TRY(entries, list(query, {}));
  std::deque<Outstanding> begun;
  std::size_t asked = 0, taken = 0;
  while (asked < entries.size() || !begun.empty()) {
    while (asked < entries.size() && begun.size() < std::max<std::size_t>(outstanding, 1))
      begun.push_back(begin_fetch(entries[asked++].sequence_number(), attributes, query.entry_class));
    auto octets = answer(begun.front().get());
    begun.pop_front();
    if (!octets.ok() && gone(octets.error())) continue;
    if (!octets.ok()) return std::move(octets).error();
    X400_TRY(entry, fetched(*octets));
    if (!entry) continue;
    ++taken;
    if (!take(std::move(*entry))) break;
  }
  return taken;
}

Answer<Ok> P7Client::remove(std::vector<SequenceNumber> numbers, EntryClass entry_class) {
  if (numbers.empty()) return Ok{};
  ms::DeleteArgument argument;
  argument.entry_class = entry_class;
  argument.items = std::move(numbers);
  X400_CHECK(invoke(operations::delete_entries, argument.encode(edition_)));
  return Ok{};
}

Answer<ms::SummarizeResult> P7Client::summarize(const Query& query, std::vector<ber::Oid> summaries) {
  auto s = selector(query);
  if (!s.ok()) return Failure(Failure::Kind::invalid, s.error().text());
  ms::SummarizeArgument argument;
  argument.entry_class = query.entry_class;
  argument.selector = std::move(*s);
  argument.summary_requests = std::move(summaries);
  X400_TRY(octets, invoke(operations::summarize, argument.encode(edition_)));
  auto result = ms::SummarizeResult::decode(octets.view());
  if (!result.ok()) return Failure::bad_answer(result.error());
  return std::move(*result);
}

Answer<std::vector<Entry>> P7Client::wait_for(const Query& query, std::chrono::milliseconds timeout,
                                              std::chrono::milliseconds poll) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    // Counted before looking: an alert that comes meanwhile ends the wait below at once.
    const auto seen = alerts_->count();
    X400_TRY(entries, list(query, list_selection()));
    const auto time = std::chrono::steady_clock::now();
    if (!entries.empty() || time >= end) return entries;
    alerts_->wait_beyond(seen, std::min(end, time + poll));
  }
}

Answer<ms::RegisterMsResult> P7Client::register_ms(const ms::RegisterMsArgument& argument) {
  X400_TRY(octets, invoke(operations::register_ms, argument.encode(edition_)));
  auto result = ms::RegisterMsResult::decode(octets.view());
  if (!result.ok()) return Failure::bad_answer(result.error());
  return std::move(*result);
}

Answer<Ok> P7Client::register_alert(std::uint32_t identifier, const std::optional<ms::Filter>& filter,
                                    const ms::EntryInformationSelection& attributes) {
  ms::RegisterMsArgument argument;
  argument.registrations.push_back(
      {asn1::oids::auto_action::auto_alert, identifier, alert_parameter(filter, attributes)});
  X400_CHECK(register_ms(argument));
  return Ok{};
}

Answer<Ok> P7Client::deregister_alert(std::uint32_t identifier) {
  ms::RegisterMsArgument argument;
  argument.deregistrations.push_back({asn1::oids::auto_action::auto_alert, identifier});
  X400_CHECK(register_ms(argument));
  return Ok{};
}

Answer<Ok> P7Client::change_password(std::string_view old_password, std::string_view new_password) {
  ms::RegisterMsArgument argument;
  argument.change_credentials =
      ms::ChangeCredentials{asn1::ia5_password(old_password), asn1::ia5_password(new_password)};
  X400_CHECK(register_ms(argument));
  return Ok{};
}

Answer<osi::Slice> P7Client::submit(osi::Chain argument) {
  X400_TRY(octets, invoke(operations::message_submission, std::move(argument)));
  if (edition_ == asn1::Edition::e1988) return octets;
  auto parts = ms::split_submission_result(octets.view());
  if (!parts.ok()) return Failure::bad_answer(parts.error());
  return osi::Slice(std::move(parts->mts_result));
}

}  // namespace

Answer<std::unique_ptr<Client>> Client::connect(access::Runtime& runtime, ConnectParameters p) {
  auto address = osi::parse_address(p.address);
  if (!address.ok()) return Failure(Failure::Kind::invalid, address.error().text());
  auto credentials =
      access::initiator_credentials(asn1::ia5_password(p.password), p.protected_password, asn1::now());
  if (!credentials.ok()) return Failure(Failure::Kind::invalid, credentials.error().text());
  auto alerts = std::make_shared<AlertHandler>(std::move(p.on_alert));
  access::ConnectOptions options;
  options.address = std::move(*address);
  options.context = &access::contexts::of(access::Protocol::p7, p.edition, access::Party::user, p.reliable);
  options.ports = p.ports;
  options.tls = p.tls;
  options.bind_argument = bind_argument(p, *credentials);
  options.handler = alerts;
  options.association = p.association;
  auto connected = access::connect(runtime, std::move(options)).get();
  if (!connected.ok()) return Failure::of(connected.error());
  auto bind = ms::MsBindResult::decode(connected->bind_result.view());
  if (!bind.ok()) {
    connected->association->abort("the bind result cannot be read");
    return Failure::bad_answer(bind.error());
  }
  const std::string wrong = p.store_password ? access::wrong_answer(bind->responder_credentials, *credentials,
                                                                    view(*p.store_password))
                                             : std::string();
  if (!wrong.empty()) {
    connected->association->abort("the store " + wrong);
    return Failure(Failure::Kind::bind_refused, "the store " + wrong);
  }
  return std::unique_ptr<Client>(std::make_unique<P7Client>(std::move(connected->association),
                                                            std::move(alerts), std::move(*bind), p.edition));
}

}  // namespace x400::p7client
