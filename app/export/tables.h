// tables.h: what is known of recording, run and calibration, as rows to read.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_EXPORT_TABLES_H
#define RIM_APP_EXPORT_TABLES_H

#include "app/export/export.h"

#include "calib/calib.h"
#include "exchange/page.h"

// info: NULL where no recording was given.
void rim_export_table_recording(rim_page_table *t, const rim_export_job *job,
                                const rim_case *c, const rim_source_info *info);
// Every key that the recording keeps of the run that made it, and what counts now.
void rim_export_table_run(rim_page_table *t, const rim_export_job *job,
                          const rim_source_info *info);
// The path of the calibration in use; NULL: none, or it is kept in the recording, which
// has no path that lasts.
const char *rim_export_calibration_name(const rim_export_job *job,
                                        const rim_source_info *info);
// What the report tells of it, and what stands in the calibration itself. calib: NULL:
// it is not known, or there is none. name: where it comes from.
void rim_export_table_calibration(rim_page_table *t, const rim_case *c,
                                  const rim_calib *calib, const char *name,
                                  const rim_source_info *info);

#endif
