// Writing what submissions and registrations share.
#pragma once

#include "x400/asn1/ms/submission.hpp"
#include "x400/ber/writer.hpp"

namespace x400::asn1::ms {

void write(ber::Writer& w, const SubmissionOptions& options);

}  // namespace x400::asn1::ms
