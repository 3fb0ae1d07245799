// The stack as responder: everything that can come from whoever connects.
#include "association_target.hpp"

using namespace x400;

namespace {

class Owner final : public fuzz::Driver {
 public:
  Owner(osi::Responder& stack, fuzz::Choices choices) : Driver(stack, choices), stack_(stack) {}

 private:
  void decide(const osi::ConnectIndication&) override {
    if (choices_.refuse)
      (void)stack_.refuse({}).ok();
    else
      (void)stack_.accept(osi::Chain(Octets{0x31, 0x00})).ok();
  }
  osi::Responder& stack_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const auto config = std::make_shared<const osi::ResponderConfig>(fuzz::responder_config());
  const fuzz::Memory memory(size);
  osi::Responder stack(config);
  Owner(stack, fuzz::Choices(data[0])).run(View(data + 1, size - 1));
  return 0;
}
