// Session functional units by what carries the APDUs (X.225 7.1; X.419 for MHS).
#pragma once

#include "session/connection.hpp"
#include "x400/osi/policy.hpp"

namespace x400::osi {

constexpr std::uint16_t units_of(Carriage carriage) {
  switch (carriage) {
    case Carriage::p_data: return session::unit::duplex;
    case Carriage::rtse:
      return session::unit::half_duplex | session::unit::minor_synchronize |
             session::unit::activity_management | session::unit::exceptions;
  }
  return 0;
}

/// Whether `units` (offered, or agreed) have all that the carriage needs.
constexpr bool suits(std::uint16_t units, Carriage carriage) {
  return units_of(carriage) != 0 && (units & units_of(carriage)) == units_of(carriage);
}

}  // namespace x400::osi
