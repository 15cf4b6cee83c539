/* SPDX-License-Identifier: MIT */
/*
 * What tests of users share: each case is a child that becomes what it tests and ends with the line of
 * the first thing that is wrong.
 */
#ifndef GUEST_USERS_H
#define GUEST_USERS_H

#include "tidy.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define USER  1000
#define OTHER 1001
#define WANT(expression, value)                                                                    \
	do {                                                                                       \
		long got_ = (expression);                                                          \
		if (got_ != (long)(value)) {                                                       \
			printf("# line %d: %ld, not %ld\n", __LINE__, got_, (long)(value));        \
			fflush(stdout);                                                            \
			_exit(1);                                                                  \
		}                                                                                  \
	} while (0)
#define NR_capget 184
#define NR_capset 185

static inline void become(uint32_t user)
{
	WANT(sys(__NR_setgroups32, 0, NULL), 0);
	WANT(sys(__NR_setresgid32, user, user, user), 0);
	WANT(sys(__NR_setresuid32, user, user, user), 0);
}

static inline int user_child(void *test)
{
	(*(void (**)(void))test)();
	return 0;
}

static inline void in_user_child(void (*test)(void), const char *what)
{
	is(in_child(user_child, &test), 0, "%s", what);
}

struct caps {
	uint32_t version;
	int pid;
	struct {
		uint32_t effective, permitted, inheritable;
	} data[2];
};

static inline long caps_get(struct caps *c)
{
	c->version = 0x20080522;
	c->pid = 0;
	return sys(NR_capget, c, c->data);
}

/* Is this root, with all that root has? */
static inline int may_do_all(void)
{
	struct caps c;

	return sys(__NR_getuid32) == 0 && caps_get(&c) == 0 &&
	       (c.data[0].effective & 0xffffff) == 0xffffff;
}

/* => a new directory of the test's, which is the current one then; leave_directory() removes it */
static char own_directory[32];

static inline int own_directory_enter(const char *name)
{
	umask(0);
	mkdir("/tmp", 01777);
	sniprintf(own_directory, sizeof(own_directory), "/tmp/%s-%d", name, (int)getpid());
	return mkdir(own_directory, 0755) == 0 && chdir(own_directory) == 0;
}

static inline void own_directory_leave(void)
{
	chdir("/");
	remove_tree(own_directory);
}

/* This program as a file of `user` and of the group of that number. => 0, -1 */
static inline long copy_self(const char *to, uint32_t user, mode_t mode)
{
	static char buf[65536];
	int from = open("/proc/self/exe", O_RDONLY), fd = open(to, O_CREAT | O_WRONLY, 0700);
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(fd, buf, (size_t)n) != n)
			return -1;
	close(from);
	close(fd);
	return chown(to, user, user) == 0 && chmod(to, mode) == 0 ? 0 : -1;
}

#endif
