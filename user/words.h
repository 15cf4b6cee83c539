/* SPDX-License-Identifier: MIT */
#ifndef USER_WORDS_H
#define USER_WORDS_H

/*
 * Splits LINE into words, in place, and stores pointers to them in WORDS,
 * followed by NULL. Blanks separate; '...' keeps everything, "..." everything
 * but backslash and itself, a backslash the next character; # begins a comment
 * where a word could begin.
 * => the number of words; -1 if a quote is not closed, -2 if there are more
 *    than MAX - 1 words
 */
int words_split(char *line, char **words, int max);

#endif
