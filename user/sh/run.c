/* SPDX-License-Identifier: MIT */
/*
 * Simple commands: what a name means, in this order, and how it is run.
 *
 *	special builtin	here; assignments stay, an error ends a script
 *	function	here, assignments for its time
 *	builtin		here, assignments for its time
 *	program		in a child: PATH, execve(2), a script without #! by this shell
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sh.h"

/* --- programs --- */

/* Does the path have a file that can be executed? */
static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 0111);
}

/* The next candidate of PATH for NAME; *PATH moves on, NULL at the end. */
static char *next_candidate(const char **path, const char *name)
{
	size_t len = strcspn(*path, ":");
	char *candidate = arena_alloc(&sh.scratch, len + strlen(name) + 2);

	memcpy(candidate, *path, len);
	if (len)
		candidate[len] = '/';
	strcat(candidate, name);
	*path = (*path)[len] ? *path + len + 1 : NULL;
	return candidate;
}

/* All that NAME may mean; NULL at the end. */
static char **program_paths(const char *name)
{
	struct strings paths = {NULL, 0, 0};
	const char *path = var_get("PATH");

	if (strchr(name, '/'))
		strings_add(&paths, scratch_copy(name, strlen(name)));
	while (path && !strchr(name, '/'))
		strings_add(&paths, next_candidate(&path, name));
	if (!paths.list)
		paths.list = memset(arena_alloc(&sh.scratch, sizeof(char *)), 0, sizeof(char *));
	return paths.list;
}

char *find_program(const char *name)
{
	for (char **path = program_paths(name); *path; path++)
		if (is_program(*path))
			return *path;
	return NULL;
}

void program_prepare(struct program *p, char **argv, char **environment)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	p->argv = argv;
	p->environment = environment;
	p->paths = program_paths(argv[0]);
	p->script = arena_alloc(&sh.scratch, (size_t)(argc + 2) * sizeof(*p->script));
	p->script[0] = argv[0];
	memcpy(p->script + 2, argv + 1, (size_t)argc * sizeof(*p->script));
}

/* A file that the kernel does not take for a program is a script for this shell. */
int program_exec(const struct program *p)
{
	int error = ENOENT;

	for (char **path = p->paths; *path; path++) {
		execve(*path, p->argv, p->environment);
		if (errno == ENOEXEC) {
			p->script[1] = *path;
			execve("/bin/sh", p->script, p->environment);
		}
		if (errno != ENOENT && errno != ENOTDIR)
			error = errno;
	}
	return error;
}

int program_status(int error)
{
	return error == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN;
}

void program_warn(const char *name, int error)
{
	sh_warn("%s: %s", name, error == ENOENT ? "not found" : strerror(error));
}

void run_program(char **argv, char **environment)
{
	struct program p;
	int error;

	program_prepare(&p, argv, environment);
	error = program_exec(&p);
	program_warn(argv[0], error);
	sh_exit(program_status(error));
}

char *command_output(const struct node *body)
{
	struct xtext text = {NULL, NULL, 0, 0};
	char buf[512];
	int fds[2];
	struct job *job;
	ssize_t got;

	sh.substituted = 0;
	if (!body)
		return scratch_copy("", 0);
	if (pipe(fds) < 0)
		sh_error("Cannot make a pipe: %s", strerror(errno));
	job = job_new(NULL);
	run_into(job, body, fds);
	close(fds[1]);
	while ((got = read(fds[0], buf, sizeof(buf))) > 0 || (got < 0 && errno == EINTR))
		for (ssize_t i = 0; i < got; i++)
			if (buf[i])
				xtext_add(&text, buf[i], 0);
	close(fds[0]);
	sh.status = sh.substituted = job_wait(job);
	while (text.len && text.text[text.len - 1] == '\n')
		text.len--;
	if (!text.room)
		return scratch_copy("", 0);
	text.text[text.len] = '\0';
	return text.text;
}

/* --- assignments --- */

static void add_string(struct xtext *x, const char *text)
{
	for (; *text; text++)
		xtext_add(x, *text, 0);
}

void assign_and_trace(const struct node *node, const struct strings *fields, int flags, bool local)
{
	const char *ps4 = var_get("PS4");
	struct xtext line = {NULL, NULL, 0, 0};

	add_string(&line, ps4 ? ps4 : "");
	for (const struct assign *assign = node->assigns; assign; assign = assign->next) {
		const char *value = expand_string(assign->value);

		if (local)
			var_save_local(assign->name);
		var_set(assign->name, value);
		if (flags)
			var_add_flags(assign->name, flags);
		add_string(&line, assign->name);
		add_string(&line, "=");
		add_string(&line, value);
		add_string(&line, assign->next || fields->count ? " " : "");
	}
	for (int i = 0; i < fields->count; i++) {
		add_string(&line, i > 0 ? " " : "");
		add_string(&line, fields->list[i]);
	}
	if (!option_on(OPTION_XTRACE) || (!node->assigns && !fields->count))
		return;
	add_string(&line, "\n");
	write_all(STDERR_FILENO, line.text, line.len);
}

/* --- the kinds of commands --- */

static void run_nothing(const struct node *node, const struct strings *fields)
{
	struct saved_fd *mark = redirect_mark();
	int status = redirect_safely(node->redirs);

	redirect_undo(mark);
	if (status == 0) {
		assign_and_trace(node, fields, 0, false);
		status = sh.substituted >= 0 ? sh.substituted : 0;
	}
	sh.status = status;
}

static void call_builtin(const struct builtin *builtin, const struct strings *fields)
{
	int status = builtin->run(fields->count, fields->list);

	if (out_flush() < 0) {
		sh_warn("%s: I/O error", fields->list[0]);
		status = 1;
	}
	sh.status = status;
}

static void run_special(const struct builtin *builtin, const struct node *node,
			const struct strings *fields)
{
	struct saved_fd *mark = redirect_mark();
	bool keep = builtin->run == builtin_exec;

	assign_and_trace(node, fields, keep && fields->count > 1 ? VAR_EXPORTED : 0, false);
	redirect(node->redirs, keep);
	call_builtin(builtin, fields);
	redirect_undo(mark);
}

/* Runs the builtin; an error in it is caught and is its status. */
static void run_caught(const struct builtin *builtin, const struct strings *fields)
{
	struct catcher c;

	if (setjmp(c.jump))
		return;
	catch_begin(&c);
	call_builtin(builtin, fields);
	catch_end(&c);
}

/* A function or an ordinary builtin: assignments and redirections are for its time. */
static void run_inside(struct function *function, const struct builtin *builtin,
		       const struct node *node, const struct strings *fields, int flags)
{
	struct saved_fd *mark = redirect_mark();
	struct frame frame;

	frame_push(&frame);
	assign_and_trace(node, fields, VAR_EXPORTED, true);
	sh.status = redirect_safely(node->redirs);
	if (sh.status == 0) {
		if (function)
			function_call(function, fields->count, fields->list, flags);
		else
			run_caught(builtin, fields);
	}
	redirect_undo(mark);
	frame_pop();
}

void eval_simple(const struct node *node, int flags)
{
	struct strings fields = {NULL, 0, 0};
	const struct builtin *builtin;
	struct function *function;

	sh.substituted = -1;
	expand_words(&fields, node->words);
	sh.flags = flags & EVAL_TESTED;
	if (!fields.count) {
		run_nothing(node, &fields);
		return;
	}
	builtin = builtin_find(fields.list[0]);
	if (builtin && builtin->special) {
		run_special(builtin, node, &fields);
		return;
	}
	function = function_find(fields.list[0]);
	if (function || builtin)
		run_inside(function, builtin, node, &fields, flags);
	else
		run_external(node, &fields, flags);
}
