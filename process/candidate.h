// candidate.h: a place and a size worth measuring.
// SPDX-License-Identifier: MIT
#ifndef RIM_PROCESS_CANDIDATE_H
#define RIM_PROCESS_CANDIDATE_H

#include <stdbool.h>

#define RIM_CANDIDATES_MAX 160

typedef struct rim_candidate {
    double x, y, radius; // grid pixels
    int score;           // larger is better, within one finder; of what is followed
                         // the frames in which the track was sure
    bool followed;       // a track expects it
    double promise;      // about its log odds, from a first look at its outline
} rim_candidate;

typedef struct rim_candidates {
    int count;
    rim_candidate at[RIM_CANDIDATES_MAX];
} rim_candidates;

// Whether a track expects something of that size there: it needs no finder.
static inline bool rim_candidates_expect(const rim_candidates *c, rim_candidate what)
{
    for (int i = 0; i < c->count && c->at[i].followed; i++) {
        const double dx = c->at[i].x - what.x, dy = c->at[i].y - what.y;
        const double r = c->at[i].radius;
        if (dx * dx + dy * dy < 0.1 * r * r && what.radius < 1.4 * r &&
            r < 1.4 * what.radius)
            return true;
    }
    return false;
}

// Keeps list[first .. first + most - 1] sorted by falling score; `count` is the end
// of the part. A candidate that is too weak for a full part is left out, and one that
// is expected anyway. What is followed stands at the head of the list.
static inline void rim_candidates_offer(rim_candidates *c, int first, int most,
                                        rim_candidate what)
{
    int end = c->count;
    if (rim_candidates_expect(c, what))
        return;
    if (end - first >= most || end >= RIM_CANDIDATES_MAX) {
        if (end == first || c->at[end - 1].score >= what.score)
            return;
        end--;
    }
    int i = end;
    while (i > first && c->at[i - 1].score < what.score) {
        c->at[i] = c->at[i - 1];
        i--;
    }
    c->at[i] = what;
    c->count = end + 1;
}

#endif
