#include "mutators/ber.hpp"

#include <algorithm>
#include <vector>

#include "x400/ber/reader.hpp"
#include "x400/ber/walk.hpp"
#include "x400/ber/writer.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace x400::fuzz {
namespace {

struct Node {
  Octets tag;
  bool constructed = false;  // has members; also an octet string with one value inside
  bool indefinite = false;
  Octets content;  // of a primitive
  std::vector<Node> members;
};

std::size_t tag_size(View whole) {
  std::size_t n = 1;
  if ((whole[0] & 0x1f) == 0x1f)
    while ((whole[n++] & 0x80) != 0) {
    }
  return n;
}

// Whether a primitive's content is a constructed value of its own.
bool wraps_value(const ber::Element& e) {
  const bool may_be = e.content.size() >= 4 && (e.content[0] & 0x20) != 0;
  return !e.constructed && may_be && ber::walk(e.content).ok();
}

// `wraps`: how often an octet string is still looked into.
std::vector<Node> read(View octets, int wraps) {
  std::vector<Node> nodes;
  ber::Reader in(octets);
  while (!in.at_end()) {
    const auto e = in.next();
    if (!e.ok()) break;
    Node node;
    node.tag = to_octets(e->whole.first(tag_size(e->whole)));
    const bool wrapped = wraps > 0 && wraps_value(*e);
    node.constructed = e->constructed || wrapped;
    node.indefinite = e->whole[node.tag.size()] == 0x80;
    if (node.constructed)
      node.members = read(e->content, wraps - wrapped);
    else
      node.content = to_octets(e->content);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

void write(const std::vector<Node>& nodes, Octets& out) {
  for (const Node& node : nodes) {
    Octets content = node.content;
    if (node.constructed) write(node.members, content);
    append(out, node.tag);
    if (node.constructed && node.indefinite) {
      out.push_back(0x80);
      append(out, content);
      append(out, Octets{0, 0});
      continue;
    }
    const std::size_t n = content.size();
    if (n < 0x80)
      out.push_back(static_cast<std::uint8_t>(n));
    else
      append(out, Octets{0x83, static_cast<std::uint8_t>(n >> 16), static_cast<std::uint8_t>(n >> 8),
                         static_cast<std::uint8_t>(n)});
    append(out, content);
  }
}

using Random = std::mt19937;

// Every list of members in the tree.
void lists(std::vector<Node>& nodes, std::vector<std::vector<Node>*>& all) {
  if (!nodes.empty()) all.push_back(&nodes);
  for (Node& node : nodes) lists(node.members, all);
}

void change(Node& node, Random& random) {
  switch (random() % 4) {
    case 0: node.tag.front() = static_cast<std::uint8_t>(node.tag.front() ^ 1u << random() % 5); break;
    case 1: node.indefinite = !node.indefinite; break;
    default:
      if (node.constructed) {
        std::shuffle(node.members.begin(), node.members.end(), random);
        return;
      }
      const std::size_t size = node.content.size();
      node.content.resize(size + 32);
      node.content.resize(LLVMFuzzerMutate(node.content.data(), size, node.content.size()));
  }
}

void mutate(std::vector<Node>& nodes, Random& random) {
  std::vector<std::vector<Node>*> all;
  lists(nodes, all);
  std::vector<Node>& list = *all[random() % all.size()];
  const auto some = [&](std::vector<Node>& of) {
    return of.begin() + static_cast<std::ptrdiff_t>(random() % of.size());
  };
  switch (random() % 6) {
    case 0: list.erase(some(list)); break;
    case 1: {
      const Node copy = *some(list);
      list.insert(some(list), copy);
      break;
    }
    case 2: {
      // A copy: the place it goes to may be inside what it is copied from.
      Node copy = *some(*all[random() % all.size()]);
      *some(list) = std::move(copy);
      break;
    }
    default: change(*some(list), random);
  }
}

}  // namespace

namespace {

Octets mutate_octets(View octets) {
  Octets out = to_octets(octets);
  out.resize(octets.size() + 64);
  out.resize(LLVMFuzzerMutate(out.data(), octets.size(), out.size()));
  return out;
}

}  // namespace

Octets mutate_values(View values, std::mt19937& random) {
  // Now and then what is no BER any more.
  if (random() % 8 == 0 || !ber::walk_contents(values).ok()) return mutate_octets(values);
  std::vector<Node> nodes = read(values, 3);
  if (nodes.empty()) return mutate_octets(values);
  mutate(nodes, random);
  Octets out;
  write(nodes, out);
  return out;
}

std::size_t mutate_values(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed,
                          std::size_t beside) {
  if (size <= beside) return LLVMFuzzerMutate(data, size, most);
  std::mt19937 random(seed);
  const Octets out = mutate_values(View(data, size).subspan(beside), random);
  if (out.size() > most - beside) return LLVMFuzzerMutate(data, size, most);
  std::copy(out.begin(), out.end(), data + beside);
  return beside + out.size();
}

}  // namespace x400::fuzz
