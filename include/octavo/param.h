/* SPDX-License-Identifier: MIT */
/*
 * param.h - the kernel's command line (pure).
 *
 *	key=value key "key=value with blanks" -- PROGRAM ARG...
 *
 * Blanks separate words; "..." groups; a backslash takes the next character as it is. What stands
 * after a word that is exactly -- is the program to run and its arguments.
 */
#pragma once

#include <octavo/types.h>

#define PARAM_MAX_WORDS 128
#define PARAM_TEXT_MAX 2304

struct params {
	unsigned nr_words;	  /* before -- */
	unsigned nr_args;	  /* after it */
	const char *word[PARAM_MAX_WORDS]; /* "key=value" or "key", quotes removed; then the args */
	char text[PARAM_TEXT_MAX];
};

/* params_parse - => 0; -EINVAL unfinished quote or escape; -E2BIG too many words or too long.
 * On error `p` holds what was read before the defect. */
int params_parse(struct params *p, const char *cmdline);
/* params_get - value of the last "key=value", "" for a bare key, NULL if it is not there. */
const char *params_get(const struct params *p, const char *key);
/* params_get_u32 - number (decimal, 0x hex, K M G suffix); => 0, -ENOENT, -EINVAL, -ERANGE */
int params_get_u32(const struct params *p, const char *key, u32 *value);
/* params_arg - the i-th word after --, or NULL */
const char *params_arg(const struct params *p, unsigned i);
/* params_list_has - is `item` in the comma-separated value of key? (debug=why,syscalls) */
bool params_list_has(const struct params *p, const char *key, const char *item);

extern struct params boot_params; /* [I] after boot; main.c */
