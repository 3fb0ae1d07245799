// The service manager's side: sd_notify(3). Does nothing where there is none (NOTIFY_SOCKET unset).
#pragma once

#include <string_view>

namespace x400::server {

void notify_ready();
void notify_stopping();
/// A line for `systemctl status`.
void notify_status(std::string_view text);

}  // namespace x400::server
