# DCMTK's data library and what it stands on: its own CMake file wants all of its tools.
# Gives DCMTK_FOUND, DCMTK_VERSION, and DCMTK::dcmdata.
find_path(DCMTK_INCLUDE_DIR dcmtk/dcmdata/dctk.h)
foreach(name dcmdata oflog ofstd)
  find_library(DCMTK_${name}_LIBRARY ${name})
  mark_as_advanced(DCMTK_${name}_LIBRARY)
endforeach()
if(DCMTK_INCLUDE_DIR)
  file(STRINGS "${DCMTK_INCLUDE_DIR}/dcmtk/config/osconfig.h" line
       REGEX "^#define PACKAGE_VERSION \"")
  string(REGEX REPLACE ".*\"(.*)\".*" "\\1" DCMTK_VERSION "${line}")
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DCMTK
  REQUIRED_VARS DCMTK_dcmdata_LIBRARY DCMTK_oflog_LIBRARY DCMTK_ofstd_LIBRARY
                DCMTK_INCLUDE_DIR
  VERSION_VAR DCMTK_VERSION)
if(DCMTK_FOUND AND NOT TARGET DCMTK::dcmdata)
  add_library(DCMTK::dcmdata UNKNOWN IMPORTED)
  set_target_properties(DCMTK::dcmdata PROPERTIES
    IMPORTED_LOCATION "${DCMTK_dcmdata_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${DCMTK_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "${DCMTK_oflog_LIBRARY};${DCMTK_ofstd_LIBRARY}")
endif()
