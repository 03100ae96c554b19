// serve.h: --igtl: what is shown, served to other programs.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_SERVE_H
#define RIM_APP_SERVE_H

#include "app/run_options.h"

#include "base/frame.h"
#include "exchange/igtl.h"
#include "media/source_info.h"

// Where the picture lies on the NIR frame's plane; its size is set. nir_to_picture:
// row-major, all zero: scaled to the size.
void rim_serve_place(rim_igtl_plane *picture, const rim_igtl_plane *nir,
                     const double nir_to_picture[9]);

// The server that o->igtl_port asks for. picture: its shape. Errors as rim_igtl_create().
RIM_NODISCARD rim_err rim_serve_create(rim_igtl **out, const rim_run_options *o,
                                       const rim_source_info *info,
                                       const rim_frame *picture,
                                       const double nir_to_picture[9]);

#endif
