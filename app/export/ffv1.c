// ffv1.c: rimlight export --ffv1: a raw recording, made smaller for keeping.
// SPDX-License-Identifier: MIT
#include "app/export/export.h"

#include "app/progress.h"
#include "app/stop.h"
#include "base/log.h"
#include "media/archive.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

static int show(void *ctx, int64_t done, int64_t total)
{
    rim_progress *p = ctx;
    p->total = total / MIB;
    rim_progress_update(p, done / MIB);
    return rim_stop_asked();
}

// Only what is whole in the new file may go.
static rim_err remove_original(const char *path, const rim_archive_counts *c)
{
    if (c->damaged > 0) {
        rim_log_warning("%s: kept, since %lld frames in it are damaged", path,
                        (long long)c->damaged);
        return RIM_OK;
    }
    if (unlink(path) == 0) {
        rim_log_info("%s: removed, as asked for", path);
        return RIM_OK;
    }
    rim_log_error("%s: cannot be removed: %s", path, strerror(errno));
    return RIM_ERR_IO;
}

rim_err rim_export_ffv1(const rim_export_job *job)
{
    rim_archive_counts c;
    rim_progress progress;
    rim_stop_install();
    rim_progress_start(&progress, "ffv1", "MiB", -1);
    const rim_err err = rim_archive_ffv1(&c, job->ffv1, job->input, show, &progress);
    rim_progress_finish(&progress);
    if (err == RIM_END) {
        rim_log_error("%s: stopped by a signal; nothing was changed", job->ffv1);
        return RIM_ERR_IO;
    }
    if (err)
        return err;
    rim_log_info("%s: %lld frames, read again and the same; %.1f MB, before %.1f MB",
                 job->ffv1, (long long)c.frames, (double)c.bytes_after / 1e6,
                 (double)c.bytes_before / 1e6);
    if (c.damaged > 0)
        rim_log_warning("%s: %lld damaged frames of %s are not in it", job->ffv1,
                        (long long)c.damaged, job->input);
    return job->remove_original ? remove_original(job->input, &c) : RIM_OK;
}
