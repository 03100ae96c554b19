// cv_bridge.cpp: the one file that knows OpenCV.
//
// Every function catches what OpenCV throws and hands out plain C. Nothing of
// OpenCV's lives between two calls. One file, though a long one, so that there is one
// place to look when OpenCV changes:
//
//     guarded           from exceptions to errors; the same sums and drawings each time
//     FileStorage       calibration.yml to and from a document
//     boards            find, judge and draw them
//     solving           lens, pose, two cameras, homography, features
// SPDX-License-Identifier: MIT
extern "C" {
#include "calib/cv_bridge.h"

#include "base/log.h"
}

#include <opencv2/calib3d.hpp>
#include <opencv2/core.hpp>
#include <opencv2/features2d.hpp>
#include <opencv2/imgproc.hpp>
#ifdef RIM_HAVE_CHARUCO
#include <opencv2/aruco/charuco.hpp>
#endif

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <vector>

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
    cv::setRNGSeed(1);    // and drawings from the same numbers every time
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

// ---- FileStorage ----

// Does the file hold as many numbers as it says? OpenCV takes the memory first.
bool is_whole(const cv::FileNode &node)
{
    const cv::FileNode rows = node["rows"], cols = node["cols"];
    if (!rows.isInt() || !cols.isInt() || !node["dt"].isString() ||
        node["dt"].string().size() != 1)
        return false;
    const long long r = int(rows), c = int(cols);
    return r > 0 && c > 0 && r <= RIM_DOC_CELLS_MAX && c <= RIM_DOC_CELLS_MAX &&
           r * c <= RIM_DOC_CELLS_MAX && r * c == (long long)node["data"].size();
}

rim_err read_matrix(rim_doc *doc, const char *key, const cv::FileNode &node)
{
    if (!is_whole(node))
        return RIM_OK;
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

// ---- boards ----

namespace
{

using points = std::vector<cv::Point2f>;

struct found {
    points px;
    std::vector<int> id;
    bool twice = false; // one point was seen in two places
};

// The picture at 8 bits, from its darkest to its brightest 0.1 %. Pictures of 8 bits
// stay as they are.
cv::Mat to_8_bits(const rim_frame *f)
{
    const cv::Mat raw(f->height, f->width, CV_16U, f->data, size_t(f->stride));
    cv::Mat out;
    if (f->bits <= 8) {
        raw.convertTo(out, CV_8U);
        return out;
    }
    std::vector<int> histogram(65536);
    for (int y = 0; y < raw.rows; y++)
        for (int x = 0; x < raw.cols; x++)
            histogram[raw.at<uint16_t>(y, x)]++;
    const long long tail = (long long)raw.total() / 1000;
    int low = 0, high = 65535;
    for (long long n = histogram[0]; n <= tail && low < 65535; n += histogram[low])
        low++;
    for (long long n = histogram[high]; n <= tail && high > low; n += histogram[high])
        high--;
    const double scale = 255.0 / std::max(1, high - low);
    raw.convertTo(out, CV_8U, scale, -low * scale);
    return out;
}

// Attempt 0 takes the picture as it is; 1 at half size, where noise averages out; 2
// with the contrast brought up place by place, for a board that is faint; 3 that
// with black and white exchanged.
enum { ATTEMPTS = 4 };

cv::Mat prepare(const cv::Mat &picture, int attempt)
{
    if (attempt == 0)
        return picture;
    cv::Mat out;
    cv::GaussianBlur(picture, out, cv::Size(), 1.5);
    cv::resize(out, out, cv::Size(), 0.5, 0.5, cv::INTER_AREA);
    if (attempt >= 2)
        cv::createCLAHE(4, cv::Size(6, 6))->apply(out, out);
    if (attempt == 3)
        cv::bitwise_not(out, out);
    return out;
}

double marker_mm(const rim_board *b)
{
    return b->marker_mm > 0 ? b->marker_mm : 0.7 * b->pitch_mm;
}

// Distance of the two nearest neighbours on the board, px.
float nearest_spacing(const found &f, int cols)
{
    float least = 1e9F;
    for (size_t i = 1; i < f.px.size(); i++)
        if (f.id[i] == f.id[i - 1] + 1 && f.id[i] % cols != 0)
            least = std::min(least, float(cv::norm(f.px[i] - f.px[i - 1])));
    for (size_t i = 0; i < f.px.size(); i++)
        for (size_t j = i + 1; j < f.px.size() && f.id[j] <= f.id[i] + cols; j++)
            if (f.id[j] == f.id[i] + cols)
                least = std::min(least, float(cv::norm(f.px[i] - f.px[j])));
    return least;
}

bool find_chessboard(points &px, const cv::Mat &img, const cv::Size &grid, int attempt)
{
    return (attempt == 0 && cv::findChessboardCornersSB(img, grid, px, 0)) ||
           cv::findChessboardCornersSB(img, grid, px, cv::CALIB_CB_NORMALIZE_IMAGE);
}

cv::Ptr<cv::FeatureDetector> blobs_of_any_size(const cv::Size &size,
                                               const cv::Size &grid)
{
    cv::SimpleBlobDetector::Params p;
    p.minArea = 12;
    p.maxArea = float(size.area()) / float(grid.area());
    p.minDistBetweenBlobs = 4;
    p.minConvexity = 0.85F;
    p.minInertiaRatio = 0.15F;
    return cv::SimpleBlobDetector::create(p);
}

bool find_circles(points &px, const cv::Mat &img, const cv::Size &grid, int kind,
                  int attempt)
{
    if (attempt == 0 && cv::findCirclesGrid(img, grid, px, kind))
        return true;
    const auto blobs = blobs_of_any_size(img.size(), grid);
    return cv::findCirclesGrid(img, grid, px, kind, blobs) ||
           cv::findCirclesGrid(img, grid, px, kind | cv::CALIB_CB_CLUSTERING, blobs);
}

#ifdef RIM_HAVE_CHARUCO
cv::Ptr<cv::aruco::CharucoBoard> charuco_board(const rim_board *b)
{
    const int markers = (b->cols + 1) * (b->rows + 1) / 2;
    const auto dictionary =
        cv::aruco::getPredefinedDictionary(markers <= 50    ? cv::aruco::DICT_4X4_50
                                           : markers <= 250 ? cv::aruco::DICT_4X4_250
                                                            : cv::aruco::DICT_4X4_1000);
    return cv::aruco::CharucoBoard::create(b->cols + 1, b->rows + 1, float(b->pitch_mm),
                                           float(marker_mm(b)), dictionary);
}

bool find_charuco(found &f, const cv::Mat &img, const rim_board *board)
{
    const auto b = charuco_board(board);
    std::vector<points> corners;
    std::vector<int> ids;
    cv::aruco::detectMarkers(img, b->dictionary, corners, ids);
    std::vector<int> sorted = ids;
    std::sort(sorted.begin(), sorted.end());
    f.twice = std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
    if (ids.empty() || f.twice)
        return !ids.empty();
    cv::aruco::interpolateCornersCharuco(corners, ids, img, b, f.px, f.id);
    // A quarter of the board, in two rows at least, gives a pose.
    return int(f.id.size()) >= std::max(6, rim_board_points(board) / 4);
}
#else
bool find_charuco(found &, const cv::Mat &, const rim_board *)
{
    return false; // rim_cv_find_board() has said so
}
#endif

bool find_once(found &f, const cv::Mat &picture, const rim_board *board, int attempt)
{
    const cv::Mat img = prepare(picture, attempt);
    const cv::Size grid(board->cols, board->rows);
    f = found();
    bool ok = false;
    if (board->kind == RIM_BOARD_CHARUCO)
        ok = find_charuco(f, img, board);
    else if (board->kind == RIM_BOARD_CHESSBOARD)
        ok = find_chessboard(f.px, img, grid, attempt);
    else
        ok = find_circles(f.px, img, grid,
                          board->kind == RIM_BOARD_CIRCLES
                              ? cv::CALIB_CB_SYMMETRIC_GRID
                              : cv::CALIB_CB_ASYMMETRIC_GRID,
                          attempt);
    if (!ok)
        return false;
    if (f.id.empty() && !f.twice)
        for (int i = 0; i < int(f.px.size()); i++)
            f.id.push_back(i);
    if (img.size() != picture.size())
        for (cv::Point2f &p : f.px)
            p = 2 * p + cv::Point2f(0.5F, 0.5F);
    return true;
}

void refine_corners(found &f, const cv::Mat &picture, const rim_board *board,
                    int attempt)
{
    // No other corner, and no marker, may reach into the window.
    float room = 0.45F * nearest_spacing(f, board->cols);
    if (board->kind == RIM_BOARD_CHARUCO)
        room *= float(1 - marker_mm(board) / board->pitch_mm);
    const int half = std::clamp(int(room), 2, 11);
    cv::Mat smooth = picture;
    if (attempt > 0)
        cv::GaussianBlur(picture, smooth, cv::Size(), 1);
    cv::cornerSubPix(smooth, f.px, {half, half}, {-1, -1},
                     {cv::TermCriteria::COUNT + cv::TermCriteria::EPS, 100, 1e-4});
}

points board_points(const found &f, const rim_board *board)
{
    points out;
    for (const int id : f.id) {
        const rim_point p = rim_board_point(board, id);
        out.emplace_back(float(p.x), float(p.y));
    }
    return out;
}

// Covers the board that was found, a pitch beyond its outer points, with its mean.
cv::Mat cover(const cv::Mat &picture, const found &f, const cv::Mat &to_picture,
              const rim_board *board)
{
    const rim_point last = rim_board_point(board, rim_board_points(board) - 1);
    const float d = float(0.9 * board->pitch_mm), x = float(last.x), y = float(last.y);
    points corner = {{-d, -d}, {x + 2 * d, -d}, {x + 2 * d, y + d}, {-d, y + d}};
    if (board->kind != RIM_BOARD_ACIRCLES)
        corner[1].x = corner[2].x = x + d;
    cv::perspectiveTransform(corner, corner, to_picture);
    std::vector<cv::Point> polygon;
    for (const cv::Point2f &p : corner)
        polygon.emplace_back(cvRound(p.x), cvRound(p.y));
    // The lens bends the edges: take in what was found as well.
    for (const cv::Point2f &p : f.px)
        polygon.emplace_back(cvRound(p.x), cvRound(p.y));
    std::vector<cv::Point> hull;
    cv::convexHull(polygon, hull);
    cv::Mat mask = cv::Mat::zeros(picture.size(), CV_8U), out = picture.clone();
    cv::fillConvexPoly(mask, hull, 255);
    out.setTo(cv::mean(picture, mask), mask);
    return out;
}

float middle(std::vector<float> &v)
{
    if (v.empty())
        return 0;
    std::nth_element(v.begin(), v.begin() + long(v.size() / 2), v.end());
    return v[v.size() / 2];
}

// Width of the edges in parts of the pitch: contrast over steepest slope, in patches
// of one pitch around the points, with the board laid flat. The wider direction counts.
double edge_pitch(const cv::Mat &picture, const found &f, const cv::Mat &to_picture,
                  const rim_board *board)
{
    enum { CELL = 24 };
    cv::Mat flat, dx, dy;
    const double s = board->pitch_mm / CELL;
    const rim_point last = rim_board_point(board, rim_board_points(board) - 1);
    const double shift = -board->pitch_mm / 2;
    const cv::Mat scale = (cv::Mat_<double>(3, 3) << s, 0, shift, 0, s, shift, 0, 0, 1);
    const cv::Size size(int(last.x / s) + 2 * CELL, int(last.y / s) + CELL);
    cv::warpPerspective(picture, flat, to_picture * scale, size,
                        cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
    cv::Sobel(flat, dx, CV_32F, 1, 0, 3, 1.0 / 8);
    cv::Sobel(flat, dy, CV_32F, 0, 1, 3, 1.0 / 8);
    std::vector<float> wide_x, wide_y;
    for (const cv::Point2f &p : board_points(f, board)) {
        const cv::Rect cell(int(p.x / s), int(p.y / s), CELL, CELL);
        if ((cell & cv::Rect({0, 0}, size)) != cell)
            continue;
        double low, high, steep_x, steep_y;
        cv::minMaxLoc(flat(cell), &low, &high);
        cv::minMaxLoc(cv::abs(dx(cell)), nullptr, &steep_x);
        cv::minMaxLoc(cv::abs(dy(cell)), nullptr, &steep_y);
        wide_x.push_back(float((high - low) / std::max(steep_x, 1e-3)));
        wide_y.push_back(float((high - low) / std::max(steep_y, 1e-3)));
    }
    return std::max(middle(wide_x), middle(wide_y)) / CELL;
}

// A board that is its own mirror image is numbered without a mirror.
rim_seen settle_handedness(found &f, cv::Mat &to_picture, const rim_board *board)
{
    const points flat = board_points(f, board);
    to_picture = cv::findHomography(flat, f.px);
    if (to_picture.empty())
        return RIM_SEEN_NOTHING;
    if (cv::determinant(to_picture) > 0)
        return RIM_SEEN_BOARD;
    if (rim_board_has_handedness(board))
        return RIM_SEEN_MIRRORED;
    points turned;
    for (int row = board->rows - 1; row >= 0; row--)
        for (int col = 0; col < board->cols; col++)
            turned.push_back(f.px[size_t(row * board->cols + col)]);
    f.px = turned;
    to_picture = cv::findHomography(flat, f.px);
    return to_picture.empty() ? RIM_SEEN_NOTHING : RIM_SEEN_BOARD;
}

// Edges wider than this hide where the points are.
const double EDGE_PITCH_MAX = 0.45;

rim_seen look(found &f, const cv::Mat &picture, const rim_board *board, double *edge)
{
    int attempt = 0;
    while (attempt < ATTEMPTS && !find_once(f, picture, board, attempt))
        attempt++;
    if (attempt == ATTEMPTS) {
        cv::Mat mirrored;
        cv::flip(picture, mirrored, 1);
        return rim_board_has_handedness(board) && find_once(f, mirrored, board, 0)
                   ? RIM_SEEN_MIRRORED
                   : RIM_SEEN_NOTHING;
    }
    if (f.twice)
        return RIM_SEEN_TWO;
    if (board->kind == RIM_BOARD_CHESSBOARD || board->kind == RIM_BOARD_CHARUCO)
        refine_corners(f, picture, board, attempt);
    cv::Mat to_picture;
    const rim_seen seen = settle_handedness(f, to_picture, board);
    if (seen != RIM_SEEN_BOARD)
        return seen;
    *edge = edge_pitch(picture, f, to_picture, board);
    if (*edge > EDGE_PITCH_MAX)
        return RIM_SEEN_BLURRED;
    found other;
    // Squares stay large enough at half size, dots may not.
    const int again =
        board->kind == RIM_BOARD_CHESSBOARD ? std::max(attempt, 1) : attempt;
    if (board->kind != RIM_BOARD_CHARUCO &&
        find_once(other, cover(picture, f, to_picture, board), board, again))
        return RIM_SEEN_TWO;
    return RIM_SEEN_BOARD;
}

} // namespace

static rim_err charuco_missing()
{
    rim_log_error("--board charuco: this build is without ChArUco boards; install "
                  "libopencv-contrib-dev and build again, or use another board");
    return RIM_ERR_UNSUPPORTED;
}

bool rim_cv_has_charuco(void)
{
#ifdef RIM_HAVE_CHARUCO
    return true;
#else
    return false;
#endif
}

rim_err rim_cv_find_board(rim_view *view, rim_seen *seen, const rim_frame *picture,
                          const rim_board *board)
{
    *seen = RIM_SEEN_NOTHING;
    if (board->kind == RIM_BOARD_CHARUCO && !rim_cv_has_charuco())
        return charuco_missing();
    return guarded("looking for the board", [&] {
        found f;
        view->edge_pitch = 0;
        *seen = look(f, to_8_bits(picture), board, &view->edge_pitch);
        view->width = picture->width;
        view->height = picture->height;
        view->count = 0;
        if (*seen != RIM_SEEN_BOARD)
            return RIM_OK;
        view->count = int(f.px.size());
        for (int i = 0; i < view->count; i++) {
            view->id[i] = f.id[size_t(i)];
            view->px[i] = {f.px[size_t(i)].x, f.px[size_t(i)].y};
        }
        return RIM_OK;
    });
}

rim_err rim_cv_guess_chessboard(int *cols, int *rows, const rim_frame *picture)
{
    *cols = *rows = 0;
    return guarded("looking for a chessboard", [&] {
        points px;
        cv::Mat meta;
        if (cv::findChessboardCornersSB(to_8_bits(picture), {3, 3}, px,
                                        cv::CALIB_CB_LARGER, meta)) {
            *cols = meta.cols;
            *rows = meta.rows;
        }
        return RIM_OK;
    });
}

rim_err rim_cv_draw_charuco(rim_frame *out, const rim_board *board, double px_per_mm,
                            rim_point origin)
{
#ifdef RIM_HAVE_CHARUCO
    return guarded("drawing the board", [&] {
        // Drawn at a whole number of pixels a square, then scaled into place.
        const int square = 96;
        const cv::Size size((board->cols + 1) * square, (board->rows + 1) * square);
        cv::Mat drawn, placed;
        charuco_board(board)->draw(size, drawn);
        const double s = board->pitch_mm * px_per_mm / square;
        const cv::Mat to_out =
            (cv::Mat_<double>(2, 3) << s, 0, origin.x - (square - 0.5) * s, 0, s,
             origin.y - (square - 0.5) * s);
        cv::GaussianBlur(drawn, drawn, cv::Size(), 0.5 * std::max(1.0, 1 / s));
        cv::warpAffine(drawn, placed, to_out, {out->width, out->height},
                       cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar(255));
        cv::Mat target(out->height, out->width, CV_16U, out->data, size_t(out->stride));
        placed.convertTo(target, CV_16U);
        return RIM_OK;
    });
#else
    (void)out, (void)board, (void)px_per_mm, (void)origin;
    return charuco_missing();
#endif
}

// ---- solving ----

namespace
{

using solid_points = std::vector<cv::Point3f>;

void view_points(solid_points &board_mm, points &px, const rim_view *view,
                 const rim_board *board)
{
    for (int i = 0; i < view->count; i++) {
        const rim_point p = rim_board_point(board, view->id[i]);
        board_mm.emplace_back(float(p.x), float(p.y), 0.0F);
        px.emplace_back(float(view->px[i].x), float(view->px[i].y));
    }
}

void put_cells(double *out, const cv::Mat &m)
{
    cv::Mat d;
    m.convertTo(d, CV_64F);
    std::copy(d.begin<double>(), d.end<double>(), out);
}

cv::Mat matrix_of(const double cell[9])
{
    return cv::Mat(3, 3, CV_64F, const_cast<double *>(cell)).clone();
}

cv::Mat bend_of(const double distortion[5])
{
    return cv::Mat(1, 5, CV_64F, const_cast<double *>(distortion)).clone();
}

void put_pose(rim_pose *pose, const cv::Mat &rotation, const cv::Mat &translation,
              double rms_px)
{
    cv::Mat r = rotation;
    if (rotation.total() == 3)
        cv::Rodrigues(rotation, r);
    put_cells(pose->rotation, r);
    put_cells(pose->translation_mm, translation);
    pose->rms_px = rms_px;
}

int flags_of(unsigned fixed)
{
    int flags = 0;
    if (fixed & RIM_LENS_NO_TANGENTIAL)
        flags |= cv::CALIB_ZERO_TANGENT_DIST;
    if (fixed & RIM_LENS_NO_K3)
        flags |= cv::CALIB_FIX_K3;
    return flags;
}

const cv::TermCriteria UNTIL_STILL(cv::TermCriteria::COUNT + cv::TermCriteria::EPS, 200,
                                   1e-12);

} // namespace

rim_err rim_cv_calibrate(rim_lens *lens, rim_pose *pose, const rim_view *const *view,
                         int count, const rim_board *board, unsigned fixed)
{
    return guarded("solving for the lens", [&] {
        std::vector<solid_points> mm(static_cast<size_t>(count));
        std::vector<points> px(static_cast<size_t>(count));
        for (int i = 0; i < count; i++)
            view_points(mm[size_t(i)], px[size_t(i)], view[i], board);
        cv::Mat matrix, bend, spread, spread_poses, errors;
        std::vector<cv::Mat> r, t;
        const cv::Size size(view[0]->width, view[0]->height);
        lens->rms_px =
            cv::calibrateCamera(mm, px, size, matrix, bend, r, t, spread, spread_poses,
                                errors, flags_of(fixed), UNTIL_STILL);
        lens->width = size.width;
        lens->height = size.height;
        put_cells(lens->camera_matrix, matrix);
        put_cells(lens->distortion, bend.reshape(1, 1).colRange(0, 5));
        put_cells(lens->stddev, spread.reshape(1, 1).colRange(0, RIM_LENS_PARAMETERS));
        for (int i = 0; i < count; i++)
            put_pose(&pose[i], r[size_t(i)], t[size_t(i)], errors.at<double>(i));
        return RIM_OK;
    });
}

rim_err rim_cv_pose(rim_pose *pose, const rim_lens *lens, const rim_view *view,
                    const rim_board *board)
{
    return guarded("solving for a pose", [&] {
        solid_points mm;
        points px, again;
        view_points(mm, px, view, board);
        const cv::Mat matrix = matrix_of(lens->camera_matrix);
        const cv::Mat bend = bend_of(lens->distortion);
        cv::Mat r, t;
        cv::solvePnP(mm, px, matrix, bend, r, t, false, cv::SOLVEPNP_ITERATIVE);
        cv::projectPoints(mm, r, t, matrix, bend, again);
        const double sum = cv::norm(again, px, cv::NORM_L2SQR);
        put_pose(pose, r, t, std::sqrt(sum / double(px.size())));
        return RIM_OK;
    });
}

rim_err rim_cv_stereo(rim_stereo *stereo, rim_pose *pose, const rim_view *const *a,
                      const rim_view *const *b, int count, const rim_board *board,
                      unsigned fixed)
{
    return guarded("solving for two cameras", [&] {
        std::vector<solid_points> mm(static_cast<size_t>(count));
        std::vector<points> pa(static_cast<size_t>(count)), pb(pa);
        for (int i = 0; i < count; i++) {
            for (int j = 0, k = 0; j < a[i]->count; j++) {
                while (k < b[i]->count && b[i]->id[k] < a[i]->id[j])
                    k++;
                if (k == b[i]->count || b[i]->id[k] != a[i]->id[j])
                    continue;
                const rim_point p = rim_board_point(board, a[i]->id[j]);
                mm[size_t(i)].emplace_back(float(p.x), float(p.y), 0.0F);
                pa[size_t(i)].emplace_back(float(a[i]->px[j].x), float(a[i]->px[j].y));
                pb[size_t(i)].emplace_back(float(b[i]->px[k].x), float(b[i]->px[k].y));
            }
        }
        cv::Mat ma = matrix_of(stereo->a.camera_matrix),
                da = bend_of(stereo->a.distortion),
                mb = matrix_of(stereo->b.camera_matrix),
                db = bend_of(stereo->b.distortion);
        cv::Mat r, t, essential, fundamental, errors;
        const int flags = flags_of(fixed) |
                          (fixed & RIM_LENS_KEEP ? int(cv::CALIB_FIX_INTRINSIC)
                                                 : int(cv::CALIB_USE_INTRINSIC_GUESS));
        stereo->rms_px = cv::stereoCalibrate(
            mm, pa, pb, ma, da, mb, db, {a[0]->width, a[0]->height}, r, t, essential,
            fundamental, errors, flags, UNTIL_STILL);
        put_cells(stereo->a.camera_matrix, ma);
        put_cells(stereo->a.distortion, da.reshape(1, 1).colRange(0, 5));
        put_cells(stereo->b.camera_matrix, mb);
        put_cells(stereo->b.distortion, db.reshape(1, 1).colRange(0, 5));
        put_cells(stereo->rotation, r);
        put_cells(stereo->translation_mm, t);
        for (int i = 0; i < count; i++) {
            cv::Mat pr, pt;
            cv::solvePnP(mm[size_t(i)], pa[size_t(i)], ma, da, pr, pt);
            const double ea = errors.at<double>(i, 0), eb = errors.at<double>(i, 1);
            put_pose(&pose[i], pr, pt, std::sqrt((ea * ea + eb * eb) / 2));
        }
        return RIM_OK;
    });
}

rim_err rim_cv_homography(double h[9], const rim_point *from, const rim_point *to,
                          int count, double ransac_px, bool *inlier)
{
    return guarded("solving for a homography", [&] {
        std::vector<cv::Point2d> a, b;
        for (int i = 0; i < count; i++) {
            a.emplace_back(from[i].x, from[i].y);
            b.emplace_back(to[i].x, to[i].y);
        }
        cv::Mat mask;
        const int method = ransac_px > 0 ? int(cv::RANSAC) : 0;
        const cv::Mat m = cv::findHomography(a, b, method, ransac_px, mask, 5000);
        if (m.empty())
            return RIM_ERR_FORMAT;
        put_cells(h, m);
        for (int i = 0; inlier && i < count; i++)
            inlier[i] = mask.at<uint8_t>(i) != 0;
        return RIM_OK;
    });
}

rim_err rim_cv_match(rim_point *from, rim_point *to, int *count, int max,
                     const rim_frame *a, const rim_frame *b)
{
    *count = 0;
    return guarded("matching the pictures", [&] {
        const auto sift = cv::SIFT::create(4000, 3, 0.02);
        std::vector<cv::KeyPoint> ka, kb;
        cv::Mat da, db;
        sift->detectAndCompute(prepare(to_8_bits(a), 2), cv::noArray(), ka, da);
        sift->detectAndCompute(prepare(to_8_bits(b), 2), cv::noArray(), kb, db);
        if (ka.size() < 8 || kb.size() < 8)
            return RIM_OK;
        std::vector<std::vector<cv::DMatch>> near;
        cv::BFMatcher(cv::NORM_L2).knnMatch(da, db, near, 2);
        std::vector<cv::DMatch> good;
        for (const auto &n : near)
            if (n.size() == 2 && n[0].distance < 0.85F * n[1].distance)
                good.push_back(n[0]);
        std::stable_sort(good.begin(), good.end());
        for (const cv::DMatch &m : good) {
            if (*count == max)
                break;
            const cv::Point2f p = 2 * ka[size_t(m.queryIdx)].pt,
                              q = 2 * kb[size_t(m.trainIdx)].pt;
            from[*count] = {p.x + 0.5, p.y + 0.5};
            to[(*count)++] = {q.x + 0.5, q.y + 0.5};
        }
        return RIM_OK;
    });
}
