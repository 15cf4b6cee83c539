/* SPDX-License-Identifier: MIT */
/* errno.h - Linux's error numbers; the kernel returns them negated. */
#pragma once

#include <uapi/octavo/errno.h>
