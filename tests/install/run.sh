#!/bin/sh
# Installs the build into a prefix of its own, then builds and runs the sample
# against what was installed: by pkg-config, by CMake, and each header alone.
# Usage: run.sh SOURCE BUILD; CC, CFLAGS, EMULATOR, TOOLCHAIN from the environment.
set -eu
source=$1 build=$2
prefix=$build/install-test/prefix work=$build/install-test/work
rm -rf "$build/install-test"
mkdir -p "$work"
cmake --install "$build" --prefix "$prefix" >"$work/install.log"
libdir=$(dirname "$(find "$prefix" -name librimlight.so)")
export LD_LIBRARY_PATH="$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export PKG_CONFIG_PATH="$libdir/pkgconfig"

echo "installed program"
${EMULATOR:-} "$prefix/bin/rimlight" --version
test -s "$(find "$prefix" -name rimlight.1)"

echo "each installed header alone"
cflags=$(pkg-config --cflags rimlight)
(cd "$prefix/include/rimlight" && find . -name '*.h') | sed 's|^\./||' | while read -r h; do
    echo "#include \"$h\"" >"$work/header.c"
    # shellcheck disable=SC2086
    $CC -std=c11 -Wall -Werror $cflags -c "$work/header.c" -o "$work/header.o"
done

echo "sample by pkg-config"
# shellcheck disable=SC2046,SC2086
$CC -std=c11 ${CFLAGS:-} "$source/samples/process_frame.c" -o "$work/by_pkgconfig" \
    $(pkg-config --cflags --libs rimlight) -lm
${EMULATOR:-} "$work/by_pkgconfig"

echo "sample by CMake"
cmake -S "$source/samples" -B "$work/cmake" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" \
    -DCMAKE_C_COMPILER="$CC" -DCMAKE_C_FLAGS="${CFLAGS:-}" \
    ${TOOLCHAIN:+-DCMAKE_TOOLCHAIN_FILE="$TOOLCHAIN"} >"$work/cmake.log"
cmake --build "$work/cmake" >>"$work/cmake.log"
${EMULATOR:-} "$work/cmake/process_frame"
