// SpooledContent: the public word for the backend's.
#pragma once

#include "backend/backend.hpp"
#include "x400/mstore/content.hpp"

namespace x400::mstore {

class SpooledContent {
 public:
  explicit SpooledContent(std::shared_ptr<backend::SpooledContent> spool) : inner(std::move(spool)) {}
  std::shared_ptr<backend::SpooledContent> inner;
};

namespace service {

Result<std::unique_ptr<ContentWriter>> new_content(backend::Backend& backend);

/// The octets of a content while its entries are made: those given, or read back from the spool.
struct ContentOctets {
  View octets;
  std::shared_ptr<const void> owner;
};
Result<ContentOctets> octets_of(const Content& content);
/// For ChangeSet.
backend::NewContent to_backend(const Content& content);

}  // namespace service
}  // namespace x400::mstore
