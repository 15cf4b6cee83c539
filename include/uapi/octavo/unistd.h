/* SPDX-License-Identifier: MIT */
/*
 * System-call numbers of the architecture that is compiled for.
 */
#ifndef UAPI_OCTAVO_UNISTD_H
#define UAPI_OCTAVO_UNISTD_H

#include <uapi/octavo/unistd-common.h>
#ifdef __arm__
#include <uapi/octavo/unistd-arm.h>
#else
#include <uapi/octavo/unistd-i386.h>
#endif

#endif
