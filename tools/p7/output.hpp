// What p7 prints: a table for people, or JSON lines for programs.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "x400/p7client/entry.hpp"
#include "x400/p7client/failure.hpp"

namespace p7 {

/// Exit statuses; the man page lists them.
enum Exit : int {
  done = 0,
  failed = 1,       ///< the store answered with an error
  usage = 2,        ///< wrong use, or a file that cannot be read
  unreachable = 3,  ///< no connection, or it was lost
  refused = 4,      ///< the bind was refused
  nothing = 5,      ///< nothing there: no new entry in time, no such entry
};

int exit_status(const x400::p7client::Failure& failure);
/// "p7: list: attribute-error: ..." on standard error; returns the exit status.
int report(const char* what, const x400::p7client::Failure& failure);
int report(const char* what, const x400::Error& error);

boost::json::object to_json(const x400::p7client::Entry& entry);
void print_heading();
/// A line of the table.
void print(const x400::p7client::Entry& entry);

}  // namespace p7
