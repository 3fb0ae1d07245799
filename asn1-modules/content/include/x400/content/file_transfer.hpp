// The file transfer body part (X.420 7.4.12), as a view.
//
// Doc 9880 makes it the only form for binary data: one octet-aligned EXTERNAL. If several come, the first
// holds the primary data. Single-ASN1-type EXTERNALs around an OCTET STRING occur too; their contents are
// taken.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "x400/content/body.hpp"

namespace x400::content {

struct FileTransfer {
  /// The last component of the pathname, converted to UTF-8; it comes from the sender: never use it as a
  /// path without cleaning it.
  std::optional<std::string> name;
  std::optional<std::int64_t> size;        ///< object-size, as the sender says
  std::optional<std::string> modified;     ///< GeneralizedTime as received
  std::optional<ber::Oid> application;     ///< environment / application-reference
  std::optional<std::string> description;  ///< environment / user-visible-string, joined by spaces
  std::optional<ber::Oid> document_type;   ///< contents-type, if given
  bool compressed = false;                 ///< a compression is named; the octets are as sent
  /// The octets of each EXTERNAL; [0] is the primary data. Joined ones are owned by `joined`.
  std::vector<View> data;
  std::vector<std::shared_ptr<const Octets>> joined;

  View primary() const { return data.empty() ? View{} : data.front(); }
};

/// Broken parameters are passed over, since the octets are what matters. Errors: unsupported (no file
/// transfer), malformed (its data).
Result<FileTransfer> read_file_transfer(const BodyPart& part);

}  // namespace x400::content
