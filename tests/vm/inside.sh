#!/bin/sh
# inside.sh BUILD_DIR: what run.sh runs in the machine.
set -eu
build=$1
status=0
"$build/tests/vm/test_camera_vm" || status=1
exit $status
