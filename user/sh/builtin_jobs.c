/* SPDX-License-Identifier: MIT */
/*
 * Builtins about processes: jobs, fg, bg, wait, kill.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job.h"

static struct job *must_find(const char *command, const char *name)
{
	struct job *job = job_by_name(name);

	if (!job)
		sh_error(name ? "%s: No such job: %s" : "%s: No current job", command, name);
	return job;
}

int builtin_jobs(int argc, char **argv)
{
	struct job *job, *next;

	(void)argc;
	(void)argv;
	while (jobs_wait_one(false) > 0)
		;
	for (job = jobs; job; job = next) {
		next = job->next;
		if (!job->number)
			continue;
		job_tell(job);
		if (job_state(job) == PROC_ENDED)
			job_free(job);
	}
	return 0;
}

int builtin_fg(int argc, char **argv)
{
	struct job *job = must_find("fg", argc > 1 ? argv[1] : NULL);

	if (!job->pgid)
		sh_error("fg: job not created under job control");
	out("%s\n", job->text);
	out_flush();
	job_continue(job, true);
	return job_wait(job);
}

int builtin_bg(int argc, char **argv)
{
	struct job *job = must_find("bg", argc > 1 ? argv[1] : NULL);

	if (!job->pgid)
		sh_error("bg: job not created under job control");
	job_number(job);
	out("[%d] %s\n", job->number, job->text);
	job_continue(job, false);
	job->told = true;
	return 0;
}

/* Waits for one job in the background. => its status */
static int wait_for(struct job *job)
{
	int status;

	while (job_state(job) == PROC_RUNS) {
		int err = jobs_wait_one(true);

		if (err == -EINTR && trap_pending)
			return STATUS_SIGNAL;
		if (err < 0 && err != -EINTR)
			break;
	}
	status = job_status(job);
	if (job_state(job) == PROC_ENDED)
		job_free(job);
	return status;
}

static struct job *any_running(void)
{
	for (struct job *job = jobs; job; job = job->next)
		if (job->number && job_state(job) == PROC_RUNS)
			return job;
	return NULL;
}

int builtin_wait(int argc, char **argv)
{
	int status = 0;
	struct job *job;

	if (argc > 1) {
		for (int i = 1; i < argc; i++) {
			job = job_by_name(argv[i]);
			status = job ? wait_for(job) : STATUS_NOT_FOUND;
		}
		return status;
	}
	while ((job = any_running())) {
		status = wait_for(job);
		if (trap_pending)
			return STATUS_SIGNAL + 0;
	}
	return 0;
}

static int list_signals(char **argv)
{
	if (!argv[0]) {
		for (int i = 1; signal_name(i); i++)
			out("%s\n", signal_name(i));
		return 0;
	}
	for (; *argv; argv++) {
		int number = number_of(*argv);

		if (number > STATUS_SIGNAL)
			number -= STATUS_SIGNAL;
		if (!signal_name(number))
			sh_error("kill: invalid signal number or exit status: %s", *argv);
		out("%s\n", signal_name(number));
	}
	return 0;
}

static int kill_one(const char *name, int number)
{
	pid_t pid;
	char *end;

	if (name[0] == '%') {
		struct job *job = must_find("kill", name);

		pid = job->pgid ? -job->pgid : job->procs[job->nr_procs - 1].pid;
	} else {
		pid = (pid_t)strtol(name, &end, 10);
		if (*end || end == name)
			sh_error("kill: Illegal number: %s", name);
	}
	if (kill(pid, number) == 0)
		return 0;
	sh_warn("kill: %s", strerror(errno));
	return 1;
}

/* kill [-SIGNAL | -s SIGNAL] PID|%JOB ..., kill -l [NUMBER ...] */
int builtin_kill(int argc, char **argv)
{
	int number = SIGTERM, first = 1, status = 0;

	if (argc > 1 && strcmp(argv[1], "-l") == 0)
		return list_signals(argv + 2);
	if (argc > 2 && strcmp(argv[1], "-s") == 0) {
		number = signal_by_name(argv[2]);
		first = 3;
	} else if (argc > 1 && argv[1][0] == '-' && strcmp(argv[1], "--") != 0) {
		number = signal_by_name(argv[1] + 1);
		first = 2;
	}
	if (number < 0)
		sh_error("kill: invalid signal number or name: %s", argv[first - 1]);
	if (first < argc && strcmp(argv[first], "--") == 0)
		first++;
	if (first == argc)
		sh_error("usage: kill [-s sigspec | -signum] [pid | job]...");
	for (; first < argc; first++)
		status |= kill_one(argv[first], number);
	return status;
}
