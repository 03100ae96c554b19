# OpenCV by single modules: Debian's -dev packages of them bring no CMake package.
# Gives OpenCV_FOUND, OpenCV_VERSION, and for each component OpenCV::<component>
# and OpenCV_<component>_FOUND.
find_path(OpenCV_INCLUDE_DIR opencv2/core.hpp PATH_SUFFIXES opencv4)
if(OpenCV_INCLUDE_DIR)
  file(STRINGS "${OpenCV_INCLUDE_DIR}/opencv2/core/version.hpp" lines
       REGEX "^#define CV_VERSION_(MAJOR|MINOR|REVISION) +[0-9]+")
  string(REGEX REPLACE "[^0-9;]" "" OpenCV_VERSION "${lines}")
  string(REPLACE ";" "." OpenCV_VERSION "${OpenCV_VERSION}")
endif()
foreach(component ${OpenCV_FIND_COMPONENTS})
  find_library(OpenCV_${component}_LIBRARY opencv_${component})
  find_path(OpenCV_${component}_INCLUDE_DIR opencv2/${component}.hpp
            PATH_SUFFIXES opencv4)
  mark_as_advanced(OpenCV_${component}_LIBRARY OpenCV_${component}_INCLUDE_DIR)
  if(OpenCV_${component}_LIBRARY AND OpenCV_${component}_INCLUDE_DIR)
    set(OpenCV_${component}_FOUND TRUE)
    if(NOT TARGET OpenCV::${component})
      add_library(OpenCV::${component} UNKNOWN IMPORTED)
      set_target_properties(OpenCV::${component} PROPERTIES
        IMPORTED_LOCATION "${OpenCV_${component}_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${OpenCV_INCLUDE_DIR}")
    endif()
  endif()
endforeach()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(OpenCV REQUIRED_VARS OpenCV_INCLUDE_DIR
  VERSION_VAR OpenCV_VERSION HANDLE_COMPONENTS)
