/* SPDX-License-Identifier: MIT */
/*
 * Jobs: the processes of a pipeline or of a background command.
 *
 *	jobs ─▶ job 2 {pgid, procs: pid, status ...} ─▶ job 1 ...
 *
 * With job control (an interactive shell at a terminal) each job is a process
 * group, and the one in the foreground has the terminal. A job that was waited
 * for is freed; one in the background when its end was told or asked for.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "job.h"

struct job *jobs;
static int terminal = -1; /* with job control */
static pid_t shell_pgid;

struct job *job_new(const char *text)
{
	struct job *job = sh_malloc(sizeof(*job));

	memset(job, 0, sizeof(*job));
	job->text = sh_strdup(text ? text : "");
	for (char *c = job->text; *c; c++)
		if (*c == '\n')
			*c = ' ';
	job->next = jobs;
	jobs = job;
	return job;
}

void job_free(struct job *job)
{
	struct job **place = &jobs;

	while (*place != job)
		place = &(*place)->next;
	*place = job->next;
	free(job->procs);
	free(job->text);
	free(job);
}

void jobs_forget(void)
{
	while (jobs)
		job_free(jobs);
}

void give_terminal(pid_t pgid)
{
	if (terminal >= 0)
		tcsetpgrp(terminal, pgid);
}

/* --- making processes --- */

static void add_proc(struct job *job, pid_t pid)
{
	struct proc *proc = &job->procs[job->nr_procs++];

	proc->pid = pid;
	proc->status = 0;
	proc->state = PROC_RUNS;
}

/* Room for one more process, before it is made. */
void job_make_room(struct job *job)
{
	job->procs = sh_realloc(job->procs, (size_t)(job->nr_procs + 1) * sizeof(*job->procs));
}

void job_add(struct job *job, pid_t pid, int mode)
{
	if (option_on(OPTION_MONITOR) && mode != JOB_NONE) {
		if (!job->pgid)
			job->pgid = pid;
		setpgid(pid, job->pgid);
	}
	add_proc(job, pid);
}

void job_not_made(struct job *job, int error)
{
	if (job && job->nr_procs == 0)
		job_free(job);
	sh_error("Cannot fork: %s", strerror(error));
}

/* --- what becomes of them --- */

enum proc_state job_state(const struct job *job)
{
	enum proc_state state = PROC_ENDED;

	for (int i = 0; i < job->nr_procs; i++) {
		if (job->procs[i].state == PROC_RUNS)
			return PROC_RUNS;
		if (job->procs[i].state == PROC_STOPPED)
			state = PROC_STOPPED;
	}
	return state;
}

int job_status(const struct job *job)
{
	int status = job->nr_procs ? job->procs[job->nr_procs - 1].status : 0;

	for (int i = 0; i < job->nr_procs; i++)
		if (job->procs[i].state == PROC_STOPPED)
			status = job->procs[i].status;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return STATUS_SIGNAL + (WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status));
}

static void note(pid_t pid, int status)
{
	for (struct job *job = jobs; job; job = job->next) {
		for (int i = 0; i < job->nr_procs; i++) {
			struct proc *proc = &job->procs[i];

			if (proc->pid != pid || proc->state == PROC_ENDED)
				continue;
			proc->status = status;
			proc->state = WIFSTOPPED(status) ? PROC_STOPPED : PROC_ENDED;
			job->told = false;
			return;
		}
	}
}

int jobs_wait_one(bool block)
{
	int options_wanted = (block ? 0 : WNOHANG) | (option_on(OPTION_MONITOR) ? WUNTRACED : 0);
	int status;
	pid_t pid = waitpid(-1, &status, options_wanted);

	if (pid > 0)
		note(pid, status);
	return pid > 0 ? 1 : pid == 0 ? 0 : -errno;
}

/* Says how a job in the foreground was killed, if that was not what the user wanted. */
static void tell_signal(const struct job *job)
{
	int status = job->procs[job->nr_procs - 1].status;
	const char *name;
	size_t len;

	if (WIFEXITED(status) || WIFSTOPPED(status))
		return;
	if (WTERMSIG(status) == SIGINT || WTERMSIG(status) == SIGPIPE) {
		if (WTERMSIG(status) == SIGINT && option_on(OPTION_INTERACTIVE))
			write_all(STDERR_FILENO, "\n", 1);
		return;
	}
	name = strsignal(WTERMSIG(status));
	len = strlen(name);
	write_all(STDERR_FILENO, name, len);
	write_all(STDERR_FILENO, "\n", 1);
}

int job_wait(struct job *job)
{
	int status;

	while (job->nr_procs && job_state(job) == PROC_RUNS) {
		int err = jobs_wait_one(true);

		if (err < 0 && err != -EINTR)
			break;
	}
	if (option_on(OPTION_MONITOR) && job->pgid)
		give_terminal(shell_pgid);
	status = job_status(job);
	if (job_state(job) == PROC_STOPPED) {
		job_number(job);
		job_tell(job);
		return status;
	}
	if (job->nr_procs)
		tell_signal(job);
	job_free(job);
	return status;
}

void job_number(struct job *job)
{
	int highest = 0;

	for (struct job *other = jobs; other; other = other->next)
		if (other != job && other->number > highest)
			highest = other->number;
	if (!job->number)
		job->number = highest + 1;
}

void job_background(struct job *job)
{
	job_number(job);
	sh.background = job->procs[job->nr_procs - 1].pid;
	job->told = true;
	if (option_on(OPTION_INTERACTIVE) && option_on(OPTION_MONITOR)) {
		out("[%d] %d\n", job->number, (int)sh.background);
		out_flush();
	}
}

void job_continue(struct job *job, bool foreground)
{
	for (int i = 0; i < job->nr_procs; i++)
		if (job->procs[i].state == PROC_STOPPED)
			job->procs[i].state = PROC_RUNS;
	if (foreground)
		give_terminal(job->pgid);
	kill(-job->pgid, SIGCONT);
}

/* --- telling --- */

void job_tell(struct job *job)
{
	const char *state = "Running";
	char number[16] = "";
	int status;

	switch (job_state(job)) {
	case PROC_STOPPED:
		state = "Stopped";
		break;
	case PROC_ENDED:
		status = job->nr_procs ? job->procs[job->nr_procs - 1].status : 0;
		state = "Done";
		if (!WIFEXITED(status)) {
			state = strsignal(WTERMSIG(status));
		} else if (WEXITSTATUS(status)) {
			snprintf(number, sizeof(number), "(%d)", WEXITSTATUS(status));
		}
		break;
	case PROC_RUNS:
		break;
	}
	out("[%d] %c %s%s%*s %s\n", job->number, job_is_current(job) ? '+' : '-', state, number,
	    (int)(strlen(state) + strlen(number) < 26 ? 26 - strlen(state) - strlen(number) : 0),
	    "", job->text);
	out_flush();
	job->told = true;
}

void jobs_report(void)
{
	struct job *job, *next;

	while (jobs_wait_one(false) > 0)
		;
	for (job = jobs; job; job = next) {
		next = job->next;
		if (!job->number)
			continue;
		if (!job->told && job_state(job) != PROC_RUNS)
			job_tell(job);
		if (job_state(job) == PROC_ENDED)
			job_free(job);
	}
}

/* The newest one that is stopped, else the newest. */
struct job *job_current(void)
{
	for (struct job *job = jobs; job; job = job->next)
		if (job->number && job_state(job) == PROC_STOPPED)
			return job;
	for (struct job *job = jobs; job; job = job->next)
		if (job->number && job_state(job) == PROC_RUNS)
			return job;
	for (struct job *job = jobs; job; job = job->next)
		if (job->number)
			return job;
	return NULL;
}

bool job_is_current(const struct job *job)
{
	return job == job_current();
}

struct job *job_by_name(const char *name)
{
	struct job *job;

	if (!name || strcmp(name, "%%") == 0 || strcmp(name, "%+") == 0 || strcmp(name, "%") == 0)
		job = job_current();
	else
		for (job = jobs; job; job = job->next) {
			if (name[0] == '%' && job->number && job->number == atoi(name + 1))
				break;
			if (name[0] == '%' && job->number && name[1] > '9' &&
			    strncmp(job->text, name + 1, strlen(name + 1)) == 0)
				break;
			if (name[0] != '%' && job->nr_procs &&
			    job->procs[job->nr_procs - 1].pid == atoi(name))
				break;
		}
	return job;
}

void jobs_init(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fd = dup(STDIN_FILENO);
	if (fd < 0)
		return;
	fd = move_fd_up(fd);
	if (fd < 0 || tcgetpgrp(fd) < 0) {
		close(fd);
		return;
	}
	signal(SIGTTOU, SIG_IGN); /* taking the terminal would stop us: we are not in front yet */
	shell_pgid = getpid();
	if (getpgrp() != shell_pgid && setpgid(0, shell_pgid) < 0) {
		close(fd);
		return;
	}
	if (tcsetpgrp(fd, shell_pgid) < 0) {
		close(fd);
		return;
	}
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	terminal = fd;
	options[OPTION_MONITOR].on = true;
}
