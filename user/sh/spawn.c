/* SPDX-License-Identifier: MIT */
/*
 * Commands in processes of their own where there is no fork(2): vfork(2) and execve(2).
 *
 *	expand, assign, redirect	here, as for a builtin
 *	vfork				the child has our memory, and we wait
 *	group, terminal, signals	the child; it changes no variable but `error`
 *	execve				the child has its own program, and we go on
 *	redirections, assignments	are taken back
 *
 * So only programs can be such processes, and what would be a copy of the shell is refused: subshells,
 * and functions, compound commands and builtins in pipelines and in the background. A builtin there is
 * replaced by the program of its name, if PATH has one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <uapi/octavo/memfd.h>
#include <unistd.h>

#include "job.h"

struct launch {
	struct program program;
	pid_t pgid; /* 0: its own */
	int mode;
	bool grouped, first;
	volatile int error; /* why there is no program */
};

static void refuse(const char *what) __attribute__((noreturn));
static void refuse(const char *what)
{
	sh_error("%s: not without fork(2): only a program can be a process of its own", what);
}

/* --- one process --- */

/* The child, before execve(2), on our memory. */
static void become_program(const struct launch *l)
{
	pid_t pgid = l->pgid ? l->pgid : getpid();
	int null;

	if (l->grouped) {
		setpgid(0, pgid);
		if (l->mode == JOB_FOREGROUND)
			give_terminal(pgid);
	}
	signals_of_program(l->mode == JOB_BACKGROUND && !l->grouped);
	if (l->mode != JOB_BACKGROUND || l->grouped || !l->first)
		return;
	null = open("/dev/null", O_RDONLY);
	if (null > 0)
		dup2(null, STDIN_FILENO);
	if (null > 0)
		close(null);
}

static __attribute__((noinline)) pid_t launch(struct launch *l)
{
	pid_t pid = vfork();

	if (pid == 0) {
		become_program(l);
		l->error = program_exec(&l->program);
		_exit(program_status(l->error));
	}
	return pid;
}

static void start(struct job *job, char **argv, int mode)
{
	struct launch l = {
		.pgid = job->pgid,
		.mode = mode,
		.grouped = option_on(OPTION_MONITOR) && mode != JOB_NONE,
		.first = job->nr_procs == 0,
	};
	pid_t pid;

	out_flush();
	job_make_room(job);
	program_prepare(&l.program, argv, vars_environment());
	pid = launch(&l);
	if (pid < 0)
		job_not_made(job, errno);
	if (l.error)
		program_warn(argv[0], l.error);
	job_add(job, pid, mode);
}

/* A simple command as a process of the job; none is made if a redirection fails. => sh.status then */
static int start_command(struct job *job, const struct node *node, const struct strings *fields,
			 int mode)
{
	struct saved_fd *mark = redirect_mark();
	struct frame frame;
	int status;

	frame_push(&frame);
	assign_and_trace(node, fields, VAR_EXPORTED, true);
	status = redirect_safely(node->redirs);
	if (status == 0)
		start(job, fields->list, mode);
	redirect_undo(mark);
	frame_pop();
	return status;
}

/* The job's status, or that of a command which was not started. */
static int finish(struct job *job, int failed)
{
	int status = job_wait(job);

	return failed ? failed : status;
}

void run_external(const struct node *node, const struct strings *fields, int flags)
{
	struct job *job;

	if ((flags & EVAL_EXIT) && !traps_any()) {
		assign_and_trace(node, fields, VAR_EXPORTED, false);
		redirect(node->redirs, true);
		run_program(fields->list, vars_environment());
	}
	job = job_new(node->text);
	sh.status = finish(job, start_command(job, node, fields, JOB_FOREGROUND));
}

int run_named(char **argv)
{
	struct job *job = job_new(argv[0]);

	start(job, argv, JOB_FOREGROUND);
	return job_wait(job);
}

/* --- several, or with their output elsewhere --- */

/* Expands a command that is to be a process. => NULL; or what it is, and must not be */
static const char *expand_program(struct strings *fields, const struct node *node)
{
	if (node->kind != NODE_SIMPLE)
		return "a compound command";
	expand_words(fields, node->words);
	if (!fields->count)
		return "an assignment";
	if (function_find(fields->list[0]) ||
	    (builtin_find(fields->list[0]) && !find_program(fields->list[0])))
		return fields->list[0];
	return NULL;
}

/* A pipe that no program finds open. => 0, -1 */
static int make_pipe(int fds[2])
{
	if (pipe(fds) < 0)
		return -1;
	fds[0] = move_fd_up(fds[0]);
	fds[1] = move_fd_up(fds[1]);
	return fds[0] < 0 || fds[1] < 0 ? -1 : 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* The n commands of a pipeline, or the one: their words. => as expand_program() */
static const char *expand_all(struct strings **fields, int *n, const struct node *command,
			      bool several)
{
	const char *what = NULL;

	*n = 0;
	for (const struct node *c = command; c; c = several ? c->next : NULL)
		++*n;
	*fields = arena_alloc(&sh.scratch, (size_t)*n * sizeof(**fields));
	memset(*fields, 0, (size_t)*n * sizeof(**fields));
	for (int i = 0; i < *n && !what; i++, command = command->next)
		what = expand_program(&(*fields)[i], command);
	return what;
}

/* One command of a pipeline, between INPUT and the pipe OUTPUT (-1: neither); both are closed. */
static int start_between(struct job *job, const struct node *command, const struct strings *fields,
			 int mode, int input, int output)
{
	struct saved_fd *mark = redirect_mark();
	int failed;

	if (input >= 0)
		redirect_copy(input, STDIN_FILENO);
	if (output >= 0)
		redirect_copy(output, STDOUT_FILENO);
	failed = start_command(job, command, fields, mode);
	redirect_undo(mark);
	close_fd(input);
	close_fd(output);
	return failed;
}

/* Starts a command or a pipeline as processes of the job, or raises. => as start_command(), of the last */
static int start_all(struct job *job, const struct node *node, int mode)
{
	bool several = node->kind == NODE_PIPE;
	const struct node *command = several ? node->first : node;
	int input = -1, failed = 0, n;
	struct strings *fields;
	const char *what = expand_all(&fields, &n, command, several);

	if (what) {
		job_free(job);
		refuse(what);
	}
	for (int i = 0; i < n; i++, command = command->next) {
		int fds[2] = {-1, -1};

		if (i < n - 1 && make_pipe(fds) < 0) {
			int error = errno;

			close_fd(input);
			job_wait(job);
			sh_error("Cannot make a pipe: %s", strerror(error));
		}
		failed = start_between(job, command, &fields[i], mode, input, fds[1]);
		input = fds[0];
	}
	return failed;
}

void eval_pipe(const struct node *node, int flags)
{
	struct job *job = job_new(node->text);

	(void)flags;
	sh.status = finish(job, start_all(job, node, JOB_FOREGROUND));
}

void eval_background(const struct node *node)
{
	struct job *job = job_new(node->text);

	sh.status = start_all(job, node->first, JOB_BACKGROUND);
	if (job->nr_procs)
		job_background(job);
	else
		job_free(job);
}

void eval_subshell(const struct node *node, int flags)
{
	(void)node;
	(void)flags;
	refuse("a subshell");
}

static __attribute__((noinline)) void start_into(struct job *job, const struct node *body,
						 const int fds[2])
{
	struct saved_fd *mark = redirect_mark();

	if (body->kind == NODE_SEQUENCE && body->first && !body->first->next)
		body = body->first;
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	fcntl(fds[1], F_SETFD, FD_CLOEXEC);
	redirect_copy(fds[1], STDOUT_FILENO);
	start_all(job, body, JOB_NONE);
	redirect_undo(mark);
}

void run_into(struct job *job, const struct node *body, const int fds[2])
{
	struct catcher c;

	if (setjmp(c.jump)) {
		close(fds[0]);
		close(fds[1]);
		sh_raise();
	}
	catch_begin(&c);
	start_into(job, body, fds);
	catch_end(&c);
}

/* Nobody reads yet, and nobody else can write: the text lies in memory that has no name. */
void write_aside(const int fds[2], const char *text, size_t len)
{
	int fd = (int)octavo_syscall(__NR_memfd_create, "here-document", MFD_CLOEXEC);

	if (fd < 0 || write_all(fd, text, len) != 0) {
		close(fd);
		close(fds[0]);
		close(fds[1]);
		sh_error("Cannot keep a here-document");
	}
	lseek(fd, 0, SEEK_SET);
	dup2(fd, fds[0]);
	close(fd);
}
