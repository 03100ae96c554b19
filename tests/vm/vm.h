// vm.h: what the tests of cameras in run-in-vm's machine share. All of it fails the test
// where it cannot do its work.
//
// Nodes, as tests/vm/run.sh loads them: video0, video1 (vivid 0: capture, output),
// video2, video3 (vivid 1), video4 (vivid 2: capture with multi-planar buffers),
// video10 (v4l2loopback).
// SPDX-License-Identifier: MIT
#ifndef RIM_TESTS_VM_VM_H
#define RIM_TESTS_VM_VM_H

#include "capture/camera.h"
#include "capture/camera_v4l2.h"
#include "feeder.h"

// Lines logged since the test began.
extern char vm_told[16384];
void vm_check_told(const char *what);

// Before each test: webcams without faults, nothing told.
void vm_setup(void);
// A command of the shell that must end well.
void vm_sh(const char *format, ...) RIM_PRINTF(1, 2);
// As another program would, through a descriptor of its own.
void vm_open_node(rim_v4l2 *v, int node);
void vm_control(int node, const char *setting);

rim_camera *vm_open_camera(const rim_camera_options *o);
// /dev/video0, small and fast, so that a test of losses takes little time.
rim_camera *vm_open_small(void);
// For its NIR frames; to be uninitialized.
rim_frame vm_frame_for(const rim_camera *c);
// The next frame, unpacked. The errors of acquire and unpack.
rim_err vm_next_within(rim_camera *c, rim_frame *f, rim_camera_shot *shot,
                       int64_t wait_ms);
rim_err vm_next(rim_camera *c, rim_frame *f, rim_camera_shot *shot);
// Tries until a good frame comes, at most `seconds`. States that were seen, as bits.
unsigned vm_wait_good(rim_camera *c, rim_frame *f, int seconds);
// Tries until no frame comes any more.
void vm_wait_bad(rim_camera *c, rim_frame *f);

#endif
