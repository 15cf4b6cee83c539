/* SPDX-License-Identifier: MIT */
/*
 * A command line into words. The words are written over the line that they
 * come from: quotes only ever make them shorter.
 */
#include <stddef.h>

#include "words.h"

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * Copies one word from *FROM to TO and ends it with NUL.
 * => the place behind the NUL, *FROM behind the word; NULL if a quote is open
 */
static char *take_word(const char **from, char *to)
{
	const char *p = *from;
	char quote = 0;

	for (; *p && (quote || !is_blank(*p)); p++) {
		if (quote && *p == quote) {
			quote = 0;
		} else if (!quote && (*p == '\'' || *p == '"')) {
			quote = *p;
		} else if (*p == '\\' && quote != '\'' && p[1]) {
			*to++ = *++p;
		} else {
			*to++ = *p;
		}
	}
	if (quote)
		return NULL;
	*from = *p ? p + 1 : p;
	*to++ = '\0';
	return to;
}

int words_split(char *line, char **words, int max)
{
	const char *from = line;
	char *to = line;
	int n = 0;

	for (;;) {
		while (is_blank(*from))
			from++;
		if (!*from || *from == '#')
			break;
		if (n == max - 1)
			return -2;
		words[n++] = to;
		to = take_word(&from, to);
		if (!to)
			return -1;
	}
	words[n] = NULL;
	return n;
}
