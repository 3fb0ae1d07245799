#include "source_folder.hpp"

namespace x400::test {

std::filesystem::path source_folder() { return X400_TEST_SOURCE_DIR; }

}  // namespace x400::test
