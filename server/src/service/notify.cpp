#include "service/notify.hpp"

#include <systemd/sd-daemon.h>

#include <string>

namespace x400::server {

// The result is not looked at: without a manager there is nobody to tell, and with one nothing to be done.
void notify_ready() { ::sd_notify(0, "READY=1"); }
void notify_stopping() { ::sd_notify(0, "STOPPING=1"); }
void notify_status(std::string_view text) { ::sd_notify(0, ("STATUS=" + std::string(text)).c_str()); }

}  // namespace x400::server
