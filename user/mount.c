/* SPDX-License-Identifier: MIT */
/* mount: what is mounted; mount -t TYPE [-o OPTIONS] SOURCE DIRECTORY: mounts it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* Lines of /proc/mounts: source, directory, type, options, two numbers. */
static int show_all(void)
{
	FILE *mounts = fopen("/proc/mounts", "r");
	char line[1024];

	if (!mounts) {
		fiprintf(stderr, "mount: /proc/mounts: %s\n", strerror(errno));
		return 1;
	}
	while (fgets(line, sizeof(line), mounts)) {
		const char *source = strtok(line, " ");
		const char *target = strtok(NULL, " ");
		const char *type = strtok(NULL, " ");
		const char *options = strtok(NULL, " ");

		if (options)
			iprintf("%s on %s type %s (%s)\n", source, target, type, options);
	}
	fclose(mounts);
	return 0;
}

/* Takes the options that are flags out of LIST; what is left is the file system's own. */
static unsigned long flags_of(char *list, char *rest)
{
	static const struct {
		const char *name;
		unsigned long set, clear;
	} known[] = {
		{"ro", MS_RDONLY, 0},   {"rw", 0, MS_RDONLY},     {"nosuid", MS_NOSUID, 0},
		{"nodev", MS_NODEV, 0}, {"noexec", MS_NOEXEC, 0}, {"remount", MS_REMOUNT, 0},
		{"exec", 0, MS_NOEXEC}, {"bind", MS_BIND, 0},     {"noatime", MS_NOATIME, 0},
	};
	unsigned long flags = 0;

	for (char *option = strtok(list, ","); option; option = strtok(NULL, ",")) {
		size_t i = 0;

		while (i < sizeof(known) / sizeof(known[0]) && strcmp(known[i].name, option) != 0)
			i++;
		if (i < sizeof(known) / sizeof(known[0])) {
			flags = (flags | known[i].set) & ~known[i].clear;
		} else {
			if (*rest)
				strcat(rest, ",");
			strcat(rest, option);
		}
	}
	return flags;
}

int main(int argc, char **argv)
{
	char empty[1] = "", *options = empty, *rest;
	const char *type = NULL;
	unsigned long flags;
	int option;

	if (argc == 1)
		return show_all();
	while ((option = getopt(argc, argv, "t:o:")) != -1) {
		if (option == 't')
			type = optarg;
		else if (option == 'o')
			options = optarg;
		else
			return 1;
	}
	rest = calloc(1, strlen(options) + 2);
	if (argc - optind != 2 || !rest) {
		fiprintf(stderr, "usage: mount [-t type] [-o options] source directory\n");
		return 1;
	}
	flags = flags_of(options, rest);
	if (mount(argv[optind], argv[optind + 1], type, flags, *rest ? rest : NULL) == 0)
		return 0;
	fiprintf(stderr, "mount: %s: %s\n", argv[optind + 1], strerror(errno));
	return 1;
}
