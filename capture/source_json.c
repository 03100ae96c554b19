// source_json.c: members of a JSON object, checked, with messages that name them.
// SPDX-License-Identifier: MIT
#include "base/log.h"
#include "capture/source_internal.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

rim_err rim_json_load(json_t **out, const char *path)
{
    *out = NULL;
    FILE *file = fopen(path, "rb");
    if (!file) {
        const int reason = errno;
        rim_log_error("%s: cannot be opened: %s", path, strerror(reason));
        return reason == ENOENT ? RIM_ERR_NOT_FOUND : RIM_ERR_IO;
    }
    json_error_t error;
    *out = json_loadf(file, JSON_REJECT_DUPLICATES, &error);
    (void)fclose(file);
    if (*out)
        return RIM_OK;
    rim_log_error("%s:%d:%d: not valid JSON: %s", path, error.line, error.column,
                  error.text);
    return RIM_ERR_FORMAT;
}

const char *rim_json_show(char text[48], const json_t *value)
{
    char *dump = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    if (!dump)
        (void)snprintf(text, 48, "%s", value ? "not readable" : "missing");
    else if (strlen(dump) < 48)
        (void)snprintf(text, 48, "%s", dump);
    else
        (void)snprintf(text, 48, "%.44s...", dump);
    free(dump);
    return text;
}

const json_t *rim_json_optional(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_null(value) ? NULL : value;
}

rim_err rim_json_get_integer(int *out, const json_t *object, const char *key,
                             const char *file, const char *where, int min, int max)
{
    const json_t *value = json_object_get(object, key);
    // 12.0 is as good as 12.
    const double number =
        json_is_number(value) ? json_number_value(value) : (double)NAN;
    if (number >= min && number <= max && number == floor(number)) {
        *out = (int)number;
        return RIM_OK;
    }
    char text[48];
    rim_log_error("%s: \"%s%s\" is %s; it must be a whole number from %d to %d", file,
                  where, key, rim_json_show(text, value), min, max);
    return RIM_ERR_FORMAT;
}

rim_err rim_json_get_positive(double *out, const json_t *object, const char *key,
                              const char *file, const char *where, double max)
{
    const json_t *value = json_object_get(object, key);
    const double number =
        json_is_number(value) ? json_number_value(value) : (double)NAN;
    if (number > 0 && number <= max) {
        *out = number;
        return RIM_OK;
    }
    char text[48];
    rim_log_error("%s: \"%s%s\" is %s; it must be a number above 0, at most %g", file,
                  where, key, rim_json_show(text, value), max);
    return RIM_ERR_FORMAT;
}

rim_err rim_json_get_string(const char **out, const json_t *object, const char *key,
                            const char *file, const char *where)
{
    const json_t *value = json_object_get(object, key);
    *out = json_string_value(value);
    if (*out && **out)
        return RIM_OK;
    char text[48];
    rim_log_error("%s: \"%s%s\" is %s; it must be a string, not empty", file, where,
                  key, rim_json_show(text, value));
    return RIM_ERR_FORMAT;
}
