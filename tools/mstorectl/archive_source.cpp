#include "archive_source.hpp"

#include <boost/json/parse.hpp>

#include "x400/mstore/archive_export.hpp"

namespace x400::mstorectl {
namespace {

namespace json = boost::json;

Error foreign() { return Error(ErrorKind::malformed, "the answer is not that of mstored"); }

class OfService final : public ArchiveSource {
 public:
  OfService(const Service& service, std::string mailbox) : service_(service), mailbox_(std::move(mailbox)) {}

  Result<json::array> list(std::uint32_t after) override {
    X400_TRY(answer, service_.post("/v1/archive/list", {{"mailbox", mailbox_}, {"after", after}}, nullptr));
    if (!answer.is_array()) return foreign();
    return std::move(answer.as_array());
  }

  Result<json::object> entry(std::uint32_t number) override { return ask("/v1/archive/entry", number, 0); }

  Result<Piece> content(std::uint32_t number, std::uint64_t offset) override {
    X400_TRY(answer, ask("/v1/archive/content", number, offset));
    const auto* size = answer.if_contains("size");
    const auto* octets = answer.if_contains("octets");
    if (!size || !size->is_int64() || !octets || !octets->is_string()) return foreign();
    auto read = from_hex(octets->get_string().c_str());
    if (!read.ok()) return foreign();
    return Piece{std::move(*read), static_cast<std::uint64_t>(size->get_int64())};
  }

 private:
  Result<json::object> ask(const char* path, std::uint32_t number, std::uint64_t offset) {
    json::object argument{{"mailbox", mailbox_}, {"number", number}};
    if (offset != 0) argument["offset"] = offset;
    X400_TRY(answer, service_.post(path, argument, nullptr));
    if (!answer.is_object()) return foreign();
    return std::move(answer.as_object());
  }

  const Service& service_;
  const std::string mailbox_;
};

class OfStore final : public ArchiveSource {
 public:
  OfStore(std::unique_ptr<mstore::Store> store, mstore::MailboxNumber mailbox)
      : store_(std::move(store)), mailbox_(mailbox) {}

  Result<json::array> list(std::uint32_t after) override {
    X400_TRY(entries, store_->archive(mailbox_, after));
    json::array out;
    for (const mstore::ArchivedEntry& entry : entries) out.push_back(json::parse(to_json(entry)));
    return out;
  }

  Result<json::object> entry(std::uint32_t number) override {
    X400_TRY(text, mstore::archived_json(*store_, mailbox_, number));
    return json::parse(text).as_object();
  }

  Result<Piece> content(std::uint32_t number, std::uint64_t offset) override {
    X400_TRY(piece, store_->archived_content(mailbox_, number, offset, 1u << 20));
    return Piece{std::move(piece.octets), piece.size};
  }

 private:
  const std::unique_ptr<mstore::Store> store_;
  const mstore::MailboxNumber mailbox_;
};

}  // namespace

std::unique_ptr<ArchiveSource> archive_of(const Service& service, std::string mailbox) {
  return std::make_unique<OfService>(service, std::move(mailbox));
}

Result<std::unique_ptr<ArchiveSource>> archive_of(const std::filesystem::path& folder,
                                                  const std::string& mailbox) {
  mstore::Options options;
  options.folder = folder;
  options.create = false;
  options.ageing = false;
  X400_TRY(store, mstore::Store::open(options, nullptr));
  X400_TRY(number, store->find_mailbox(mailbox));
  return std::unique_ptr<ArchiveSource>(std::make_unique<OfStore>(std::move(store), number));
}

}  // namespace x400::mstorectl
