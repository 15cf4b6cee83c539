/* SPDX-License-Identifier: MIT */
/*
 * Commands in processes of their own, made by fork(2): programs, pipelines, subshells, commands in the
 * background, command substitution. spawn.c does as much of it as goes without.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job.h"

static void become_child(struct job *job, int mode, bool first)
{
	bool grouped = option_on(OPTION_MONITOR) && mode != JOB_NONE;
	pid_t pgid = job && job->pgid ? job->pgid : getpid();

	catcher = NULL;
	sh.is_child = true;
	if (grouped) {
		setpgid(0, pgid);
		if (mode == JOB_FOREGROUND)
			give_terminal(pgid);
	}
	traps_in_child(mode == JOB_BACKGROUND && !grouped);
	if (mode == JOB_BACKGROUND && !grouped && first) {
		int null = open("/dev/null", O_RDONLY);

		if (null > 0) {
			dup2(null, STDIN_FILENO);
			close(null);
		}
	}
	options[OPTION_MONITOR].on = false;
	options[OPTION_INTERACTIVE].on = false;
	jobs_forget();
}

/* Forks a process of the job. => 0 in the child, which is ready to run; else its pid */
static pid_t job_fork(struct job *job, int mode)
{
	bool first = !job || job->nr_procs == 0;
	pid_t pid;

	out_flush();
	if (job)
		job_make_room(job);
	pid = fork();
	if (pid < 0)
		job_not_made(job, errno);
	if (pid == 0) {
		become_child(job, mode, first);
		return 0;
	}
	if (job)
		job_add(job, pid, mode);
	return pid;
}

void eval_subshell(const struct node *node, int flags)
{
	struct job *job;

	if (flags & EVAL_EXIT && sh.is_child) {
		redirect(node->redirs, true);
		eval(node->first, flags);
		return;
	}
	job = job_new(node->text);
	if (job_fork(job, JOB_FOREGROUND) == 0) {
		redirect(node->redirs, true);
		eval(node->first, EVAL_EXIT | (flags & EVAL_TESTED));
		sh_exit(sh.status);
	}
	sh.status = job_wait(job);
}

void eval_background(const struct node *node)
{
	struct job *job = job_new(node->text);

	if (job_fork(job, JOB_BACKGROUND) == 0) {
		eval(node->first, EVAL_EXIT);
		sh_exit(sh.status);
	}
	job_background(job);
	sh.status = 0;
}

static void move_fd(int from, int to)
{
	if (from == to)
		return;
	dup2(from, to);
	close(from);
}

void eval_pipe(const struct node *node, int flags)
{
	struct job *job = job_new(node->text);
	int input = -1;

	for (const struct node *command = node->first; command; command = command->next) {
		int fds[2] = {-1, -1};

		if (command->next && pipe(fds) < 0) {
			int error = errno;

			if (input >= 0)
				close(input);
			job_wait(job);
			sh_error("Cannot make a pipe: %s", strerror(error));
		}
		if (job_fork(job, JOB_FOREGROUND) == 0) {
			if (fds[0] >= 0)
				close(fds[0]);
			if (input >= 0)
				move_fd(input, STDIN_FILENO);
			if (fds[1] >= 0)
				move_fd(fds[1], STDOUT_FILENO);
			eval(command, EVAL_EXIT | (flags & EVAL_TESTED));
			sh_exit(sh.status);
		}
		if (input >= 0)
			close(input);
		if (fds[1] >= 0)
			close(fds[1]);
		input = fds[0];
	}
	sh.status = job_wait(job);
}

void run_external(const struct node *node, const struct strings *fields, int flags)
{
	struct job *job = NULL;

	if (!(flags & EVAL_EXIT) || traps_any()) {
		job = job_new(node->text);
		if (job_fork(job, JOB_FOREGROUND) != 0) {
			sh.status = job_wait(job);
			return;
		}
	}
	assign_and_trace(node, fields, VAR_EXPORTED, false);
	redirect(node->redirs, true);
	run_program(fields->list, vars_environment());
}

int run_named(char **argv)
{
	struct job *job = job_new(argv[0]);

	if (job_fork(job, JOB_FOREGROUND) == 0)
		run_program(argv, vars_environment());
	return job_wait(job);
}

void run_into(struct job *job, const struct node *body, const int fds[2])
{
	if (job_fork(job, JOB_NONE) != 0)
		return;
	close(fds[0]);
	if (fds[1] != STDOUT_FILENO) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[1]);
	}
	eval(body, EVAL_EXIT);
	sh_exit(sh.status);
}

void write_aside(const int fds[2], const char *text, size_t len)
{
	if (job_fork(NULL, JOB_NONE) != 0)
		return;
	close(fds[0]);
	write_all(fds[1], text, len);
	_exit(0);
}
