/* SPDX-License-Identifier: MIT */
/* Lists directories, sorted; -l shows type, mode, size or device number. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

static char type_letter(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return 'd';
	case S_IFCHR:
		return 'c';
	case S_IFBLK:
		return 'b';
	case S_IFLNK:
		return 'l';
	default:
		return '-';
	}
}

static int show(const char *path, const char *name, int is_long)
{
	struct stat st;

	if (!is_long) {
		iprintf("%s\n", name);
		return 0;
	}
	if (stat(path, &st) < 0)
		return complain(path);
	iprintf("%c%04o ", type_letter(st.st_mode), (unsigned int)st.st_mode & 07777);
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		iprintf("%4u,%5u", (unsigned int)(st.st_rdev >> 8) & 0xfff,
			(unsigned int)st.st_rdev & 0xff);
	else
		iprintf("%10ld", (long)st.st_size);
	iprintf(" %s\n", name);
	return 0;
}

static int list(const char *path, int is_long)
{
	struct names names = {NULL, 0, 0};
	struct dirent *entry;
	DIR *dir = opendir(path);
	int failed = 0;

	if (!dir)
		return errno == ENOTDIR ? show(path, path, is_long) : complain(path);
	errno = 0;
	while (!failed && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && names_add(&names, entry->d_name) < 0)
			failed = complain(path);
	if (!failed && errno)
		failed = complain(path);
	closedir(dir);

	qsort(names.list, names.used, sizeof(*names.list), compare);
	for (size_t i = 0; i < names.used; i++) {
		char full[1024];

		sniprintf(full, sizeof(full), "%s/%s", path, names.list[i]);
		failed |= show(full, names.list[i], is_long);
	}
	names_free(&names);
	return failed;
}

int main(int argc, char **argv)
{
	int is_long = argc > 1 && strcmp(argv[1], "-l") == 0;
	int failed = 0;

	if (argc < 2 + is_long)
		return list(".", is_long);
	for (int i = 1 + is_long; i < argc; i++) {
		if (argc > 2 + is_long)
			iprintf("%s:\n", argv[i]);
		failed |= list(argv[i], is_long);
	}
	return failed;
}
