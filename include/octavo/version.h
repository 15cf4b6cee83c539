/* SPDX-License-Identifier: MIT */
/* version.h - what the kernel calls itself. */
#pragma once

#define OCTAVO_VERSION       "0.1"
#define OCTAVO_LINUX_RELEASE "6.1.0-octavo" /* whose system-call interface this is */
