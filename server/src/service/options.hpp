// From [limits] to the options of associations.
#pragma once

#include "service/parts.hpp"
#include "x400/access/options.hpp"

namespace x400::server {

access::AssociationOptions association_options(const Parts& parts);

}  // namespace x400::server
