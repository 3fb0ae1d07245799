#include "service/notices.hpp"

namespace x400::mstore::service {

class Notices::Handle final : public Subscription {
 public:
  Handle(std::shared_ptr<Sinks> sinks, std::uint64_t id) : sinks_(std::move(sinks)), id_(id) {}
  ~Handle() override {
    const std::lock_guard lock(sinks_->mutex);
    sinks_->all.erase(id_);
  }

 private:
  std::shared_ptr<Sinks> sinks_;
  std::uint64_t id_;
};

std::unique_ptr<Subscription> Notices::add(std::function<void(const Notice&)> sink) {
  const std::lock_guard lock(sinks_->mutex);
  const std::uint64_t id = sinks_->next++;
  sinks_->all.emplace(id, std::move(sink));
  return std::make_unique<Handle>(sinks_, id);
}

void Notices::tell(const Notice& notice) {
  const std::lock_guard lock(sinks_->mutex);
  for (const auto& [id, sink] : sinks_->all) sink(notice);
}

bool Notices::wanted() const {
  const std::lock_guard lock(sinks_->mutex);
  return !sinks_->all.empty();
}

}  // namespace x400::mstore::service
