/* SPDX-License-Identifier: MIT */
/* errno.h - the host's numbers are Linux's, as the kernel's are. */
#pragma once

#include <errno.h>
