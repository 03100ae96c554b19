// result.c: the report's fixed words.
// SPDX-License-Identifier: MIT
#include "base/result.h"

#include <stddef.h>

const char *rim_pattern_name(rim_pattern pattern)
{
    switch (pattern) {
    case RIM_PATTERN_RIM:
        return "rim";
    case RIM_PATTERN_PARTIAL:
        return "partial";
    case RIM_PATTERN_TOTAL:
        return "total";
    case RIM_PATTERN_NONE:
        break;
    }
    return "none";
}

const char *rim_surface_state_name(rim_surface_state state)
{
    switch (state) {
    case RIM_SURFACE_NONE_DETECTED:
        return "none_detected";
    case RIM_SURFACE_RESIDUAL:
        return "residual";
    case RIM_SURFACE_CANNOT_ASSESS:
        return "cannot_assess";
    case RIM_SURFACE_OFF:
        break;
    }
    return "off";
}

const char *rim_leakage_name(rim_leakage leakage)
{
    return leakage == RIM_LEAKAGE_SUBTRACTED   ? "subtracted"
           : leakage == RIM_LEAKAGE_HIGHLIGHTS ? "highlights"
                                               : "none";
}

const char *rim_why_name(unsigned bit)
{
    static const char *const name[RIM_WHY_COUNT] = {
        "saturated",    "dark",  "smoke",       "hidden", "at_edge",     "motion",
        "low_contrast", "sharp", "out_of_view", "new",    "registration"};
    for (size_t i = 0; i < RIM_WHY_COUNT; i++)
        if (bit == 1u << i)
            return name[i];
    return "unknown";
}
