# Libraries, headers and the package file that find_package(x400) reads.
include(CMakePackageConfigHelpers)

get_property(targets GLOBAL PROPERTY X400_INSTALL_TARGETS)
get_property(headers GLOBAL PROPERTY X400_INSTALL_HEADERS)
list(REMOVE_DUPLICATES headers)
install(TARGETS ${targets} EXPORT x400Targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(dir IN LISTS headers)
  if(IS_DIRECTORY ${dir})
    install(DIRECTORY ${dir}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp" PATTERN "*.def")
  endif()
endforeach()
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/x400)
install(EXPORT x400Targets NAMESPACE x400:: DESTINATION ${package_dir})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/x400Config.cmake.in
  ${CMAKE_CURRENT_BINARY_DIR}/x400Config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/x400ConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/x400Config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/x400ConfigVersion.cmake DESTINATION ${package_dir})
