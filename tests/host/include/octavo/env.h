/* SPDX-License-Identifier: MIT */
/*
 * env.h - the world around a pure file when it is compiled on the host.
 *
 * It stands in front of the kernel's header of the same name (-Itests/host/include first), as do
 * types.h, errno.h and string.h beside it; all other headers are the kernel's, of the debug
 * flavour. An assertion that fails aborts, so that cmocka, the sanitizers and libFuzzer see it.
 * What printk() is told is kept in host_log[] (the newest 8K), so that tests can look for
 * messages; HOST_LOG=1 in the environment shows them.
 */
#pragma once

#include <octavo/types.h>
#include <octavo/assert.h>
#include <octavo/config.h>
#include <octavo/errno.h>
#include <octavo/printk.h>
#include <octavo/string.h>
#include <stdio.h>
#include <stdlib.h>

extern char host_log[]; /* NUL-terminated */
void host_log_clear(void);
