// cv_bridge.cpp: the one file that knows OpenCV.
//
// Every function catches what OpenCV throws and hands out plain C. Nothing of
// OpenCV's lives between two calls.
// SPDX-License-Identifier: MIT
extern "C" {
#include "calib/cv_bridge.h"

#include "base/log.h"
}

#include <opencv2/core.hpp>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>

namespace
{

int keep_silent(int, const char *, const char *, const char *, int, void *)
{
    return 0;
}

// Runs `body`, turning exceptions into errors. `what` stands before the reason.
template <typename F> rim_err guarded(const char *what, F body)
{
    cv::redirectError(keep_silent);
    cv::setNumThreads(1); // sums in one order on every machine
    try {
        return body();
    } catch (const std::bad_alloc &) {
        rim_log_error("%s: out of memory", what);
        return RIM_ERR_MEMORY;
    } catch (const cv::Exception &e) {
        if (e.code == cv::Error::StsNoMem) {
            rim_log_error("%s: out of memory", what);
            return RIM_ERR_MEMORY;
        }
        rim_log_error("%s: %s", what, e.err.c_str());
    } catch (const std::exception &e) {
        rim_log_error("%s: %s", what, e.what());
    }
    return RIM_ERR_FORMAT;
}

rim_err read_matrix(rim_doc *doc, const char *key, const cv::FileNode &node)
{
    cv::Mat raw, m;
    node >> raw;
    if (raw.empty() || raw.dims != 2 || raw.channels() != 1 ||
        raw.total() > RIM_DOC_CELLS_MAX)
        return RIM_OK;
    raw.convertTo(m, CV_64F);
    if (!m.isContinuous())
        m = m.clone();
    return rim_doc_set_matrix(doc, key, m.rows, m.cols, m.ptr<double>());
}

rim_err read_node(rim_doc *doc, const cv::FileNode &node)
{
    const std::string key = node.name();
    if (key.empty() || key.size() >= sizeof doc->entry->key)
        return RIM_OK;
    if (node.isInt())
        return rim_doc_set_int(doc, key.c_str(), int(node));
    if (node.isReal())
        return rim_doc_set_real(doc, key.c_str(), double(node));
    if (node.isString())
        return rim_doc_set_string(doc, key.c_str(), node.string().c_str());
    if (node.isMap() && !node["rows"].empty() && !node["data"].empty())
        return read_matrix(doc, key.c_str(), node);
    return RIM_OK;
}

} // namespace

const char *rim_cv_version(void)
{
    return "OpenCV " CV_VERSION;
}

rim_err rim_cv_doc_parse(rim_doc *doc, const char *path, const char *text)
{
    return guarded(path, [&] {
        const cv::FileStorage file(text, cv::FileStorage::READ |
                                             cv::FileStorage::MEMORY |
                                             cv::FileStorage::FORMAT_YAML);
        const cv::FileNode root = file.root();
        for (const cv::FileNode node : root) {
            const rim_err err = read_node(doc, node);
            if (err != RIM_OK)
                return err;
        }
        return RIM_OK;
    });
}

rim_err rim_cv_doc_format(char **text, const rim_doc *doc)
{
    *text = nullptr;
    return guarded("calibration", [&] {
        cv::FileStorage file(".yml", cv::FileStorage::WRITE | cv::FileStorage::MEMORY |
                                         cv::FileStorage::FORMAT_YAML);
        for (int i = 0; i < doc->count; i++) {
            const rim_doc_entry &e = doc->entry[i];
            if (e.kind == RIM_DOC_INT)
                file << e.key << int(e.number);
            else if (e.kind == RIM_DOC_REAL)
                file << e.key << e.number;
            else if (e.kind == RIM_DOC_STRING)
                file << e.key << std::string(e.string);
            else
                file << e.key << cv::Mat(e.rows, e.cols, CV_64F, e.cell);
        }
        const std::string s = file.releaseAndGetString();
        *text = strdup(s.c_str());
        return *text ? RIM_OK : RIM_ERR_MEMORY;
    });
}
