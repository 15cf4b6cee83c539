/* SPDX-License-Identifier: MIT */
/*
 * What the tests of POSIX threads share: they are linked with glibc and with musl, both as Debian has
 * them, and run on Linux too.
 */
#ifndef GUEST_PTHREAD_TEST_H
#define GUEST_PTHREAD_TEST_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define sniprintf  snprintf
#define vsniprintf vsnprintf
#include "tap.h"

extern char **environ;

/* With memory for it always; where allocations are made to fail the program ends as "nothing to do". */
static inline pthread_t start(void *(*fn)(void *), void *arg)
{
	pthread_t t;
	int err = pthread_create(&t, NULL, fn, arg);

	if (err == EAGAIN || err == ENOMEM) {
		diag("no thread: %d", err);
		_exit(77);
	}
	if (err != 0)
		bail_out("pthread_create: %d", err);
	return t;
}

static inline void sleep_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	while (nanosleep(&t, &t) != 0 && errno == EINTR)
		;
}

static inline int child_status(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

#endif
