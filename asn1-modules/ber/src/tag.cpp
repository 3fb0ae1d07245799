#include "x400/ber/tag.hpp"

namespace x400::ber {

std::string to_string(Tag tag) {
  static constexpr const char* names[] = {"UNIVERSAL ", "APPLICATION ", "", "PRIVATE "};
  return "[" + std::string(names[static_cast<int>(tag.cls)]) + std::to_string(tag.number) + "]";
}

}  // namespace x400::ber
