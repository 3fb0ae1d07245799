// Times of the MTS: UTCTime (X.680 clause 47), and GeneralizedTime where X.413 and X.420 use it.
//
// A time is seconds since 1970-01-01 00:00 UTC, leap seconds not counted; 60 seconds is read as 59.
// UTCTime has two digits for the year: the century is chosen so that the year lies between 10 before
// and 40 after the year of `now` (X.411 8.5.2; Doc 9880 IIB 3.1.2.4).
//
// Threads: pure functions; the machine's time zone plays no part.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "x400/base/result.hpp"

namespace x400::asn1 {

using Time = std::chrono::sys_seconds;

/// The machine's clock, whole seconds.
Time now();

/// YYMMDDhhmm[ss](Z|+hhmm|-hhmm). Missing zone: malformed. Errors: malformed.
Result<Time> parse_utc_time(std::string_view text, Time now);
inline Result<Time> parse_utc_time(std::string_view text) { return parse_utc_time(text, now()); }
/// YYMMDDhhmmssZ.
std::string utc_time(Time time);

/// YYYYMMDDhh[mm[ss]][.f...](Z|+hh[mm]|-hh[mm]). Fractions are cut off. A missing zone is read as UTC:
/// "local time" of another machine cannot be known. Errors: malformed.
Result<Time> parse_generalized_time(std::string_view text);
/// YYYYMMDDhhmmssZ.
std::string generalized_time(Time time);

/// "2026-01-31T12:00:00Z": for logs and screens.
std::string iso_time(Time time);

}  // namespace x400::asn1
