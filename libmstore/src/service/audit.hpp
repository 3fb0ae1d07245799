// AuditLine: makes the line that a change set carries (x400/mstore/audit.hpp).
#pragma once

#include <string>
#include <vector>

#include "backend/types.hpp"
#include "x400/mstore/audit.hpp"

namespace x400::mstore::service {

class AuditLine {
 public:
  explicit AuditLine(AuditKind kind) : kind_(kind) {}
  AuditLine& text(std::string_view field, std::string_view value);
  AuditLine& number(std::string_view field, std::uint64_t value);
  AuditLine& flag(std::string_view field, bool value);
  /// As ranges, "1-3,7". None: no field.
  AuditLine& numbers(std::string_view field, std::vector<backend::SequenceNumber> list);

  /// About no entry, or several.
  backend::LogEvent event() const;
  /// About one that exists.
  backend::LogEvent about(backend::SequenceNumber entry) const;
  /// About one that the change set makes.
  backend::LogEvent about_new(std::size_t place) const;

 private:
  AuditLine& member(std::string_view field, std::string_view json);
  AuditKind kind_;
  std::string members_;
};

/// An MTS identifier ([APPLICATION 4], whole) for people; as hexadecimal octets where it cannot be read.
std::string identifier_text(View identifier);

}  // namespace x400::mstore::service
