/* SPDX-License-Identifier: MIT */
/*
 * Between jobs.c and the builtins about jobs (builtin_jobs.c).
 */
#ifndef SH_JOB_H
#define SH_JOB_H

#include <stdio.h>

#include "sh.h"

enum proc_state { PROC_RUNS, PROC_STOPPED, PROC_ENDED };

struct proc {
	pid_t pid;
	int status; /* as wait(2) has it */
	enum proc_state state;
};

struct job {
	struct job *next;
	int number; /* as in %1; 0: in the foreground */
	pid_t pgid; /* with job control */
	char *text;
	bool told; /* its state is known to the user */
	int nr_procs;
	struct proc *procs;
};

extern struct job *jobs; /* the newest first */

void job_make_room(struct job *job);
void job_add(struct job *job, pid_t pid, int mode);
/* Says so, and raises; the job is gone if it has no other process. */
void job_not_made(struct job *job, int error) __attribute__((noreturn));
void jobs_forget(void);
void give_terminal(pid_t pgid); /* with job control */

enum proc_state job_state(const struct job *job);
int job_status(const struct job *job); /* as $? has it */
void job_free(struct job *job);
void job_number(struct job *job);
void job_tell(struct job *job);
void job_continue(struct job *job, bool foreground);
struct job *job_current(void);
bool job_is_current(const struct job *job);

/* %1, %name, %% or a pid. => NULL if there is none */
struct job *job_by_name(const char *name);

/* Waits for any child. => 1 if one has changed, 0 if none has (not BLOCK), -errno */
int jobs_wait_one(bool block);

#endif
