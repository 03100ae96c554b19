// health.h: what the picture says of the source, the calibration and the machine.
//
// All is well: one small line. What is not well is said in words below the verdict.
// Plain data, filled by whoever knows; what is not known is left out.
// SPDX-License-Identifier: MIT
#ifndef RIM_RENDER_HEALTH_H
#define RIM_RENDER_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

typedef enum rim_health_record {
    RIM_HEALTH_NO_RECORD = 0,
    RIM_HEALTH_RECORDING,
    RIM_HEALTH_RECORD_FAILED, // it was wanted, and has ended
} rim_health_record;

typedef struct rim_health {
    char source[40]; // "" leaves it out
    bool wants_calibration;
    bool calibrated;
    int calibration_days;    // its age; -1: not known
    bool registered;         // NIR lies on the visible picture by a registration
    double register_rms_px;  // px of the visible picture; NAN or 0: not known
    double fps, nominal_fps; // of pictures made, and of the source; 0: not known
    double delay_p50_ms, delay_p99_ms; // from capture to the display; 0: not known
    bool automatic_gain;               // the camera changes exposure or gain by itself
    rim_health_record record;
    char record_name[64];  // "" leaves it out
    int record_s;          // that it has been going on
    double record_minutes; // that the disk has room for; NAN or below 0: not known
    uint64_t record_lost;  // frames that are missing in the recording
} rim_health;

#endif
