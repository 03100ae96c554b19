// source_info.c: the shapes of a source's frames.
// SPDX-License-Identifier: MIT
#include "media/source_info.h"

rim_frame rim_source_nir_shape(const rim_source_info *i)
{
    return (rim_frame){
        .width = i->width, .height = i->height, .fmt = RIM_FMT_GRAY16, .bits = i->bits};
}

rim_frame rim_source_visible_shape(const rim_source_info *i)
{
    return (rim_frame){.width = i->visible_width,
                       .height = i->visible_height,
                       .fmt = RIM_FMT_BGRX8,
                       .bits = 8};
}
