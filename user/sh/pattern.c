/* SPDX-License-Identifier: MIT */
/*
 * Patterns: * ? [a-z] [!a] [[:digit:]], where a quoted byte stands for itself.
 * For case, ${x%pattern} and file names.
 *
 * Only the last * is ever gone back to: if what follows it can match at all,
 * it matches behind the shortest text for those before it.
 */
#include <ctype.h>
#include <string.h>

#include "sh.h"

struct pattern {
	const char *text;
	const unsigned char *flags;
	size_t len;
};

static bool is_active(const struct pattern *p, size_t at, char c)
{
	return at < p->len && p->text[at] == c && !(p->flags[at] & X_QUOTED);
}

/* Is there a [...] at AT? => the place behind its ], 0 if there is none */
static size_t bracket_end(const struct pattern *p, size_t at)
{
	size_t i = at + 1;

	if (is_active(p, i, '!') || is_active(p, i, '^'))
		i++;
	if (i < p->len && p->text[i] == ']')
		i++;
	for (; i < p->len; i++) {
		if (is_active(p, i, '[') && i + 1 < p->len && p->text[i + 1] == ':') {
			size_t end = i + 2;

			while (end + 1 < p->len &&
			       !(p->text[end] == ':' && p->text[end + 1] == ']'))
				end++;
			if (end + 1 < p->len)
				i = end + 1;
		} else if (is_active(p, i, ']')) {
			return i + 1;
		} else if (is_active(p, i, '\\')) {
			i++;
		}
	}
	return 0;
}

static bool in_class(const char *name, size_t len, int c)
{
	static const struct {
		const char *name;
		int (*is)(int);
	} classes[] = {
		{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
		{"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
		{"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (strlen(classes[i].name) == len && memcmp(classes[i].name, name, len) == 0)
			return classes[i].is(c) != 0;
	return false;
}

/* Is C one of the characters between the brackets [AT, END)? */
static bool in_bracket(const struct pattern *p, size_t at, size_t end, unsigned char c)
{
	size_t i = at + 1;
	bool negated = is_active(p, i, '!') || is_active(p, i, '^');
	bool found = false;

	i += negated;
	for (bool first = true; i < end - 1 || first; first = false) {
		unsigned char low, high;

		if (is_active(p, i, '[') && p->text[i + 1] == ':') {
			size_t close = i + 2;

			while (close < end - 1 && p->text[close] != ':')
				close++;
			found = found || in_class(p->text + i + 2, close - i - 2, c);
			i = close + 2;
			continue;
		}
		if (is_active(p, i, '\\') && i + 1 < end - 1)
			i++;
		low = high = (unsigned char)p->text[i++];
		if (is_active(p, i, '-') && i + 1 < end - 1) {
			i++;
			if (is_active(p, i, '\\') && i + 1 < end - 1)
				i++;
			high = (unsigned char)p->text[i++];
		}
		found = found || (low <= c && c <= high);
	}
	return found != negated;
}

/* Does the single-character piece at *AT match C? *AT moves behind it. */
static bool piece_matches(const struct pattern *p, size_t *at, char c)
{
	size_t start = *at;

	if (is_active(p, start, '[')) {
		size_t end = bracket_end(p, start);

		if (end) {
			*at = end;
			return in_bracket(p, start, end, (unsigned char)c);
		}
	}
	if (is_active(p, start, '?')) {
		*at = start + 1;
		return true;
	}
	if (is_active(p, start, '\\') && start + 1 < p->len)
		start++;
	*at = start + 1;
	return p->text[start] == c;
}

bool pattern_matches(const char *pattern, const unsigned char *flags, size_t len, const char *text,
		     size_t text_len)
{
	struct pattern p = {pattern, flags, len};
	size_t at = 0, pos = 0;
	size_t star_at = 0, star_pos = 0;
	bool star = false;

	for (;;) {
		if (is_active(&p, at, '*')) {
			star = true;
			star_at = ++at;
			star_pos = pos;
			continue;
		}
		if (at == len && pos == text_len)
			return true;
		if (at < len && pos < text_len && piece_matches(&p, &at, text[pos])) {
			pos++;
			continue;
		}
		if (!star || star_pos == text_len)
			return false;
		at = star_at;
		pos = ++star_pos;
	}
}

bool pattern_is_plain(const char *pattern, const unsigned char *flags, size_t len)
{
	struct pattern p = {pattern, flags, len};

	for (size_t i = 0; i < len; i++)
		if (is_active(&p, i, '*') || is_active(&p, i, '?') ||
		    (is_active(&p, i, '[') && bracket_end(&p, i)))
			return false;
	return true;
}
