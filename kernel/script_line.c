/* SPDX-License-Identifier: MIT */
/*
 * script_line.c - which interpreter a script asks for, and with what argument.
 *
 *	buf  #!  /bin/awk  -f x \n ...
 *	         |       |     |
 *	         start   name  end	of the line, blanks at both sides left out
 */
#include <octavo/script_line.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The first byte in [from, end) that is no blank; end if all are. */
static char *skip_blanks(char *from, const char *end)
{
	while (from < end && is_blank(*from))
		from++;
	return from;
}

/* The first byte in [from, end) that ends a word; end if none does. */
static char *skip_word(char *from, const char *end)
{
	while (from < end && !is_blank(*from) && *from != '\0')
		from++;
	return from;
}

/* Where the line ends: at its newline, or at the last byte of the buffer. NULL: a newline comes too
 * late to say whether the interpreter's name is whole. */
static char *line_end(char *buf)
{
	char *last = buf + SCRIPT_LINE_BYTES - 1;
	char *c = buf;

	while (c <= last && *c != '\n' && *c != '\0')
		c++;
	if (c <= last && *c == '\n')
		return c;
	c = skip_word(skip_blanks(buf + 2, last + 1), last + 1);
	return c <= last ? last : NULL;
}

bool script_line_parse(char *buf, struct script_line *line)
{
	char *start, *name_end, *argument, *end;

	if (buf[0] != '#' || buf[1] != '!')
		return false;
	end = line_end(buf);
	if (end == NULL)
		return false;
	while (end > buf + 2 && is_blank(end[-1]))
		end--;
	start = skip_blanks(buf + 2, end);
	if (start == end)
		return false;
	name_end = skip_word(start, end);
	argument = name_end < end && *name_end != '\0' ? skip_blanks(name_end, end) : NULL;
	*end = '\0';
	*name_end = '\0';
	line->interpreter = start;
	line->argument = argument;
	return true;
}
