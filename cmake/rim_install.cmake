# librimlight, made of every folder's library, and what `cmake --install` gives:
# program, library, headers, pkg-config file, CMake package, man page, licence.
include(CMakePackageConfigHelpers)

# What a program that links librimlight may include, as #include "base/frame.h".
set(RIM_PUBLIC_HEADERS
  base/clock.h base/cpu.h base/err.h base/frame.h base/log.h base/result.h base/workers.h
  calib/calib.h capture/source.h media/source_info.h process/pipeline.h render/color_map.h
  render/health.h
  render/overlay.h
  report/report.h)

# All objects of each, since nothing here calls them; the libraries then bring only
# what they link to. Only rim_ names are exported.
get_property(libraries GLOBAL PROPERTY RIM_LIBRARIES)
list(REMOVE_ITEM libraries rim_exchange) # and what it brings
list(TRANSFORM libraries REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>" OUTPUT_VARIABLE objects)
add_library(librimlight SHARED ${objects})
target_link_libraries(librimlight PRIVATE ${libraries})
target_link_options(librimlight PRIVATE
  "LINKER:--version-script=${CMAKE_SOURCE_DIR}/cmake/rimlight.map")
if(NOT CMAKE_C_FLAGS MATCHES "-fsanitize") # whose runtime is in the program
  target_link_options(librimlight PRIVATE LINKER:--no-undefined)
endif()
set_target_properties(librimlight PROPERTIES
  OUTPUT_NAME rimlight EXPORT_NAME rimlight
  LINK_DEPENDS "${CMAKE_SOURCE_DIR}/cmake/rimlight.map"
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_include_directories(librimlight INTERFACE
  "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/rimlight>")

install(TARGETS rimlight RUNTIME)
install(TARGETS librimlight EXPORT rimlight-targets LIBRARY)
foreach(header ${RIM_PUBLIC_HEADERS})
  cmake_path(GET header PARENT_PATH folder)
  install(FILES ${header} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/rimlight/${folder}")
endforeach()
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(FILES man/rimlight.1 DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/rimlight")
install(EXPORT rimlight-targets NAMESPACE rimlight:: FILE rimlight-config.cmake
  DESTINATION "${package_dir}")
write_basic_package_version_file("${CMAKE_BINARY_DIR}/rimlight-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/rimlight-config-version.cmake"
  DESTINATION "${package_dir}")

# Relative to the file itself, so that an installed tree can be moved.
file(RELATIVE_PATH pc_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
configure_file(cmake/rimlight.pc.in rimlight.pc @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/rimlight.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
