// Session: the Retrieval of one association. One file an operation.
#pragma once

#include "service/engine.hpp"
#include "service/selection.hpp"

namespace x400::mstore::service {

class Session final : public Retrieval {
 public:
  Session(std::shared_ptr<Engine> engine, MailboxPtr mailbox, RetrievalOptions options)
      : engine_(std::move(engine)), mailbox_(std::move(mailbox)), options_(std::move(options)) {}

  void describe(bool configuration, ms::MsBindResult& result) override;
  Outcome<ms::SummarizeResult> summarize(const ms::SummarizeArgument& argument) override;
  Outcome<Listed> list(const ms::ListArgument& argument) override;
  Outcome<Fetched> fetch(const ms::FetchArgument& argument) override;
  std::optional<Outcome<Fetched>> fetch_hot(const ms::FetchArgument& argument) override;
  void remove(const ms::DeleteArgument& argument, RemoveCompletion completion) override;
  Outcome<ms::DeleteResult> remove(const ms::DeleteArgument& argument) override;
  void register_ms(const ms::RegisterMsArgument& argument, std::optional<CredentialChange> credentials,
                   RegisterCompletion completion) override;
  Outcome<ms::RegisterMsResult> register_ms(const ms::RegisterMsArgument& argument,
                                            std::optional<CredentialChange> credentials) override;

 private:
  // ---- arguments (arguments.cpp)
  std::string where(std::string_view operation) const;
  /// The classes of entries that a class of the argument means.
  Outcome<backend::ClassSet> classes(EntryClass entry_class, std::string_view operation) const;
  /// The selector, and if given the selection, checked in the order of X.413 9.1: classes, parameters, range,
  /// attributes.
  Outcome<Want> want(EntryClass entry_class, const ms::Selector& selector,
                     const ms::EntryInformationSelection* selection, Purpose purpose,
                     std::string_view operation) const;
  ms::EntryInformationSelection default_selection(Purpose purpose) const;
  /// Of an argument's extensions (1994) the first that is not `known` (null: none is), as ms-extension-error.
  std::optional<Failure> unknown_extension(const ms::Extensions& extensions, const ber::Oid* known,
                                           std::string_view operation) const;
  Status restrict(const ms::Selector& selector, Want& want) const;

  // ---- fetch
  struct Found;
  Outcome<Found> find_precise(const ms::FetchArgument& argument,
                              const ms::EntryInformationSelection& selection) const;
  Outcome<Found> find_search(const ms::FetchArgument& argument,
                             const ms::EntryInformationSelection& selection) const;
  ms::EntryInformationSelection selection_of(const ms::FetchArgument& argument) const;
  Outcome<Fetched> give(Found found, const ms::EntryInformationSelection& selection) const;
  std::optional<Failure> restricted(Entry& entry, const ms::Override& override_) const;

  // ---- delete
  Outcome<std::vector<backend::Row>> to_remove(const ms::DeleteArgument& argument) const;
  std::optional<Failure> may_remove(std::vector<backend::Row>& rows, bool selected) const;

  // ---- summarize
  Result<std::optional<ms::SummarizeResult>> summarize_counters(const ms::SummarizeArgument& argument,
                                                                const Want& want) const;
  Result<ms::SummarizeResult> summarize_entries(const ms::SummarizeArgument& argument,
                                                const Want& want) const;

  // ---- register
  Outcome<Registrations> registered(const ms::RegisterMsArgument& argument,
                                    const std::optional<CredentialChange>& credentials) const;

  bool e94() const { return options_.edition == Edition::e1994; }
  backend::Backend& backend() const { return engine_->backend(); }

  std::shared_ptr<Engine> engine_;
  MailboxPtr mailbox_;
  RetrievalOptions options_;
};

/// The status that a Fetch leaves behind (X.413 on retrieval-status; X.420 for body parts).
struct Given {
  bool content = false, heading = false, body = false, envelope = false;
  std::vector<std::size_t> parts;  ///< body parts given, from 1
};
/// What of the entry was in the result.
Result<Given> given(Entry& entry, const ms::EntryInformationSelection& selection);
Status record_fetch(Engine& engine, MailboxState& mailbox, Entry& entry, const Given& given);

}  // namespace x400::mstore::service
