// Exit statuses of mstored, as mstored(8) documents them.
#pragma once

namespace x400::server {

enum ExitStatus : int {
  exit_ok = 0,             ///< ended as asked
  exit_failed = 1,         ///< anything not below
  exit_usage = 2,          ///< wrong command line
  exit_configuration = 3,  ///< the configuration was refused
  exit_store = 4,          ///< the store cannot be opened
  exit_listen = 5,         ///< an address cannot be listened on
};

}  // namespace x400::server
