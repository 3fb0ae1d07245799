// TPKT: the first octet says how many octets come at a time, the rest is the stream. However it comes, the
// packets are the same, and they are those of the lengths written in it.
#include <vector>

#include "layers/layer.hpp"
#include "tpkt/tpkt.hpp"

using namespace x400;
using namespace x400::osi;
using fuzz::require;

namespace {

struct Packets {
  std::vector<Octets> whole;
  Octets unfinished;
  bool failed = false;
  bool mid_packet = false;
};

Packets cut(View stream, std::size_t piece) {
  Packets out;
  tpkt::Reader reader;
  Octets packet;
  while (!stream.empty() && !out.failed) {
    View in = stream.first(std::min(piece, stream.size()));
    stream = stream.subspan(in.size());
    for (;;) {
      const auto next = reader.next(in);
      out.failed = !next.ok();
      if (out.failed || !*next) break;
      require((*next)->begins == packet.empty(), "a packet begins where none ended");
      require(!(*next)->octets.empty(), "an empty piece");
      append(packet, (*next)->octets);
      if ((*next)->ends) out.whole.push_back(std::exchange(packet, {}));
    }
    require(out.failed || in.empty(), "octets left that no packet waits for");
  }
  out.unfinished = std::move(packet);
  out.mid_packet = reader.mid_packet();
  return out;
}

// RFC 1006 written down once more.
std::size_t whole_packets(View stream, bool& failed) {
  std::size_t count = 0;
  while (!stream.empty()) {
    failed = stream[0] != 3;
    if (failed || stream.size() < 4) return count;
    const std::size_t length = stream[2] << 8 | stream[3];
    failed = length < 7;
    if (failed || stream.size() < length) return count;
    ++count;
    stream = stream.subspan(length);
  }
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const View stream(data + 1, size - 1);
  const Packets at_once = cut(stream, std::max<std::size_t>(stream.size(), 1));
  const Packets in_pieces = cut(stream, 1 + data[0] % 32);
  require(at_once.whole == in_pieces.whole && at_once.failed == in_pieces.failed,
          "packets depend on the pieces");
  require(at_once.failed || at_once.unfinished == in_pieces.unfinished,
          "an unfinished packet depends on the pieces");
  bool failed = false;
  require(whole_packets(stream, failed) == at_once.whole.size(), "another number of packets");
  require(failed == at_once.failed, "what is no packet is taken, or the other way round");
  std::size_t taken = at_once.unfinished.size();
  for (const Octets& packet : at_once.whole) {
    require(tpkt::header(packet.size())[2] << 8 == (static_cast<int>(packet.size() + 4) & 0xff00),
            "another length");
    taken += packet.size() + tpkt::header_size;
  }
  require(failed || at_once.mid_packet == (taken < stream.size() || !at_once.unfinished.empty()),
          "the end of a stream inside a packet is not seen");
  return 0;
}
