/* SPDX-License-Identifier: MIT */
/*
 * Any file: what the parser finds in its first line is what a naive reader finds, which copies the
 * line first, and then cuts copies from it. The first byte says how much comes before the input.
 */
#include "fuzz.h"
#include <octavo/script_line.h>

#define LAST (SCRIPT_LINE_BYTES - 1)

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The line between #! and its end, and whether its last byte may be in the middle of a word. */
static size_t naive_line(const char *buf, char *text, bool *newline)
{
	size_t len = 0;

	*newline = false;
	for (size_t i = 2; i <= LAST && buf[i] != '\0'; i++)
		if (buf[i] == '\n') {
			*newline = true;
			memcpy(text, buf + 2, i - 2);
			return i - 2;
		}
	len = LAST - 2;
	memcpy(text, buf + 2, len);
	return len;
}

/* => whether it is a script; the words as C strings */
static bool naive(const char *buf, char *interpreter, char *argument, bool *has_argument)
{
	char text[SCRIPT_LINE_BYTES];
	size_t len, at = 0, n = 0;
	bool newline;

	if (buf[0] != '#' || buf[1] != '!')
		return false;
	len = naive_line(buf, text, &newline);
	while (len > 0 && blank(text[len - 1]))
		len--;
	while (at < len && blank(text[at]))
		at++;
	if (at == len)
		return false;
	while (at < len && !blank(text[at]) && text[at] != '\0')
		interpreter[n++] = text[at++];
	interpreter[n] = '\0';
	if (!newline && at == LAST - 2 && !blank(buf[LAST]) && buf[LAST] != '\0')
		return false; /* it goes on */
	*has_argument = at < len && text[at] != '\0';
	if (*has_argument) {
		while (blank(text[at]))
			at++;
		memcpy(argument, text + at, len - at);
		argument[len - at] = '\0';
	}
	return true;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	static const char alphabet[] = "\t  \n/abc\0-x";
	char buf[SCRIPT_LINE_BYTES] = "#!", copy[SCRIPT_LINE_BYTES];
	char interpreter[SCRIPT_LINE_BYTES], argument[SCRIPT_LINE_BYTES];
	struct input in = {data, len};
	u8 filler = take_u8(&in);
	size_t at = 2 + take_u8(&in) % (LAST - 2);
	struct script_line line;
	bool script, has_argument = false;

	memset(buf + 2, "x \t/"[filler % 4], at - 2);
	while (at <= LAST && in.len > 0) {
		u8 byte = take_u8(&in);

		buf[at++] = byte < 128 ? alphabet[byte % (sizeof(alphabet) - 1)] : (char)byte;
	}
	if (filler == 255)
		buf[take_u8(&in) % 2] = 'x';
	memcpy(copy, buf, sizeof(buf));
	script = naive(copy, interpreter, argument, &has_argument);
	MUST(script_line_parse(buf, &line) == script);
	if (!script) {
		MUST(memcmp(buf, copy, sizeof(buf)) == 0);
		return 0;
	}
	MUST(strcmp(line.interpreter, interpreter) == 0);
	MUST((line.argument != NULL) == has_argument);
	MUST(!has_argument || strcmp(line.argument, argument) == 0);
	return 0;
}
