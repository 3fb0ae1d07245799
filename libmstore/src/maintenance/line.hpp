// Line: a kind and named values, printed as text or as a JSON object.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace x400::mstore::maintenance {

/// In quotation marks, what JSON does not allow escaped. Octets that are no UTF-8 become U+FFFD.
std::string json_text(std::string_view text);

class Line {
 public:
  Line(int depth, std::string_view kind) : depth_(depth), kind_(kind) {}

  Line& number(std::string_view name, std::uint64_t value);
  Line& time(std::string_view name, std::int64_t value);
  Line& text(std::string_view name, std::string_view value);
  Line& flag(std::string_view name, bool value);  ///< as text its name alone, when true
  Line& numbers(std::string_view name, const std::vector<std::uint64_t>& values);
  Line& texts(std::string_view name, const std::vector<std::string>& values);

  std::string as_text() const;  ///< "  kind name=value name=value"
  std::string as_json() const;  ///< {"is":"kind","name":value}

 private:
  struct Field {
    std::string name;
    std::string text;
    std::string json;
    bool hidden = false;  // in text
  };
  int depth_;
  std::string kind_;
  std::vector<Field> fields_;
};

}  // namespace x400::mstore::maintenance
