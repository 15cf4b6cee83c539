/* SPDX-License-Identifier: MIT */
/*
 * posix_spawn(3): a program in a process of its own, without fork(2).
 *
 *	parent	blocks all signals, vfork(2) ──────────────────────► goes on with pid or error
 *	child	   on our memory and stack: handlers off, attributes, file actions, execve(2)
 *		   what fails is told in our memory, and the child, which exits, is waited for here
 *
 * No handler of the parent's runs in the child. The child calls the kernel alone, and so not even errno
 * changes.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stub.h"

#define NR_SIGNALS  64
#define PROGRAM_MAX 1024 /* bytes of a path that was searched for */

enum action_kind { ACTION_CLOSE, ACTION_DUP2, ACTION_OPEN };

struct action {
	struct action *next;
	enum action_kind kind;
	int fd, from;
	int flags;
	mode_t mode;
	char path[];
};

struct __posix_spawn_file_actions {
	struct action *first, **end;
};

struct __posix_spawnattr {
	short flags;
	pid_t pgroup;
	int policy;
	struct sched_param param;
	sigset_t sigdefault, sigmask;
};

extern char **environ;

/* --- file actions --- */

int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
	struct __posix_spawn_file_actions *a = malloc(sizeof(*a));

	if (!a)
		return ENOMEM;
	a->first = NULL;
	a->end = &a->first;
	*actions = a;
	return 0;
}

int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
	struct action *a = (*actions)->first;

	while (a) {
		struct action *next = a->next;

		free(a);
		a = next;
	}
	free(*actions);
	return 0;
}

static int action_add(posix_spawn_file_actions_t *actions, const struct action *what,
		      const char *path)
{
	size_t size = path ? strlen(path) + 1 : 0;
	struct action *a;

	if (what->fd < 0 || what->from < 0)
		return EBADF;
	a = malloc(sizeof(*a) + size);
	if (!a)
		return ENOMEM;
	*a = *what;
	if (path)
		memcpy(a->path, path, size);
	*(*actions)->end = a;
	(*actions)->end = &a->next;
	return 0;
}

int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *restrict actions, int fd,
				     const char *restrict path, int flags, mode_t mode)
{
	struct action what = {.kind = ACTION_OPEN, .fd = fd, .flags = flags, .mode = mode};

	return action_add(actions, &what, path);
}

int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int from, int fd)
{
	struct action what = {.kind = ACTION_DUP2, .fd = fd, .from = from};

	return action_add(actions, &what, NULL);
}

int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
	struct action what = {.kind = ACTION_CLOSE, .fd = fd};

	return action_add(actions, &what, NULL);
}

/* --- attributes --- */

int posix_spawnattr_init(posix_spawnattr_t *attr)
{
	*attr = calloc(1, sizeof(**attr));
	return *attr ? 0 : ENOMEM;
}

int posix_spawnattr_destroy(posix_spawnattr_t *attr)
{
	free(*attr);
	return 0;
}

int posix_spawnattr_setflags(posix_spawnattr_t *attr, short flags)
{
	if (flags & ~(POSIX_SPAWN_RESETIDS | POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSCHEDPARAM |
		      POSIX_SPAWN_SETSCHEDULER | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
		return EINVAL;
	(*attr)->flags = flags;
	return 0;
}

/* The two functions of each attribute. */
#define ATTRIBUTE(name, type, member)                                                              \
	int posix_spawnattr_get##name(const posix_spawnattr_t *restrict attr, type *restrict to)   \
	{                                                                                          \
		*to = (*attr)->member;                                                             \
		return 0;                                                                          \
	}
#define SET_BY_VALUE(name, type, member)                                                           \
	int posix_spawnattr_set##name(posix_spawnattr_t *attr, type value)                         \
	{                                                                                          \
		(*attr)->member = value;                                                           \
		return 0;                                                                          \
	}
#define SET_BY_POINTER(name, type, member)                                                         \
	int posix_spawnattr_set##name(posix_spawnattr_t *restrict attr,                            \
				      const type *restrict value)                                  \
	{                                                                                          \
		(*attr)->member = *value;                                                          \
		return 0;                                                                          \
	}

ATTRIBUTE(flags, short, flags)
ATTRIBUTE(pgroup, pid_t, pgroup)
SET_BY_VALUE(pgroup, pid_t, pgroup)
ATTRIBUTE(schedpolicy, int, policy)
SET_BY_VALUE(schedpolicy, int, policy)
ATTRIBUTE(schedparam, struct sched_param, param)
SET_BY_POINTER(schedparam, struct sched_param, param)
ATTRIBUTE(sigdefault, sigset_t, sigdefault)
SET_BY_POINTER(sigdefault, sigset_t, sigdefault)
ATTRIBUTE(sigmask, sigset_t, sigmask)
SET_BY_POINTER(sigmask, sigset_t, sigmask)

/* --- the child: it stores nothing but *error --- */

struct spawn {
	const char *program; /* a path, or a name that is looked for in PATH */
	int search;
	const struct __posix_spawn_file_actions *actions; /* NULL: none */
	const struct __posix_spawnattr *attr;             /* NULL: none */
	char *const *argv, *const *envp;
	unsigned long long mask; /* of the parent */
	volatile int error;
	char path[PROGRAM_MAX];
};

struct kernel_sigaction {
	unsigned long handler, flags;
	void *restorer;
	unsigned long long mask;
};

/* What has a handler gets the default, and so does what `defaults` has; the rest stays. */
static void reset_handlers(unsigned long long defaults)
{
	struct kernel_sigaction action;

	for (int sig = 1; sig <= NR_SIGNALS; sig++) {
		if (octavo_syscall(__NR_rt_sigaction, sig, NULL, &action, sizeof(action.mask)) != 0)
			continue;
		if (action.handler == (unsigned long)SIG_DFL ||
		    (action.handler == (unsigned long)SIG_IGN && !(defaults >> (sig - 1) & 1)))
			continue;
		action = (struct kernel_sigaction){.handler = (unsigned long)SIG_DFL};
		octavo_syscall(__NR_rt_sigaction, sig, &action, NULL, sizeof(action.mask));
	}
}

/* => 0 or -errno */
static long apply_attributes(const struct __posix_spawnattr *a)
{
	long err = 0;

	if (a->flags & POSIX_SPAWN_SETSCHEDULER)
		err = octavo_syscall(__NR_sched_setscheduler, 0, a->policy, &a->param);
	else if (a->flags & POSIX_SPAWN_SETSCHEDPARAM)
		err = octavo_syscall(__NR_sched_setparam, 0, &a->param);
	if (err >= 0 && (a->flags & POSIX_SPAWN_SETPGROUP))
		err = octavo_syscall(__NR_setpgid, 0, a->pgroup);
	if (err >= 0 && (a->flags & POSIX_SPAWN_RESETIDS)) {
		err = octavo_syscall(__NR_setregid32, -1, octavo_syscall(__NR_getgid32));
		if (err >= 0)
			err = octavo_syscall(__NR_setreuid32, -1, octavo_syscall(__NR_getuid32));
	}
	return err;
}

/* A descriptor that becomes itself is not closed by execve(2) any more. */
static long move(long from, int fd)
{
	if (from < 0)
		return from;
	if (from == fd)
		return octavo_syscall(__NR_fcntl64, fd, F_SETFD, 0);
	return octavo_syscall(__NR_dup2, from, fd);
}

static long apply_action(const struct action *a)
{
	long fd, err;

	switch (a->kind) {
	case ACTION_CLOSE:
		octavo_syscall(__NR_close, a->fd); /* that it is closed already is no error */
		return 0;
	case ACTION_DUP2:
		return move(a->from, a->fd);
	default:
		octavo_syscall(__NR_close, a->fd);
		fd = octavo_syscall(__NR_open, a->path, a->flags, a->mode);
		if (fd == a->fd)
			return 0;
		err = move(fd, a->fd);
		if (fd >= 0)
			octavo_syscall(__NR_close, fd);
		return err;
	}
}

/* The directory that begins at `dir`, and the program's name. => 0: too long */
static int join(char *path, const char *dir, size_t len, const char *name)
{
	size_t name_size = strlen(name) + 1;

	if (len + 1 + name_size > PROGRAM_MAX)
		return 0;
	memcpy(path, dir, len);
	if (len)
		path[len++] = '/';
	memcpy(path + len, name, name_size);
	return 1;
}

static const char *path_of(char *const *envp)
{
	for (; envp && *envp; envp++)
		if (strncmp(*envp, "PATH=", 5) == 0)
			return *envp + 5;
	return "/bin";
}

/* => -errno: of the last directory that has the program, if any has */
static long exec_search(struct spawn *s)
{
	long err = -ENOENT;

	for (const char *dir = path_of(environ), *next; dir; dir = next) {
		const char *end = strchr(dir, ':');
		size_t len = end ? (size_t)(end - dir) : strlen(dir);
		long e;

		next = end ? end + 1 : NULL;
		if (!join(s->path, dir, len, s->program))
			continue;
		e = octavo_syscall(__NR_execve, s->path, s->argv, s->envp);
		if (e != -ENOENT && e != -ENOTDIR)
			err = e;
		if (e != -ENOENT && e != -ENOTDIR && e != -EACCES)
			break;
	}
	return err;
}

static long become(struct spawn *s)
{
	const struct __posix_spawnattr *a = s->attr;
	unsigned long long mask = s->mask;
	long err = 0;

	reset_handlers(a && (a->flags & POSIX_SPAWN_SETSIGDEF) ? a->sigdefault : 0);
	if (a)
		err = apply_attributes(a);
	for (const struct action *f = s->actions ? s->actions->first : NULL; f && err >= 0;
	     f = f->next)
		err = apply_action(f);
	if (err < 0)
		return err;
	if (a && (a->flags & POSIX_SPAWN_SETSIGMASK))
		mask = a->sigmask;
	octavo_syscall(__NR_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
	if (s->search)
		return exec_search(s);
	return octavo_syscall(__NR_execve, s->program, s->argv, s->envp);
}

/* --- the parent --- */

static __attribute__((noinline)) pid_t launch(struct spawn *s)
{
	pid_t pid = vfork();

	if (pid == 0) {
		s->error = (int)-become(s);
		_exit(127);
	}
	return pid;
}

static int spawn(pid_t *pid, struct spawn *s)
{
	const unsigned long long all = ~0ull;
	int saved = errno, error = 0;
	pid_t child;

	octavo_syscall(__NR_rt_sigprocmask, SIG_BLOCK, &all, &s->mask, sizeof(all));
	child = launch(s);
	if (child < 0)
		error = errno;
	else if (s->error)
		error = s->error;
	if (child > 0 && error)
		octavo_syscall(__NR_wait4, child, NULL, 0, NULL);
	octavo_syscall(__NR_rt_sigprocmask, SIG_SETMASK, &s->mask, NULL, sizeof(s->mask));
	errno = saved;
	if (!error && pid)
		*pid = child;
	return error;
}

static int start(pid_t *pid, const char *program, int search,
		 const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attr,
		 char *const argv[], char *const envp[])
{
	struct spawn *s = malloc(sizeof(*s));
	int error;

	if (!s)
		return ENOMEM;
	s->program = program;
	s->search = search;
	s->actions = actions ? *actions : NULL;
	s->attr = attr ? *attr : NULL;
	s->argv = argv;
	s->envp = envp;
	s->error = 0;
	error = spawn(pid, s);
	free(s);
	return error;
}

int posix_spawn(pid_t *restrict pid, const char *restrict path,
		const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *restrict attr,
		char *const argv[], char *const envp[])
{
	return start(pid, path, 0, actions, attr, argv, envp);
}

int posix_spawnp(pid_t *restrict pid, const char *restrict name,
		 const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *restrict attr,
		 char *const argv[], char *const envp[])
{
	return start(pid, name, !strchr(name, '/'), actions, attr, argv, envp);
}
