#include "x400/content/content_type.hpp"

#include "x400/asn1/oids.hpp"

namespace x400::content {
namespace {

struct Row {
  Format format;
  std::string_view name;
  std::optional<int> built_in;
};

constexpr Row rows[] = {
    {Format::unidentified, "unidentified", 0},
    {Format::external, "external", 1},
    {Format::p2, "p2", 2},
    {Format::p22, "p22", 22},
    {Format::edi, "edi", 35},
    {Format::voice, "voice", 40},
    {Format::p772, "p772", std::nullopt},
    {Format::other, "other", std::nullopt},
};

}  // namespace

std::string_view name(Format format) {
  for (const Row& r : rows)
    if (r.format == format) return r.name;
  return "other";
}

Format format_of(std::int64_t built_in) {
  for (const Row& r : rows)
    if (r.built_in == built_in) return r.format;
  return Format::other;
}

Format format_of(const ber::Oid& content_type) {
  for (const Row& r : rows)
    if (content_type_oid(r.format) == content_type) return r.format;
  return Format::other;
}

std::optional<ber::Oid> content_type_oid(Format format) {
  namespace oid = asn1::oids::content_type;
  switch (format) {
    case Format::unidentified: return oid::unidentified;
    case Format::p2: return oid::p2;
    case Format::p22: return oid::p22;
    case Format::edi: return oid::edi;
    case Format::p772: return oid::p772;
    case Format::external:
    case Format::voice:
    case Format::other: break;
  }
  return std::nullopt;
}

std::optional<int> built_in(Format format) {
  for (const Row& r : rows)
    if (r.format == format) return r.built_in;
  return std::nullopt;
}

}  // namespace x400::content
