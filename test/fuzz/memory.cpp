#include <atomic>

#include "target.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define X400_COUNTS 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define X400_COUNTS 1
#endif

#if X400_COUNTS
// sanitizer/allocator_interface.h, which gcc's packages leave out.
extern "C" std::size_t __sanitizer_get_allocated_size(const volatile void* block);
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*allocated)(const volatile void*, std::size_t),
                                                         void (*freed)(const volatile void*));
#endif

namespace x400::fuzz {
namespace {

// Targets run on one thread, but libFuzzer has another of its own.
thread_local bool counting = false;
std::atomic<std::ptrdiff_t> live{0}, peak{0};

#if X400_COUNTS
void allocated(const volatile void*, std::size_t size) {
  if (!counting) return;
  const std::ptrdiff_t now = live += static_cast<std::ptrdiff_t>(size);
  if (now > peak) peak = now;
}
void freed(const volatile void* block) {
  if (counting && block) live -= static_cast<std::ptrdiff_t>(__sanitizer_get_allocated_size(block));
}
const int installed = __sanitizer_install_malloc_and_free_hooks(allocated, freed);
#endif

}  // namespace

Memory::Memory(std::size_t input, std::size_t times, std::size_t beside) : most_(input * times + beside) {
  live = peak = 0;
  counting = true;
}

Memory::~Memory() {
  counting = false;
  if (peak > static_cast<std::ptrdiff_t>(most_)) {
    std::fprintf(stderr, "%td octets held at once, %zu allowed\n", peak.load(), most_);
    finding("memory");
  }
}

}  // namespace x400::fuzz
