# Compiler settings that every target shares, and the two functions that make
# a folder's library and a test.
add_library(rim_options INTERFACE)
target_include_directories(rim_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_definitions(rim_options INTERFACE _POSIX_C_SOURCE=200809L)
target_compile_options(rim_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wvla
  $<$<COMPILE_LANGUAGE:C>:-Wconversion -Wstrict-prototypes -Wmissing-prototypes>
  # One source, one result: no fused multiply-add that only some CPUs have.
  -ffp-contract=off
  # Nobody asks for errno or traps after a square root: loops over them can be vectors.
  -fno-math-errno -fno-trapping-math
  $<$<BOOL:${RIM_WERROR}>:-Werror>)

# rim_library(NAME SOURCES ... X86 ... NEON ... USES rim_x ... LIBS external ...)
# The static library of one folder, rim_NAME; X86 and NEON are sources for those
# architectures alone (kernels).
function(rim_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;X86;NEON;USES;LIBS" ${ARGN})
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    list(APPEND arg_SOURCES ${arg_X86})
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    list(APPEND arg_SOURCES ${arg_NEON})
  endif()
  add_library(rim_${name} STATIC ${arg_SOURCES})
  target_link_libraries(rim_${name} PUBLIC rim_options ${arg_USES} PRIVATE ${arg_LIBS})
  set_property(GLOBAL APPEND PROPERTY RIM_LIBRARIES rim_${name})
endfunction()
