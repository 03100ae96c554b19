// print.c: what was timed, for people and for programs.
// SPDX-License-Identifier: MIT
#include "app/bench/bench.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void rim_bench_print_chain(const rim_bench_chain *row)
{
    char size[32];
    snprintf(size, sizeof size, "%dx%d", row->width, row->height);
    printf("%-10s %d thread%s %-12s %7.2f ms %7.2f ms %7.2f ms %7.2f ms %6.0f fps\n",
           size, row->threads, row->threads == 1 ? " " : "s",
           row->compositing ? "with picture" : "no picture", row->median_ms,
           row->p99_ms, row->worst_ms, row->delay_ms, 1000 / row->median_ms);
}

void rim_bench_print_kernels(const rim_bench_kernel row[RIM_BENCH_KERNELS])
{
    const rim_bench_kernel *copy = &row[RIM_BENCH_KERNELS - 1];
    printf("\n%dx%d, one thread, %s        GB/s  bound ms  C ms   times C\n",
           row->width, row->height, row->cpu);
    for (int k = 0; k < RIM_BENCH_KERNELS; k++) {
        const rim_bench_kernel *r = &row[k];
        // As fast as a copy moves the same bytes.
        const double bound_ms =
            copy->gb_per_s > 0 ? r->median_ms * r->gb_per_s / copy->gb_per_s : 0;
        printf("%-12s %8.3f ms %8.1f %9.3f %7.3f %7.1f\n", r->name, r->median_ms,
               r->gb_per_s, bound_ms, r->reference_ms,
               r->median_ms > 0 ? r->reference_ms / r->median_ms : 0);
    }
}

static void write_all(FILE *f, const rim_bench_chain *chain, int chains,
                      const rim_bench_kernel *kernel, int kernels)
{
    fputs("{\"chain\":[", f);
    for (int i = 0; i < chains; i++)
        fprintf(f,
                "%s\n{\"width\":%d,\"height\":%d,\"threads\":%d,\"compositing\":%s,"
                "\"frames\":%d,\"median_ms\":%.4f,\"p99_ms\":%.4f,\"worst_ms\":%.4f,"
                "\"slowest_ms\":%.4f,\"delay_ms\":%.4f}",
                i ? "," : "", chain[i].width, chain[i].height, chain[i].threads,
                chain[i].compositing ? "true" : "false", chain[i].frames,
                chain[i].median_ms, chain[i].p99_ms, chain[i].worst_ms,
                chain[i].slowest_ms, chain[i].delay_ms);
    fputs("],\n\"kernels\":[", f);
    for (int i = 0; i < kernels; i++)
        fprintf(f,
                "%s\n{\"name\":\"%s\",\"cpu\":\"%s\",\"width\":%d,\"height\":%d,"
                "\"median_ms\":%.4f,\"gb_per_s\":%.2f,\"reference_ms\":%.4f}",
                i ? "," : "", kernel[i].name, kernel[i].cpu, kernel[i].width,
                kernel[i].height, kernel[i].median_ms, kernel[i].gb_per_s,
                kernel[i].reference_ms);
    fputs("]}\n", f);
}

rim_err rim_bench_write_json(const char *path, const rim_bench_chain *chain, int chains,
                             const rim_bench_kernel *kernel, int kernels)
{
    if (strcmp(path, "-") == 0) {
        write_all(stdout, chain, chains, kernel, kernels);
        return RIM_OK; // main() looks after standard output
    }
    FILE *f = fopen(path, "w");
    if (!f) {
        rim_log_error("%s: cannot be written: %s", path, strerror(errno)); // NOLINT
        return RIM_ERR_IO;
    }
    write_all(f, chain, chains, kernel, kernels);
    const bool bad = ferror(f) != 0;
    if (fclose(f) || bad) {
        rim_log_error("%s: the disk is full or gone", path);
        return RIM_ERR_IO;
    }
    return RIM_OK;
}
