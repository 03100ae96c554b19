// calib_fixture.h: virtual cameras that the tests of calib/ share.
// SPDX-License-Identifier: MIT
#ifndef RIM_TESTS_CALIB_FIXTURE_H
#define RIM_TESTS_CALIB_FIXTURE_H

#include "calib/board.h"
#include "phantom/target.h"

// A NIR camera of 640x480, 12 bits, and a visible one of 720x540, 8 bits, that looks
// from 4 mm to the left, turned by two degrees. Both have distortion.
rim_target_camera fixture_nir(void);
rim_target_camera fixture_visible(void);
// The same place and lens as the NIR camera's, turned by three degrees: one optical path.
rim_target_camera fixture_visible_same_path(void);

rim_target *fixture_create(const rim_target_camera *c); // aborts when it cannot
rim_frame fixture_frame(const rim_target_camera *c);    // aborts when it cannot

// A board some 60 mm away, pose number i of a varied lot; its texture is drawn at the
// first call and freed by fixture_drop_textures().
rim_target_plane fixture_board(const rim_board *board, int i);
void fixture_drop_textures(void);

#endif
