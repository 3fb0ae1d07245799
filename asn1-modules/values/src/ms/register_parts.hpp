// RegistrationTypes, which register-MS and its error share.
#pragma once

#include "MsRegistrationTypes.h"
#include "x400/asn1/ms/register.hpp"
#include "x400/ber/reader.hpp"
#include "x400/ber/writer.hpp"

namespace x400::asn1::ms {

void write(ber::Writer& w, const RegistrationTypes& types);
Result<RegistrationTypes> registration_types(const MsRegistrationTypes_t& value);
Result<RegistrationTypes> read_registration_types(const ber::Element& e);

}  // namespace x400::asn1::ms
