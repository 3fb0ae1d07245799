#include <array>

#include "x400/osi/rose_types.hpp"

namespace x400::osi {
namespace {

std::string_view code_name(Problem p) {
  static constexpr std::array<std::string_view, 3> general{"unrecognizedPDU", "mistypedPDU",
                                                           "badlyStructuredPDU"};
  static constexpr std::array<std::string_view, 8> invoke{
      "duplicateInvocation",      "unrecognizedOperation",    "mistypedArgument",
      "resourceLimitation",       "releaseInProgress",        "unrecognizedLinkedId",
      "linkedResponseUnexpected", "unexpectedLinkedOperation"};
  static constexpr std::array<std::string_view, 3> result{"unrecognizedInvocation",
                                                          "resultResponseUnexpected", "mistypedResult"};
  static constexpr std::array<std::string_view, 5> error{"unrecognizedInvocation", "errorResponseUnexpected",
                                                         "unrecognizedError", "unexpectedError",
                                                         "mistypedParameter"};
  const auto pick = [&](const auto& names) -> std::string_view {
    return p.code >= 0 && static_cast<std::size_t>(p.code) < names.size()
               ? names[static_cast<std::size_t>(p.code)]
               : std::string_view("unknown");
  };
  switch (p.kind) {
    case Problem::Kind::general: return pick(general);
    case Problem::Kind::invoke: return pick(invoke);
    case Problem::Kind::return_result: return pick(result);
    case Problem::Kind::return_error: return pick(error);
  }
  return "unknown";
}

}  // namespace

std::string to_string(Problem p) {
  static constexpr std::array<std::string_view, 4> kinds{"general", "invoke", "returnResult", "returnError"};
  const auto kind = static_cast<std::size_t>(p.kind);
  std::string text(kind < kinds.size() ? kinds[kind] : "unknown");
  text += ' ';
  text += code_name(p);
  return text + " (" + std::to_string(kind) + "/" + std::to_string(p.code) + ")";
}

}  // namespace x400::osi
