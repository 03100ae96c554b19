#!/bin/sh
# inside.sh BUILD_DIR: what run.sh runs in the machine.
set -eu
build=$1
if [ -n "${RIM_SOAK_SECONDS:-}" ]; then
    exec "$build/tests/vm/test_soak"
fi
status=0
"$build/tests/vm/test_camera_vm" || status=1
"$build/tests/vm/test_formats_vm" || status=1
"$build/tests/vm/test_live_vm" || status=1
exit $status
