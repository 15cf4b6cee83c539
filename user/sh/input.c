/* SPDX-License-Identifier: MIT */
/*
 * Lines from a descriptor: a script, a terminal, a pipe.
 *
 * Standard input is shared with the programs that the shell starts: they must
 * find there what follows the line. A terminal gives no more than a line at a
 * time; from anything else the line is read byte by byte. A script's own
 * descriptor belongs to the shell alone and is read in blocks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

static void prompt(const char *name)
{
	const char *text = var_get(name);

	if (text)
		write_all(STDERR_FILENO, text, strlen(text));
}

/* => the next byte, -1 at the end; -2 if a signal came */
static int next_byte(struct input *input)
{
	ssize_t got;

	if (input->at < input->end)
		return (unsigned char)input->buf[input->at++];
	if (input->ended)
		return -1;
	got = read(input->fd, input->buf, input->by_byte ? 1 : sizeof(input->buf));
	if (got < 0 && errno == EINTR)
		return -2;
	if (got <= 0) {
		input->ended = !input->prompts || got < 0;
		return -1;
	}
	input->at = 1;
	input->end = (size_t)got;
	return (unsigned char)input->buf[0];
}

static const char *input_next_line(struct source *source, size_t *len, bool continued)
{
	struct input *input = (struct input *)source;
	size_t used = 0;
	int c;

	if (input->prompts) {
		if (!continued)
			jobs_report();
		prompt(continued ? "PS2" : "PS1");
	}
	do {
		c = next_byte(input);
		if (c == -2) {
			if (trap_pending)
				traps_run();
			continue;
		}
		if (c < 0)
			break;
		if (used + 1 >= input->line_room) {
			input->line_room = input->line_room ? 2 * input->line_room : 128;
			input->line = sh_realloc(input->line, input->line_room);
		}
		input->line[used++] = (char)c;
	} while (c != '\n');
	*len = used;
	if (used && option_on(OPTION_VERBOSE))
		write_all(STDERR_FILENO, input->line, used);
	return used ? input->line : NULL;
}

void input_init(struct input *input, int fd, bool prompts)
{
	memset(input, 0, sizeof(*input));
	input->source.next_line = input_next_line;
	input->fd = fd;
	input->prompts = prompts;
	input->by_byte = fd == STDIN_FILENO && !isatty(fd);
}

char *input_all(int fd, size_t *len)
{
	struct xtext text = {NULL, NULL, 0, 0};
	char buf[512];
	ssize_t got;

	while ((got = read(fd, buf, sizeof(buf))) > 0 || (got < 0 && errno == EINTR))
		for (ssize_t i = 0; i < got; i++)
			xtext_add(&text, buf[i], 0);
	if (got < 0)
		return NULL;
	*len = text.len;
	return text.room ? text.text : scratch_copy("", 0);
}
