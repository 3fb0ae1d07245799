#include "service/spool.hpp"

namespace x400::mstore::service {

namespace {

class Writer final : public ContentWriter {
 public:
  explicit Writer(std::unique_ptr<backend::ContentWriter> inner) : inner_(std::move(inner)) {}
  Status append(View octets) override { return inner_->append(octets); }
  Result<std::shared_ptr<SpooledContent>> finish() override {
    X400_TRY(spooled, inner_->finish());
    return std::make_shared<SpooledContent>(std::move(spooled));
  }

 private:
  std::unique_ptr<backend::ContentWriter> inner_;
};

}  // namespace

Result<std::unique_ptr<ContentWriter>> new_content(backend::Backend& backend) {
  X400_TRY(inner, backend.new_content());
  return std::unique_ptr<ContentWriter>(std::make_unique<Writer>(std::move(inner)));
}

Result<ContentOctets> octets_of(const Content& content) {
  if (!content.spool) return ContentOctets{content.octets, content.owner};
  X400_TRY(octets, content.spool->inner->read(0, content.spool->inner->size()));
  auto kept = std::make_shared<const Octets>(std::move(octets));
  return ContentOctets{*kept, kept};
}

backend::NewContent to_backend(const Content& content) {
  backend::NewContent c;
  c.octets = content.octets;
  c.owner = content.owner;
  if (content.spool) c.spooled = content.spool->inner;
  return c;
}

}  // namespace x400::mstore::service
