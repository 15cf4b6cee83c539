/* SPDX-License-Identifier: MIT */
/*
 * param.c - the kernel's command line (pure). param.h describes the syntax.
 *
 * The text is copied once and cut apart in place: a word without its quotes and backslashes is
 * never longer than it was with them, so the writing end never overtakes the reading end.
 *
 *	text:	k e y = " a   b " _ - - _ x	before
 *		k e y = a   b 0 ...       x 0	after
 *			        ^write    ^read
 */
#include <octavo/param.h>

struct scanner {
	const char *read;
	char *write;
	bool bare; /* the last word had neither quotes nor backslashes */
	int error;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Cut out the next word; NULL at the end of the text. */
static char *next_word(struct scanner *s)
{
	char *word;
	bool quoted = false;

	while (is_blank(*s->read))
		s->read++;
	if (!*s->read)
		return NULL;
	word = s->write;
	s->bare = true;
	for (; *s->read && (quoted || !is_blank(*s->read)); s->read++) {
		char c = *s->read;

		if (c == '"') {
			quoted = !quoted;
			s->bare = false;
			continue;
		}
		if (c == '\\') {
			s->bare = false;
			if (!s->read[1]) {
				s->error = -EINVAL;
				pr_err("command line: backslash at the end\n");
				continue;
			}
			c = *++s->read;
		}
		*s->write++ = c;
	}
	if (quoted) {
		s->error = -EINVAL;
		pr_err("command line: quote without its partner\n");
	}
	/* The NUL may fall on the blank that ended the word: step over that first. */
	if (*s->read)
		s->read++;
	*s->write++ = '\0';
	return word;
}

int params_parse(struct params *p, const char *cmdline)
{
	struct scanner s = {p->text, p->text, true, 0};
	bool args = false;
	char *word;

	p->nr_words = 0;
	p->nr_args = 0;
	if (strlcpy(p->text, cmdline, sizeof(p->text)) >= sizeof(p->text)) {
		s.error = -E2BIG;
		pr_err("command line: longer than %d bytes, cut\n", PARAM_TEXT_MAX - 1);
	}
	while ((word = next_word(&s)) != NULL) {
		if (!args && s.bare && strcmp(word, "--") == 0) {
			args = true;
			continue;
		}
		if (p->nr_words + p->nr_args == PARAM_MAX_WORDS) {
			s.error = -E2BIG;
			pr_err("command line: more than %d words, cut at %s\n", PARAM_MAX_WORDS,
			       word);
			break;
		}
		p->word[p->nr_words + p->nr_args] = word;
		if (args)
			p->nr_args++;
		else
			p->nr_words++;
	}
	return s.error;
}

const char *params_get(const struct params *p, const char *key)
{
	size_t len = strlen(key);

	for (unsigned i = p->nr_words; i > 0; i--) {
		const char *word = p->word[i - 1];

		if (strncmp(word, key, len) != 0)
			continue;
		if (word[len] == '=')
			return word + len + 1;
		if (!word[len])
			return word + len;
	}
	return NULL;
}

static int digit_of(char c, unsigned base)
{
	unsigned digit = base;

	if (c >= '0' && c <= '9')
		digit = (unsigned)(c - '0');
	else if (c >= 'a' && c <= 'f')
		digit = (unsigned)(c - 'a') + 10;
	else if (c >= 'A' && c <= 'F')
		digit = (unsigned)(c - 'A') + 10;
	return digit < base ? (int)digit : -1;
}

static unsigned suffix_shift(char c)
{
	switch (c) {
	case 'k':
	case 'K':
		return 10;
	case 'm':
	case 'M':
		return 20;
	case 'g':
	case 'G':
		return 30;
	default:
		return 0;
	}
}

int param_u32(const char *s, u32 *value)
{
	unsigned base = 10;
	unsigned shift;
	bool too_large = false;
	u32 v = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	if (digit_of(*s, base) < 0)
		return -EINVAL;
	for (; digit_of(*s, base) >= 0; s++) {
		too_large |= __builtin_mul_overflow(v, base, &v);
		too_large |= __builtin_add_overflow(v, (u32)digit_of(*s, base), &v);
	}
	shift = suffix_shift(*s);
	if (s[shift ? 1 : 0])
		return -EINVAL;
	if (too_large || v > UINT32_MAX >> shift)
		return -ERANGE;
	*value = v << shift;
	return 0;
}

int params_get_u32(const struct params *p, const char *key, u32 *value)
{
	const char *text = params_get(p, key);

	return text ? param_u32(text, value) : -ENOENT;
}

const char *params_arg(const struct params *p, unsigned i)
{
	return i < p->nr_args ? p->word[p->nr_words + i] : NULL;
}

bool params_list_has(const struct params *p, const char *key, const char *item)
{
	const char *list = params_get(p, key);
	size_t len = strlen(item);

	while (list && *list) {
		const char *comma = strchr(list, ',');
		size_t n = comma ? (size_t)(comma - list) : strlen(list);

		if (n == len && strncmp(list, item, len) == 0)
			return true;
		list = comma ? comma + 1 : NULL;
	}
	return false;
}

/* Is the word, "key" or "key=value", of this key? */
static bool has_key(const char *word, const char *key)
{
	size_t len = strlen(key);

	return strncmp(word, key, len) == 0 && (word[len] == '=' || !word[len]);
}

unsigned params_unknown(const struct params *p, const char *const *known, unsigned nr, char *buf,
			size_t size)
{
	unsigned unknown = 0;
	size_t used = 0;

	for (unsigned i = 0; i < p->nr_words; i++) {
		unsigned k = 0;

		while (k < nr && !has_key(p->word[i], known[k]))
			k++;
		if (k < nr)
			continue;
		if (unknown++ > 0 && used < size - 1)
			buf[used++] = ' ';
		for (const char *s = p->word[i]; *s && *s != '=' && used < size - 1; s++)
			buf[used++] = *s;
	}
	buf[used] = '\0';
	return unknown;
}
