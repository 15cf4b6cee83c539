/* SPDX-License-Identifier: MIT */
/*
 * Any text: the words stand in the parser's own text and end there, and are those of a naive
 * splitter that writes each word apart.
 */
#include "fuzz.h"
#include <octavo/param.h>

static struct params p;

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The next word of *s into word; false at the end. */
static bool naive_word(const char **s, char *word, bool *plain, bool *defect)
{
	const char *c = *s;
	bool quote = false;
	size_t n = 0;

	while (*c && blank(*c))
		c++;
	if (!*c)
		return false;
	*plain = true;
	while (*c && (quote || !blank(*c))) {
		if (*c == '"') {
			quote = !quote;
			*plain = false;
		} else if (*c == '\\') {
			*plain = false;
			if (c[1])
				word[n++] = *++c;
			else
				*defect = true;
		} else {
			word[n++] = *c;
		}
		c++;
	}
	if (quote)
		*defect = true;
	word[n] = '\0';
	*s = c;
	return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const char alphabet[] = "ab=- \"\\\t\n,k0";
	char *text = malloc(len + 1);
	char *word = malloc(len + 1);
	const char *pos;
	bool defect = false, plain, args = false, too_many = false;
	unsigned nr_words = 0, nr_args = 0;
	int err;

	for (size_t i = 0; i < len; i++)
		text[i] = data[i] < 128 ? alphabet[data[i] % 12] : (char)data[i];
	text[len] = '\0';
	host_log_clear();
	err = params_parse(&p, text);
	if (len >= PARAM_TEXT_MAX) {
		MUST(err == -E2BIG || err == -EINVAL);
		free(word);
		free(text);
		return 0;
	}
	for (pos = text; naive_word(&pos, word, &plain, &defect);) {
		unsigned at = nr_words + nr_args;

		if (!args && plain && strcmp(word, "--") == 0) {
			args = true;
			continue;
		}
		if (at == PARAM_MAX_WORDS) {
			too_many = true;
			break;
		}
		MUST(p.word[at] >= p.text && p.word[at] < p.text + PARAM_TEXT_MAX);
		MUST(strcmp(p.word[at], word) == 0);
		*(args ? &nr_args : &nr_words) += 1;
	}
	MUST(p.nr_words == nr_words && p.nr_args == nr_args);
	MUST(too_many || (err == 0) == !defect);
	MUST((err == 0) == (host_log[0] == '\0'));
	free(word);
	free(text);
	return 0;
}
