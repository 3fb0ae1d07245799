// Client: a user agent's association with its message store (P7).
//
//   access::Runtime runtime;
//   ConnectParameters p;
//   p.address = "127.0.0.1:10102";
//   p.user = asn1::parse_or_address("C=XX;A=TEST;P=DEMO;O=Org;S=Alice;G=A").value();
//   p.password = "secret";
//   auto client = Client::connect(runtime, p);
//   if (!client.ok()) ... client.error().text()
//   auto entries = (*client)->list(new_entries());
//   for (const Entry& e : *entries) {
//     auto message = (*client)->fetch(e.sequence_number());
//     ... message->content() ...
//   }
//
// Functions block until the store has answered; there is no time-out of their own (a dead store is noticed by
// TCP keep-alive), but abort() from another thread ends the wait with lost.
//
// Threads: any function from any thread, except from a thread of the Runtime (the alert function runs on
// one). Operations of several threads are outstanding together; the store answers retrieval operations of one
// association in the order asked.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "x400/access/connect.hpp"
#include "x400/access/runtime.hpp"
#include "x400/access/tls.hpp"
#include "x400/asn1/ms/bind.hpp"
#include "x400/asn1/ms/register.hpp"
#include "x400/asn1/ms/retrieval.hpp"
#include "x400/asn1/or_name.hpp"
#include "x400/p7client/entry.hpp"
#include "x400/p7client/failure.hpp"
#include "x400/p7client/query.hpp"

namespace x400::p7client {

/// A new entry the store told of by itself (X.413 Alert).
struct Alert {
  std::uint32_t registration_identifier = 0;
  std::optional<Entry> entry;  ///< with the attributes the registration asked for
};

struct ConnectParameters {
  std::string address;   ///< osi/address.hpp: host:port, or with selectors
  asn1::ORAddress user;  ///< whose mailbox
  std::string password;  ///< simple credentials: octets, as they are
  /// Protected credentials: the password is proved, not shown (x400/access/protected_password.hpp). The store
  /// must have it sealed.
  bool protected_password = false;
  /// What the store must prove to have in its answer, in the same form as ours; nothing: it need not.
  std::optional<std::string> store_password;
  std::shared_ptr<access::TlsClient> tls;        ///< null: in the clear
  asn1::Edition edition = asn1::Edition::e1994;  ///< which application context; the store must offer it
  bool reliable = false;                         ///< over RTSE: ms-reliable-access; the store must offer it
  /// What a Fetch may return on this association; nothing: everything.
  std::optional<asn1::ms::FetchRestrictions> fetch_restrictions;
  bool configuration_request = false;  ///< ask what the store can do: bind_result()
  std::vector<access::Port> ports;     ///< empty: retrieval, submission and administration
  /// Called for each Alert, on a thread of the Runtime: keep it short. The store is answered for you.
  std::function<void(const Alert&)> on_alert;
  access::AssociationOptions association;
};

class Client {
 public:
  static Answer<std::unique_ptr<Client>> connect(access::Runtime& runtime, ConnectParameters parameters);
  /// Releases the association, if it is still there.
  virtual ~Client() = default;

  /// What the store answered to the bind: alert_indication tells of alerts missed meanwhile.
  virtual const asn1::ms::MsBindResult& bind_result() const = 0;
  virtual asn1::Edition edition() const = 0;
  virtual bool is_open() const = 0;

  // --- retrieval

  /// All entries of the query, in order of sequence numbers; asks again while the store says `next`.
  /// Listing makes new entries listed.
  virtual Answer<std::vector<Entry>> list(
      const Query& query, const asn1::ms::EntryInformationSelection& attributes = list_selection()) = 0;

  /// One entry by its number. Fetching the content makes it processed.
  virtual Answer<Entry> fetch(SequenceNumber number,
                              const asn1::ms::EntryInformationSelection& attributes = fetch_selection(),
                              EntryClass entry_class = EntryClass::delivery) = 0;

  /// The first entry of the query, whole; nothing if none is selected.
  virtual Answer<std::optional<Entry>> fetch_first(
      const Query& query, const asn1::ms::EntryInformationSelection& attributes = fetch_selection()) = 0;

  /// Systematic fetch: every entry of the query, in order, with up to `outstanding` asked for ahead. `take`
  /// returns false to stop. An entry deleted by somebody else meanwhile is passed over. Returns how many were
  /// taken.
  virtual Answer<std::size_t> fetch_all(
      const Query& query, const std::function<bool(Entry)>& take, std::size_t outstanding = 8,
      const asn1::ms::EntryInformationSelection& attributes = fetch_selection()) = 0;

  /// Deletes main entries; all of them or, with an error, none. New entries are refused by stores.
  virtual Answer<Ok> remove(std::vector<SequenceNumber> numbers,
                            EntryClass entry_class = EntryClass::delivery) = 0;

  /// How many are selected, and how many for each value of the `summaries` attributes.
  virtual Answer<asn1::ms::SummarizeResult> summarize(const Query& query,
                                                      std::vector<ber::Oid> summaries = {}) = 0;

  // --- alerts

  /// Waits until an entry of the query is there, and lists them. Returns at once if one is. `query` should
  /// select by what the wait itself changes (new ones), or by numbers above those known. Woken by Alerts,
  /// where the store gives them (register_alert), and looks itself every `poll` besides. Nothing: `timeout`
  /// has passed.
  virtual Answer<std::vector<Entry>> wait_for(const Query& query, std::chrono::milliseconds timeout,
                                              std::chrono::milliseconds poll = std::chrono::seconds(2)) = 0;

  /// Asks the store to tell of each new entry that the filter selects (nothing: of each) while this
  /// association is open, and by alert_indication at the next bind otherwise. Kept by the store until
  /// deregister_alert(). `identifier`: 1..128.
  virtual Answer<Ok> register_alert(
      std::uint32_t identifier, const std::optional<asn1::ms::Filter>& filter,
      const asn1::ms::EntryInformationSelection& attributes = list_selection()) = 0;
  virtual Answer<Ok> deregister_alert(std::uint32_t identifier) = 0;

  // --- administration

  /// Any Register-MS.
  virtual Answer<asn1::ms::RegisterMsResult> register_ms(const asn1::ms::RegisterMsArgument& argument) = 0;
  virtual Answer<Ok> change_password(std::string_view old_password, std::string_view new_password) = 0;

  // --- submission

  /// Submits an X.411 message-submission argument, whole value in pieces, none copied (submission.hpp makes
  /// one); returns the X.411 result. On service_error with a remote-bind-error, or lost: whether the MTA has
  /// it is not known.
  virtual Answer<osi::Slice> submit(osi::Chain argument) = 0;

  /// Ends in order, waiting for what is outstanding.
  virtual void close() = 0;
  /// Ends at once; everything waiting gets lost.
  virtual void abort() = 0;

  /// The association below, for what is not offered here.
  virtual const access::AssociationPtr& association() const = 0;
};

}  // namespace x400::p7client
