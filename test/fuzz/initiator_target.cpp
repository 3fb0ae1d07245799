// The stack as initiator: everything that can come from whom we connect to.
#include "association_target.hpp"

using namespace x400;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const fuzz::Memory memory(size);
  osi::Initiator stack;
  const fuzz::Choices choices(data[0]);
  fuzz::require(stack.connect(fuzz::connect_parameters(choices.refuse)).ok(), "connect");
  fuzz::Driver(stack, choices).run(View(data + 1, size - 1));
  return 0;
}
