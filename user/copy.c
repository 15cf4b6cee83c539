/* SPDX-License-Identifier: MIT */
/*
 * Copying files and trees, for cp and mv.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "copy.h"

#define LINK_BYTES 4096

static int complain(const char *program, const char *name)
{
	fiprintf(stderr, "%s: %s: %s\n", program, name, strerror(errno));
	return 1;
}

static char *join(const char *dir, const char *name)
{
	char *path = malloc(strlen(dir) + strlen(name) + 2);

	if (path)
		siprintf(path, "%s/%s", dir, name);
	return path;
}

char *copy_target(const char *from, const char *to)
{
	const char *slash = strrchr(from, '/');
	struct stat st;

	if (stat(to, &st) == 0 && S_ISDIR(st.st_mode))
		return join(to, slash && slash[1] ? slash + 1 : from);
	return strdup(to);
}

static int copy_bytes(const char *program, const char *from, const char *to, mode_t mode)
{
	static char buf[8192];
	int in = open(from, O_RDONLY);
	int out, failed = 0;
	ssize_t got = 0;

	if (in < 0)
		return complain(program, from);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, mode & 07777);
	if (out < 0) {
		failed = complain(program, to);
		close(in);
		return failed;
	}
	while (!failed && (got = read(in, buf, sizeof(buf))) > 0) {
		for (ssize_t done = 0; done < got && !failed;) {
			ssize_t put = write(out, buf + done, (size_t)(got - done));

			if (put < 0)
				failed = complain(program, to);
			else
				done += put;
		}
	}
	if (got < 0)
		failed = complain(program, from);
	close(in);
	if (close(out) < 0)
		failed = complain(program, to);
	return failed;
}

static int copy_link(const char *program, const char *from, const char *to)
{
	static char target[LINK_BYTES];
	ssize_t len = readlink(from, target, sizeof(target) - 1);

	if (len < 0)
		return complain(program, from);
	target[len] = '\0';
	return symlink(target, to) < 0 ? complain(program, to) : 0;
}

static int copy_directory(const char *program, const char *from, const char *to, mode_t mode)
{
	struct dirent *entry;
	int failed = 0;
	DIR *dir;

	if (mkdir(to, (mode & 07777) | S_IRWXU) < 0 && errno != EEXIST)
		return complain(program, to);
	dir = opendir(from);
	if (!dir)
		return complain(program, from);
	while ((entry = readdir(dir))) {
		char *inner, *target;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		inner = join(from, entry->d_name);
		target = join(to, entry->d_name);
		if (inner && target)
			failed |= copy_tree(program, inner, target, 1);
		else
			failed = complain(program, from);
		free(inner);
		free(target);
	}
	closedir(dir);
	return failed;
}

int copy_tree(const char *program, const char *from, const char *to, int recursive)
{
	struct stat st, there;

	if ((recursive ? lstat(from, &st) : stat(from, &st)) < 0)
		return complain(program, from);
	if (stat(to, &there) == 0 && st.st_dev == there.st_dev && st.st_ino == there.st_ino) {
		fiprintf(stderr, "%s: '%s' and '%s' are the same file\n", program, from, to);
		return 1;
	}
	if (S_ISLNK(st.st_mode))
		return copy_link(program, from, to);
	if (S_ISREG(st.st_mode) || !recursive) {
		if (!S_ISDIR(st.st_mode))
			return copy_bytes(program, from, to, st.st_mode);
		fiprintf(stderr, "%s: %s is a directory\n", program, from);
		return 1;
	}
	if (S_ISDIR(st.st_mode))
		return copy_directory(program, from, to, st.st_mode);
	return mknod(to, st.st_mode, st.st_rdev) < 0 ? complain(program, to) : 0;
}
