// From [limits] to the options of associations.
#pragma once

#include <memory>

#include "config/config.hpp"
#include "x400/access/options.hpp"

namespace x400::server {

access::AssociationOptions association_options(const Config& config,
                                               std::shared_ptr<access::Observer> observer);

}  // namespace x400::server
