// banner.h: what must stand wherever the program introduces itself.
// SPDX-License-Identifier: MIT
#ifndef RIM_APP_BANNER_H
#define RIM_APP_BANNER_H

#define RIM_BANNER                                                                     \
    "For research use only. Not a medical device; not for diagnosis or for "           \
    "decisions\n"                                                                      \
    "about a patient. That no fluorescence was detected never means that no tumour\n"  \
    "is there."

#endif
