/* SPDX-License-Identifier: MIT */
/*
 * Errors: messages, raising and catching; and what every file needs: memory
 * that is there or ends the shell.
 *
 * A catcher remembers how deep the shell was (functions, redirections, loops,
 * scratch memory); an error that arrives there puts all of it back.
 */
#define _GNU_SOURCE /* vasprintf() */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

struct catcher *catcher;

void catch_begin(struct catcher *c)
{
	c->outer = catcher;
	c->scratch = arena_mark(&sh.scratch);
	c->frame = frame_current();
	c->tree = tree_uses;
	c->redirected = redirect_mark();
	c->loop_depth = loop_depth;
	catcher = c;
}

void catch_end(struct catcher *c)
{
	catcher = c->outer;
}

static void vwarn(const char *fmt, va_list ap)
{
	char line[512];
	int len = snprintf(line, sizeof(line), "%s: %d: ", sh.name, sh.line);

	if (len < (int)sizeof(line) - 2)
		len += vsnprintf(line + len, sizeof(line) - (size_t)len - 1, fmt, ap);
	if (len > (int)sizeof(line) - 2)
		len = (int)sizeof(line) - 2;
	line[len++] = '\n';
	write_all(STDERR_FILENO, line, (size_t)len);
}

void sh_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vwarn(fmt, ap);
	va_end(ap);
}

void sh_raise(void)
{
	struct catcher *c = catcher;

	out_flush();
	if (!c)
		sh_exit(sh.status);
	catcher = c->outer;
	while (frame_current() != c->frame)
		frame_pop();
	while (tree_uses != c->tree)
		tree_end();
	redirect_undo(c->redirected);
	arena_release(&sh.scratch, c->scratch);
	loop_depth = c->loop_depth;
	leaving = LEAVE_NOT;
	longjmp(c->jump, 1);
}

void sh_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vwarn(fmt, ap);
	va_end(ap);
	sh.status = STATUS_ERROR;
	sh_raise();
}

static struct {
	char text[1024];
	size_t used;
	bool lost;
} output;

int out_flush(void)
{
	bool lost = output.lost;

	if (output.used && write_all(STDOUT_FILENO, output.text, output.used) < 0)
		lost = true;
	output.used = 0;
	output.lost = false;
	return lost ? -1 : 0;
}

void out_bytes(const char *text, size_t len)
{
	for (; len > 0; text++, len--) {
		if (output.used == sizeof(output.text))
			output.lost = out_flush() < 0 || output.lost;
		output.text[output.used++] = *text;
	}
}

void out(const char *fmt, ...)
{
	char *text;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0)
		sh_no_memory();
	out_bytes(text, (size_t)len);
	free(text);
}

void sh_exit(int status)
{
	sh.status = status;
	catcher = NULL;
	out_flush();
	trap_run_exit();
	out_flush();
	_exit(sh.status & 0xff);
}

void sh_no_memory(void)
{
	sh_error("out of memory");
}

void *sh_malloc(size_t bytes)
{
	void *memory = malloc(bytes ? bytes : 1);

	if (!memory)
		sh_no_memory();
	return memory;
}

void *sh_realloc(void *old, size_t bytes)
{
	void *memory = realloc(old, bytes);

	if (!memory)
		sh_no_memory();
	return memory;
}

char *sh_strdup(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(sh_malloc(size), text, size);
}

char *scratch_copy(const char *text, size_t len)
{
	return arena_copy(&sh.scratch, text, len);
}

int write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, text, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		text += put;
		len -= (size_t)put;
	}
	return 0;
}
