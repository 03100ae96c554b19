// csv.h: a case as tables for R, Python and spreadsheets; docs/exchange.md.
//
// RFC 4180: comma, CRLF, a heading; units stand in the headings, what is not known is
// an empty field. The bytes depend on nothing but the report.
// SPDX-License-Identifier: MIT
#ifndef RIM_EXCHANGE_CSV_H
#define RIM_EXCHANGE_CSV_H

#include "exchange/case.h"

// Writes frames.csv, lesions.csv, lesion_frames.csv, residuals.csv and
// residual_frames.csv into `folder`, which is made where it is not there; older ones
// are replaced, each when it is whole. RIM_ERR_IO: logged.
RIM_NODISCARD rim_err rim_csv_write(const rim_case *c, const char *folder);

#endif
