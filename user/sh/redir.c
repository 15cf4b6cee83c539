/* SPDX-License-Identifier: MIT */
/*
 * Redirections. A descriptor that is changed for the time of a command is kept
 * above 10, closed on exec:
 *
 *	saved ─▶ {fd 1, kept as 11} ─▶ {fd 0, kept as 10}
 *
 * redirect_undo() puts them back from the newest to the oldest.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sh.h"

#define FIRST_KEPT     10
#define PIPE_HOLDS     4096 /* bytes that a pipe surely takes without a reader */
#define CREATED_MODE   0666
#define MAX_DESCRIPTOR 1023

struct saved_fd {
	struct saved_fd *outer;
	int fd;
	int kept; /* -1: it was closed */
};

static struct saved_fd *saved;

int move_fd_up(int fd)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_KEPT);

	if (moved >= 0)
		close(fd);
	return moved;
}

struct saved_fd *redirect_mark(void)
{
	return saved;
}

void redirect_undo(struct saved_fd *until)
{
	while (saved != until) {
		struct saved_fd *last = saved;

		saved = last->outer;
		if (last->kept >= 0) {
			dup2(last->kept, last->fd);
			close(last->kept);
		} else {
			close(last->fd);
		}
		free(last);
	}
}

static void save(int fd)
{
	struct saved_fd *one = sh_malloc(sizeof(*one));

	one->fd = fd;
	one->kept = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_KEPT);
	if (one->kept < 0 && errno != EBADF) {
		int error = errno;

		free(one);
		sh_error("%d: %s", fd, strerror(error));
	}
	one->outer = saved;
	saved = one;
}

void redirect_copy(int from, int to)
{
	save(to);
	dup2(from, to);
}

/* --- opening --- */

static void cannot(const char *what, const char *path) __attribute__((noreturn));
static void cannot(const char *what, const char *path)
{
	const char *why = strerror(errno);

	if (errno == ENOENT)
		why = *what == 'c' ? "Directory nonexistent" : "No such file";
	sh_error("cannot %s %s: %s", what, path, why);
}

/* set -C: no file that is there is overwritten; a device may be written to. */
static int open_new(const char *path)
{
	struct stat st;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, CREATED_MODE);

	if (fd >= 0 || errno != EEXIST)
		return fd;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return open(path, O_WRONLY);
	errno = EEXIST;
	return -1;
}

static int open_out(const char *path, int flags)
{
	int fd = flags & O_EXCL ? open_new(path) : open(path, flags, CREATED_MODE);

	if (fd < 0)
		cannot("create", path);
	return fd;
}

static void write_here(int fd, const char *text, size_t len)
{
	write_all(fd, text, len);
	close(fd);
}

/* => a descriptor from which the text can be read */
static int open_here(const char *text)
{
	size_t len = strlen(text);
	int fds[2];

	if (pipe(fds) < 0)
		sh_error("Cannot make a pipe: %s", strerror(errno));
	if (len <= PIPE_HOLDS) {
		write_here(fds[1], text, len);
		return fds[0];
	}
	write_aside(fds, text, len);
	close(fds[1]);
	return fds[0];
}

/* => the descriptor that the redirection is to have */
static int open_redir(const struct redir *redir, const char *target)
{
	int fd;

	switch (redir->kind) {
	case REDIR_IN:
		fd = open(target, O_RDONLY);
		if (fd < 0)
			cannot("open", target);
		return fd;
	case REDIR_OUT:
		return open_out(target, O_WRONLY | O_CREAT |
						(option_on(OPTION_NOCLOBBER) ? O_EXCL : O_TRUNC));
	case REDIR_CLOBBER:
		return open_out(target, O_WRONLY | O_CREAT | O_TRUNC);
	case REDIR_APPEND:
		return open_out(target, O_WRONLY | O_CREAT | O_APPEND);
	case REDIR_READ_WRITE:
		return open_out(target, O_RDWR | O_CREAT);
	default:
		return open_here(target);
	}
}

/* n>&m and n>&- */
static void copy_descriptor(int fd, const char *target)
{
	if (strcmp(target, "-") == 0) {
		close(fd);
		return;
	}
	if (!*target || strspn(target, "0123456789") != strlen(target) || strlen(target) > 4)
		sh_error("Bad fd number: %s", target);
	if (dup2(atoi(target), fd) < 0)
		sh_error("%s: %s", target, strerror(errno));
}

static void redirect_one(const struct redir *redir, bool keep)
{
	const char *target = expand_string(redir->word);
	int fd = -1;

	if (redir->fd > MAX_DESCRIPTOR)
		sh_error("%d: %s", redir->fd, strerror(EBADF));
	if (redir->kind != REDIR_COPY_IN && redir->kind != REDIR_COPY_OUT)
		fd = open_redir(redir, target);
	if (!keep && fd != redir->fd)
		save(redir->fd);
	else if (!keep) { /* it was closed, and the new one has its place */
		struct saved_fd *one = sh_malloc(sizeof(*one));

		one->fd = fd;
		one->kept = -1;
		one->outer = saved;
		saved = one;
	}
	if (fd < 0) {
		copy_descriptor(redir->fd, target);
	} else if (fd != redir->fd) {
		dup2(fd, redir->fd);
		close(fd);
	}
}

/* Not inlined: redirect_safely()'s own variables must survive a longjmp. */
__attribute__((noinline)) void redirect(const struct redir *redirs, bool keep)
{
	for (; redirs; redirs = redirs->next)
		redirect_one(redirs, keep);
}

int redirect_safely(const struct redir *redirs)
{
	struct catcher c;

	if (!redirs)
		return 0;
	if (setjmp(c.jump))
		return sh.status;
	catch_begin(&c);
	redirect(redirs, false);
	catch_end(&c);
	return 0;
}
