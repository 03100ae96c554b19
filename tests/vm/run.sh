#!/bin/sh
# run.sh BUILD_DIR [SECONDS]: the tests that need V4L2 drivers, all in one start of the
# machine. Exit 77, saying why, where the machine cannot be had. A build with sanitizers
# is given more memory and patience. RIM_SOAK_SECONDS=N: the soak alone, for so long.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
case $(uname -m) in
x86_64) ;;
*)
    echo "tests/vm: skipped: the machine is for x86-64 hosts"
    exit 77
    ;;
esac
for tool in v4l2-ctl dpkg-query; do
    command -v "$tool" >/dev/null || {
        echo "tests/vm: skipped: no $tool (Debian's package v4l-utils has v4l2-ctl)"
        exit 77
    }
done
if ! "$here/run-in-vm" --prepare >"$build/run-in-vm.log" 2>&1; then
    echo "tests/vm: skipped: no QEMU, kernel or network to set up the machine:"
    tail -n 3 "$build/run-in-vm.log"
    exit 77
fi
if grep -qs '^CMAKE_C_FLAGS:.*-fsanitize' "$build/CMakeCache.txt"; then
    export V4L2_VM_MEM="${V4L2_VM_MEM:-1536}"
    export CK_TIMEOUT_MULTIPLIER="${CK_TIMEOUT_MULTIPLIER:-6}"
fi
cd "$build"
# A machine that dies (status 125) is a failure: the tests may have killed it.
exec "$here/run-in-vm" --time "${2:-300}" --modules \
    "vivid:n_devs=3:node_types=0x101,0x101,0x1:multiplanar=1,1,2:ccs_cap_mode=0,0,0:ccs_out_mode=0,0,0 v4l2loopback:devices=1:video_nr=10:max_buffers=8" \
    -- "$here/inside.sh" "$build"
