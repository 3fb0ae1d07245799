// What an administrator's tools show of the archive (archive.hpp) and take out of it: JSON and content
// octets.
//
//   for (const ArchivedEntry& e : *store.archive(mailbox)) print(to_json(e));
//   auto whole = archived_json(store, mailbox, 17);
//   for (std::uint64_t at = 0;;) {                               // its content, piece by piece
//     auto piece = archived_content(store, mailbox, 17, at, 1 << 20);
//     ...
//     if ((at += piece->octets.size()) == piece->size) break;
//   }
//
// Nothing here changes the archive. Errors: not_found (no such mailbox or entry in the archive, or an entry
// without content), corrupt and io as of Store::read_archived(). Threads: any.
#pragma once

#include <cstdint>
#include <string>

#include "x400/base/octets.hpp"
#include "x400/mstore/archive.hpp"
#include "x400/mstore/store.hpp"

namespace x400::mstore {

/// "user", "retention", "store".
std::string_view name(RemovedBy by);

/// {"number":17,"class":"delivery","type":"delivered-message","status":"listed","octets":2048,"children":0,
///  "created":"2026-03-01T12:00:00Z","archived":...,"until":...,"by":"user"}
std::string to_json(const ArchivedEntry& entry);

/// The same of one entry, main or child, and "attributes": of envelope, heading and store, content and body
/// left out, each {"type":"2.6.4.3.24","name":"mt-message-identifier","values":["64..."]}: values are BER in
/// hexadecimal.
Result<std::string> archived_json(const Store& store, MailboxNumber mailbox, SequenceNumber number);

struct ArchivedContent {
  Octets octets;           ///< from `offset` on, at most `count`
  std::uint64_t size = 0;  ///< of the whole content
};
/// Octets of the content as it was delivered or submitted. invalid: `offset` lies behind its end.
Result<ArchivedContent> archived_content(const Store& store, MailboxNumber mailbox, SequenceNumber number,
                                         std::uint64_t offset, std::uint64_t count);

}  // namespace x400::mstore
