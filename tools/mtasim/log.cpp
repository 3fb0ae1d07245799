#include "log.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "x400/asn1/time.hpp"

namespace mtasim {

void log(std::string_view area, std::string_view text) {
  const std::string line =
      fmt::format("{} mtasim {}: {}\n", x400::asn1::iso_time(x400::asn1::now()), area, text);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace mtasim
