/* SPDX-License-Identifier: MIT */
/* rm [-rf] FILE ...: removes names; -r directories with all in them, -f what is not there too. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int recursive, force;

static int complain(const char *name, int error)
{
	if (force && error == ENOENT)
		return 0;
	fiprintf(stderr, "rm: cannot remove '%s': %s\n", name, strerror(error));
	return 1;
}

static int remove_name(const char *path);

/* Entry by entry from the beginning, since removing moves what follows. */
static int empty_directory(const char *path)
{
	struct dirent *entry;
	int failed = 0;

	for (;;) {
		DIR *dir = opendir(path);
		char *inner = NULL;

		if (!dir)
			return complain(path, errno);
		while ((entry = readdir(dir)))
			if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
				break;
		if (entry) {
			inner = malloc(strlen(path) + strlen(entry->d_name) + 2);
			if (inner)
				siprintf(inner, "%s/%s", path, entry->d_name);
			else
				failed = complain(path, ENOMEM);
		}
		closedir(dir);
		if (!inner)
			return failed;
		failed = remove_name(inner);
		free(inner);
		if (failed)
			return failed;
	}
}

static int remove_name(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return complain(path, errno);
	if (!S_ISDIR(st.st_mode))
		return unlink(path) < 0 ? complain(path, errno) : 0;
	if (!recursive)
		return complain(path, EISDIR);
	if (empty_directory(path))
		return 1;
	return rmdir(path) < 0 ? complain(path, errno) : 0;
}

int main(int argc, char **argv)
{
	int failed = 0, option;

	while ((option = getopt(argc, argv, "rRf")) != -1) {
		if (option == 'f')
			force = 1;
		else if (option == 'r' || option == 'R')
			recursive = 1;
		else
			return 1;
	}
	if (optind == argc && !force) {
		fiprintf(stderr, "rm: missing operand\n");
		return 1;
	}
	for (; optind < argc; optind++)
		failed |= remove_name(argv[optind]);
	return failed;
}
