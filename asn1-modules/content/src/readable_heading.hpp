// Lines of a heading or notification for people.
#pragma once

#include <string>
#include <string_view>

#include "x400/content/information_object.hpp"

namespace x400::content {

/// "Name:       value\n", value made printable.
std::string readable_line(std::string_view name, std::string_view value);
std::string readable_heading(const Heading& heading);
std::string readable_notification(const Ipn& ipn);

}  // namespace x400::content
