/* SPDX-License-Identifier: MIT */
/* Waiting for descriptors. poll(2). */
#include <sys/poll.h>
