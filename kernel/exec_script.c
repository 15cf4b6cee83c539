/* SPDX-License-Identifier: MIT */
/*
 * exec_script.c - a script is run by the interpreter that its first line names.
 *
 *	argv of execve("./s", {"zero", "one"}), where s begins with "#!/bin/awk -f"
 *
 *	  zero              one		as the caller gave them
 *	  /bin/awk  -f  ./s one		argv[0] gives way to interpreter, argument, path
 *
 * The interpreter may be a script itself; its argv[0] is its path already. What is added goes into
 * a chunk in front of the others, so that the interpreter's name is the first chunk's first string.
 */
#include <octavo/errno.h>
#include <octavo/exec.h>
#include <octavo/fs.h>
#include <octavo/script_line.h>
#include <octavo/slab.h>
#include <octavo/string.h>

#define MAX_SCRIPTS 5 /* each the interpreter of the one before; the next is ELOOP. execve(2) */

/* Takes the first string away, which may lie in many chunks. */
static void drop_first(struct exec_strings *s)
{
	bool ended = false;

	while (!ended) {
		struct exec_chunk *c = STAILQ_FIRST(&s->chunks);
		const char *nul = memchr(c->data, '\0', c->used);
		u32 len = nul != NULL ? (u32)(nul - c->data) + 1 : c->used;

		ended = nul != NULL;
		s->bytes -= len;
		s->env_start -= len;
		c->used -= len;
		memmove(c->data, c->data + len, c->used);
		if (c->used == 0) {
			STAILQ_REMOVE_HEAD(&s->chunks, link);
			kfree(c);
		}
	}
	s->argc--;
}

/* The strings of `front` before those of `s`, into which they go. */
static void put_in_front(struct exec_strings *s, struct exec_strings *front)
{
	STAILQ_CONCAT(&front->chunks, &s->chunks);
	STAILQ_CONCAT(&s->chunks, &front->chunks);
	s->bytes += front->bytes;
	s->env_start += front->bytes;
	s->argc += front->argc;
}

static int add_front(struct exec_strings *front, const char *text)
{
	front->argc++;
	return exec_strings_add(front, text);
}

/* Rewrites argv; `path` is the script's where argv[0] is something else, NULL where it is that. */
static int rewrite(struct exec_strings *s, const struct script_line *line, const char *path)
{
	struct exec_strings front;
	int err;

	exec_strings_init(&front);
	err = add_front(&front, line->interpreter);
	if (err == 0 && line->argument != NULL)
		err = add_front(&front, line->argument);
	if (err == 0 && path != NULL)
		err = add_front(&front, path);
	if (err != 0) {
		exec_strings_free(&front);
		return err;
	}
	if (path != NULL)
		drop_first(s);
	put_in_front(s, &front);
	return exec_strings_fit(s) ? 0 : -E2BIG;
}

/* => 1: a script, and argv begins with its interpreter; 0: none; -errno */
static int look_at(struct file *file, struct exec_strings *s, const char *path)
{
	char buf[SCRIPT_LINE_BYTES] = {0};
	struct script_line line;
	ssize_t len = file_read_kernel(file, buf, sizeof(buf), 0);
	int err;

	if (len < 0)
		return (int)len;
	if (!script_line_parse(buf, &line))
		return 0;
	if (line.interpreter[0] == '\0')
		return -EACCES; /* Linux asks for the working directory then, which is no program */
	err = rewrite(s, &line, path);
	return err == 0 ? 1 : err;
}

struct file *exec_open_program(struct file *file, const char *path, struct exec_strings *s)
{
	for (int scripts = 0; !ptr_is_err(file); scripts++) {
		int err = -ELOOP;

		if (scripts <= MAX_SCRIPTS)
			err = look_at(file, s, scripts == 0 ? path : NULL);
		if (err == 0)
			return file;
		exec_close(file);
		if (err < 0)
			return err_ptr(err);
		file = exec_open(STAILQ_FIRST(&s->chunks)->data);
	}
	return file;
}
