# OpenIGTLink as Debian packs it, whose own CMake file sets flags for everybody.
# Gives OpenIGTLink_FOUND, and OpenIGTLink::OpenIGTLink.
find_path(OpenIGTLink_INCLUDE_DIR igtlImageMessage.h
          PATH_SUFFIXES openigtlink igtl OpenIGTLink)
find_library(OpenIGTLink_LIBRARY OpenIGTLink)
mark_as_advanced(OpenIGTLink_INCLUDE_DIR OpenIGTLink_LIBRARY)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenIGTLink
  REQUIRED_VARS OpenIGTLink_LIBRARY OpenIGTLink_INCLUDE_DIR)
if(OpenIGTLink_FOUND AND NOT TARGET OpenIGTLink::OpenIGTLink)
  add_library(OpenIGTLink::OpenIGTLink UNKNOWN IMPORTED)
  set_target_properties(OpenIGTLink::OpenIGTLink PROPERTIES
    IMPORTED_LOCATION "${OpenIGTLink_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${OpenIGTLink_INCLUDE_DIR}")
endif()
