// What an administrator's tools show of the archive (archive.hpp): JSON. Contents come from the store itself.
//
//   for (const ArchivedEntry& e : *store.archive(mailbox)) print(to_json(e));
//   auto whole = archived_json(store, mailbox, 17);
//   for (std::uint64_t at = 0;;) {                               // its content, piece by piece
//     auto piece = store.archived_content(mailbox, 17, at, 1 << 20);
//     ...
//     if ((at += piece->octets.size()) == piece->size) break;
//   }
//
// Nothing here changes the archive. Errors: not_found (no such mailbox or entry in the archive), corrupt and
// io as of Store::read_archived(). Threads: any.
#pragma once

#include <string>

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

}  // namespace x400::mstore
