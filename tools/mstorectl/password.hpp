// Reading a password from a person or a pipe.
#pragma once

#include <iosfwd>

#include "x400/settings/secret.hpp"

namespace x400::mstorectl {

/// Asks twice on the terminal, without echo. Errors: io (no terminal), invalid (the two differ, empty, or too
/// long for X.411).
Result<settings::Secret> ask_password();

/// The whole input but for one line end at its end. Errors as above; a second line is invalid.
Result<settings::Secret> read_password(std::istream& in);

}  // namespace x400::mstorectl
