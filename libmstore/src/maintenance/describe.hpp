// Describe: records as lines.
#pragma once

#include "log/bodies.hpp"
#include "maintenance/line.hpp"

namespace x400::mstore::maintenance {

const char* name_of(storage::RecordType type);
/// Adds what the header says.
void describe(Line& line, const storage::RecordHeader& header);
/// Adds what the body says; corrupt when it cannot be decoded.
Status describe_body(Line& line, const storage::RecordHeader& header, View body);

}  // namespace x400::mstore::maintenance
