// The folder test/ of the checkout that the tests were built from.
#pragma once

#include <filesystem>

namespace x400::test {

std::filesystem::path source_folder();

}  // namespace x400::test
