/* SPDX-License-Identifier: MIT */
/*
 * ls [-laRd1] [NAME ...]: lists directories, sorted.
 *
 *	-l type and mode, links, owner, size or device number, time, name
 *	-a names that begin with a dot too	-d directories like files
 *	-R what lies below too			-1 a name a line, as always
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINK_BYTES 4096

static int is_long, show_all, recursive, plain_directories;
static int listed; /* directories so far: what comes next is set off */

struct names {
	char **list;
	size_t used;
	size_t room;
};

static int complain(const char *name)
{
	fflush(stdout);
	fiprintf(stderr, "ls: %s: %s\n", name, strerror(errno));
	return 1;
}

/* => 0; -1 if memory is short */
static int names_add(struct names *names, const char *name)
{
	if (names->used == names->room) {
		size_t room = names->room ? 2 * names->room : 32;
		char **list = realloc(names->list, room * sizeof(*list));

		if (!list)
			return -1;
		names->list = list;
		names->room = room;
	}
	names->list[names->used] = strdup(name);
	if (!names->list[names->used])
		return -1;
	names->used++;
	return 0;
}

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->used; i++)
		free(names->list[i]);
	free(names->list);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *join(const char *dir, const char *name)
{
	char *path = malloc(strlen(dir) + strlen(name) + 2);

	if (path)
		siprintf(path, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", name);
	return path;
}

/* The ten letters of a mode, as in drwxr-xr-x. */
static void show_mode(mode_t mode)
{
	static const char types[] = "?pc?d?b?-?l?s???";
	char text[11];

	text[0] = types[(mode & S_IFMT) >> 12];
	for (int i = 0; i < 9; i++)
		text[1 + i] = mode & (0400u >> i) ? "rwx"[i % 3] : '-';
	if (mode & S_ISUID)
		text[3] = mode & S_IXUSR ? 's' : 'S';
	if (mode & S_ISGID)
		text[6] = mode & S_IXGRP ? 's' : 'S';
	if (mode & S_ISVTX)
		text[9] = mode & S_IXOTH ? 't' : 'T';
	text[10] = '\0';
	iprintf("%s", text);
}

static void show_long(const struct stat *st)
{
	time_t when = st->st_mtime;
	struct tm *tm = gmtime(&when);
	char date[24] = "";

	show_mode(st->st_mode);
	iprintf(" %3u %5u %5u ", (unsigned int)st->st_nlink, (unsigned int)st->st_uid,
		(unsigned int)st->st_gid);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		iprintf("%4u,%5u", (unsigned int)(st->st_rdev >> 8) & 0xfff,
			(unsigned int)st->st_rdev & 0xff);
	else
		iprintf("%10ld", (long)st->st_size);
	if (tm)
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M", tm);
	iprintf(" %s ", date);
}

/* One name; PATH is where it is. */
static int show(const char *path, const char *name)
{
	struct stat st;
	char target[LINK_BYTES];
	ssize_t len = -1;

	if (lstat(path, &st) < 0)
		return complain(path);
	if (is_long) {
		show_long(&st);
		if (S_ISLNK(st.st_mode))
			len = readlink(path, target, sizeof(target) - 1);
	}
	iprintf("%s", name);
	if (len >= 0)
		iprintf(" -> %.*s", (int)len, target);
	iprintf("\n");
	return 0;
}

static int read_names(DIR *dir, const char *path, struct names *names)
{
	struct dirent *entry;
	int failed = 0;

	errno = 0;
	while (!failed && (entry = readdir(dir)))
		if ((show_all || entry->d_name[0] != '.') && names_add(names, entry->d_name) < 0)
			failed = complain(path);
	if (!failed && errno)
		failed = complain(path);
	if (names->used)
		qsort(names->list, names->used, sizeof(*names->list), compare);
	return failed;
}

static int show_names(const char *path, const struct names *names)
{
	int failed = 0;

	for (size_t i = 0; i < names->used; i++) {
		char *full = join(path, names->list[i]);

		failed |= full ? show(full, names->list[i]) : complain(path);
		free(full);
	}
	return failed;
}

/* PATH stays open until its names are shown: its descriptor may be one of them, in /proc. */
static int list(const char *path, int with_header)
{
	struct names names = {NULL, 0, 0};
	DIR *dir = opendir(path);
	int failed = dir ? read_names(dir, path, &names) : complain(path);

	if (with_header)
		iprintf("%s%s:\n", listed ? "\n" : "", path);
	listed++;
	failed |= show_names(path, &names);
	if (dir)
		closedir(dir);
	for (size_t i = 0; recursive && i < names.used; i++) {
		char *full = join(path, names.list[i]);
		struct stat st;

		if (!full)
			failed = complain(path);
		else if (strcmp(names.list[i], ".") != 0 && strcmp(names.list[i], "..") != 0 &&
			 lstat(full, &st) == 0 && S_ISDIR(st.st_mode))
			failed |= list(full, 1);
		free(full);
	}
	names_free(&names);
	return failed;
}

static int is_listed(const char *name)
{
	struct stat st;

	return !plain_directories && stat(name, &st) == 0 && S_ISDIR(st.st_mode);
}

int main(int argc, char **argv)
{
	int failed = 0, option;

	while ((option = getopt(argc, argv, "laRd1")) != -1) {
		is_long |= option == 'l';
		show_all |= option == 'a';
		recursive |= option == 'R';
		plain_directories |= option == 'd';
		if (option == '?')
			return 2;
	}
	if (optind == argc && !plain_directories)
		failed = list(".", recursive);
	else if (optind == argc)
		failed = show(".", ".");
	for (int i = optind; i < argc; i++) {
		if (is_listed(argv[i]))
			continue;
		failed |= show(argv[i], argv[i]);
		listed = 1;
	}
	for (int i = optind; i < argc; i++)
		if (is_listed(argv[i]))
			failed |= list(argv[i], recursive || argc - optind > 1);
	return fflush(stdout) ? 1 : failed;
}
