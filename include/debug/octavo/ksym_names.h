/* SPDX-License-Identifier: MIT */
/* ksym_names.h - names of functions, debug flavour: they are in the kernel. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* ksym_name - the name of function i of the table into NAME (KSYM_NAME_MAX bytes).
 *   => false: the kernel does not have it; takes no locks, never sleeps */
bool ksym_name(uint32_t i, char *name);
