/* SPDX-License-Identifier: MIT */
/*
 * param.h - the kernel's command line (pure).
 *
 *	key=value key "key=value with blanks" -- PROGRAM ARG...
 *
 * Blanks (space, tab, newline) separate words. "..." groups, so that blanks inside belong to the
 * word; an empty pair is an empty word. A backslash, inside or outside quotes, takes the next
 * character as it is. What stands after the first word that is exactly -- and has neither quotes
 * nor backslashes is the program to run and its arguments.
 */
#pragma once

#include <octavo/env.h>

#define PARAM_MAX_WORDS 128
#define PARAM_TEXT_MAX  2304

struct params {
	unsigned nr_words;                 /* before -- */
	unsigned nr_args;                  /* after it */
	const char *word[PARAM_MAX_WORDS]; /* "key=value" or "key", quotes removed; then the args */
	char text[PARAM_TEXT_MAX];
};

/*
 * params_parse - cut cmdline (NUL-terminated) into words.
 *   => 0; -EINVAL: unfinished quote or escape; -E2BIG: too many words, or too long. Each defect
 *	leaves one line in the log; `p` is then valid and holds the words up to the defect, an
 *	unfinished one to the end of the text.
 */
int params_parse(struct params *p, const char *cmdline);
/* params_get - value of the last "key=value", "" for a bare key, NULL if it is not there. */
const char *params_get(const struct params *p, const char *key);
/* params_get_u32 - number: decimal, 0x hex, one suffix K M G (powers of 1024).
 *   => 0; -ENOENT: not there; -EINVAL: no number; -ERANGE: above 32 bits; *value then untouched */
int params_get_u32(const struct params *p, const char *key, u32 *value);
int param_u32(const char *text, u32 *value); /* the same of any text: not -ENOENT */
/* params_arg - the i-th word after --, or NULL */
const char *params_arg(const struct params *p, unsigned i);
/* params_list_has - is `item` in the comma-separated value of key? (debug=why,syscalls) */
bool params_list_has(const struct params *p, const char *key, const char *item);

/* params_unknown - write the keys before -- that are none of the `nr` known ones into buf[size > 0],
 * with a blank between them, as far as there is room, and a NUL. => how many there are */
unsigned params_unknown(const struct params *p, const char *const *known, unsigned nr, char *buf,
			size_t size);

extern struct params boot_params; /* [I] after boot; main.c */
