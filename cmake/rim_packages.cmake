# What others wrote. Needed: libpng, FFmpeg's libraries, Jansson, threads.
# Optional, and said when missing: OpenCV, SDL2.
find_package(Threads REQUIRED)
find_package(PNG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET
                  libavformat libavcodec libavutil libswscale)
pkg_check_modules(SDL2 IMPORTED_TARGET sdl2)
if(NOT SDL2_FOUND)
  message(WARNING "SDL2 not found: built without the window (libsdl2-dev)")
endif()
