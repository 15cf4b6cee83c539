/* SPDX-License-Identifier: MIT */
/*
 * env.h - all that a pure file knows of the world around it.
 *
 * A pure file (buddy.c, vma.c, cpio.c ...) includes this header, its own, and other pure ones,
 * and nothing else. The host tests put a header of the same name in front of this one, so that
 * the same source runs under sanitizers, against models and in a fuzzer.
 */
#pragma once

#include <octavo/assert.h>
#include <octavo/config.h>
#include <octavo/errno.h>
#include <octavo/printk.h>
#include <octavo/string.h>
#include <octavo/types.h>
