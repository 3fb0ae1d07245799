# How every target of the project is compiled.
include(GNUInstallDirs)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

# A cache of compiled units where there is one: switching between builds costs seconds then.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=true ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

# Everything that stands in one place for all our own code: warnings, sanitizers.
add_library(x400_flags INTERFACE)
target_compile_options(x400_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of gcc 12's optimiser in std::string, std::variant and under sanitizers.
  target_compile_options(x400_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict
    -Wno-stringop-overflow -Wno-array-bounds -Wno-free-nonheap-object -Wno-mismatched-new-delete
    -Wno-stringop-overread -Wno-dangling-pointer)
endif()
if(X400_SANITIZE)
  add_compile_options(-fsanitize=${X400_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${X400_SANITIZE})
  if(X400_SANITIZE MATCHES undefined AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
    add_compile_options(-fno-sanitize=function)
  endif()
endif()

# What libFuzzer steers by must be in everything it runs through.
if(X400_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

set(X400_LIBRARIES "" CACHE INTERNAL "")

# x400_library(NAME SOURCES ... LINKS ... PRIVATE_LINKS ...): libx400_NAME.a, x400::NAME, public
# headers in ./include, private ones in ./src. LINKS are what its public headers need.
function(x400_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  if(ARG_SOURCES)
    add_library(x400_${name} STATIC ${ARG_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(x400_${name} PRIVATE $<BUILD_INTERFACE:x400_flags> ${ARG_PRIVATE_LINKS})
    if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/src)
      target_include_directories(x400_${name} PRIVATE src)
    endif()
  else()
    add_library(x400_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(x400::${name} ALIAS x400_${name})
  set_target_properties(x400_${name} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(x400_${name} ${scope}
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(x400_${name} ${scope} cxx_std_20)
  target_link_libraries(x400_${name} ${scope} ${ARG_LINKS})
  set_property(GLOBAL APPEND PROPERTY X400_INSTALL_TARGETS x400_${name})
  set_property(GLOBAL APPEND PROPERTY X400_INSTALL_HEADERS ${CMAKE_CURRENT_SOURCE_DIR}/include)
endfunction()

# x400_program(NAME SOURCES ... LINKS ...): a program, built into bin/ of the build folder, installed into
# bin (SBIN: into sbin; NO_INSTALL: not at all, for what only tests and demonstrations need), with its man page
# and completion.
function(x400_program name)
  cmake_parse_arguments(ARG "SBIN;NO_INSTALL" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
  target_link_libraries(${name} PRIVATE x400_flags ${ARG_LINKS})
  if(ARG_NO_INSTALL)
    return()
  endif()
  if(ARG_SBIN)
    set(where ${CMAKE_INSTALL_SBINDIR})
    set(section 8)
  else()
    set(where ${CMAKE_INSTALL_BINDIR})
    set(section 1)
  endif()
  install(TARGETS ${name} RUNTIME DESTINATION ${where})
  install(FILES ${PROJECT_SOURCE_DIR}/docs/man/${name}.${section} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
  # bash looks for a file of the command's name.
  install(FILES ${PROJECT_SOURCE_DIR}/tools/completion/x400.bash RENAME ${name}
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
endfunction()
