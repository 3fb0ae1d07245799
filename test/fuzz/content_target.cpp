// Contents: whatever arrives is read, derived from and shown, and never refused for what it says. Memory is
// bounded by the size of the content.
#include "target.hpp"
#include "x400/content/ats.hpp"
#include "x400/content/edi.hpp"
#include "x400/content/file_transfer.hpp"
#include "x400/content/forwarded.hpp"
#include "x400/content/ipm_extensions.hpp"
#include "x400/content/military.hpp"
#include "x400/content/readable.hpp"

using namespace x400;
using namespace x400::content;
using fuzz::require;

namespace {

void look(const Ipm& ipm) {
  (void)ipm.heading.check().ok();
  for (const BodyPart& part : ipm.body) {
    require(part.size() <= ipm.whole.received().size(), "a body part larger than its message");
    (void)read_file_transfer(part).ok();
  }
  const auto forwarded = forwarded_messages(ipm);
  require(forwarded.size() <= max_forwarded, "more forwarded messages than allowed");
  for (const Forwarded& f : forwarded) {
    require(f.depth >= 1 && f.depth <= default_forwarding_depth, "a forwarded message deeper than allowed");
    require(f.parent == Forwarded::no_parent || f.parent < forwarded.size(), "a parent that is none");
  }
}

// Whatever the sender wrote, a terminal only gets text, line ends and tabs.
void shown(View octets, Format format) {
  for (const char c : readable(octets, format))
    require(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t', "a control character is shown");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const View octets(data + 1, size - 1);
  const fuzz::Memory memory(size, 64, 1 << 20);  // views of many small values weigh more than the values
  switch (data[0] % 4) {
    case 0: {
      const auto object = InformationObject::read(octets);
      if (!object.ok()) break;
      (void)object->check().ok();
      if (const Ipm* ipm = object->ipm()) look(*ipm);
      break;
    }
    case 1: shown(octets, Format::p22); break;
    case 2:
      (void)read_edim(octets).ok();
      shown(octets, Format::edi);
      break;
    default:
      (void)read_interchange(chars(octets)).ok();
      if (const auto ats = parse_ats_header(chars(octets))) {
        const auto again = format_ats(ats->header, ats->text);
        require(again.ok() && *again == chars(octets), "an ATS header that is read but not written the same");
      }
  }
  return 0;
}
