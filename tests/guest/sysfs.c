/* SPDX-License-Identifier: MIT */
/*
 * /sys: which CPUs there are, in Linux's words; a file system that can be looked at and not changed.
 * The argument is how many CPUs there must be.
 */
#include <dirent.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "slurp.h"

#define CPUS "/sys/devices/system/cpu"

/* Directories of CPUS with a number behind "cpu", each once. => their number; -1 something is wrong */
static int nr_directories(void)
{
	DIR *dir = opendir(CPUS);
	struct dirent *entry;
	unsigned seen = 0;
	int n = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char *end;
		unsigned long cpu;

		if (strncmp(entry->d_name, "cpu", 3) != 0 || entry->d_name[3] < '0' ||
		    entry->d_name[3] > '9')
			continue;
		cpu = strtoul(entry->d_name + 3, &end, 10);
		if (*end != '\0' || cpu > 31 || (seen >> cpu & 1) || entry->d_type != DT_DIR ||
		    entry->d_ino == 0)
			n = -1000;
		seen |= 1u << cpu;
		n++;
	}
	if (dir != NULL)
		closedir(dir);
	return seen + 1 == 1u << n ? n : -1;
}

static void test_cpus(unsigned nr)
{
	static const char *const lists[] = {"online", "possible", "present"};
	char path[64], wanted[16];
	struct stat first, last;

	if (nr == 1)
		strcpy(wanted, "0\n");
	else
		sniprintf(wanted, sizeof(wanted), "0-%u\n", nr - 1);
	for (unsigned i = 0; i < 3; i++) {
		sniprintf(path, sizeof(path), CPUS "/%s", lists[i]);
		ok(slurp(path) > 0 && strcmp(text, wanted) == 0, "%s", lists[i]);
	}
	ok(slurp(CPUS "/offline") == 1 && text[0] == '\n', "none is offline");
	slurp(CPUS "/kernel_max");
	is(strtol(text, NULL, 10), 7, "the highest number that one could have");
	is(nr_directories(), nr, "a directory for each CPU");
	sniprintf(path, sizeof(path), CPUS "/cpu%u", nr - 1);
	ok(stat(path, &last) == 0 && S_ISDIR(last.st_mode), "%s", path);
	ok(stat(CPUS "/cpu0", &first) == 0 && (nr == 1) == (first.st_ino == last.st_ino),
	   "each is one of its own");
	is(sys(__NR_chdir, path), 0, "and can be the current directory");
	ok(sys(__NR_getcwd, text, sizeof(text)) > 0 && strcmp(text, path) == 0,
	   "which has that name");
	sys(__NR_chdir, "/");
	sniprintf(path, sizeof(path), CPUS "/cpu%u", nr);
	is(sys(__NR_open, path, O_RDONLY, 0), -ENOENT, "there is no other");
	is(sys(__NR_open, CPUS "/cpu00", O_RDONLY, 0), -ENOENT, "nor one with a leading zero");
	is(sys(__NR_open, CPUS "/cpu", O_RDONLY, 0), -ENOENT, "nor one without a number");
	is(sys(__NR_open, CPUS "/0", O_RDONLY, 0), -ENOENT, "nor a number alone");
}

static void test_shape(void)
{
	struct stat st, up;
	long buf[21]; /* struct statfs64 */

	slurp("/proc/mounts");
	ok(strstr(text, " /sys sysfs rw") != NULL, "it is mounted");
	ok(sys(__NR_statfs64, "/sys", 84, buf) == 0 && buf[0] == 0x62656572, "a sysfs");
	ok(stat("/sys", &st) == 0 && stat(CPUS "/../../../..", &up) == 0 && st.st_dev != up.st_dev,
	   "over it is the root");
	ok(stat(CPUS "/../../..", &up) == 0 && st.st_ino == up.st_ino && st.st_dev == up.st_dev,
	   "three steps up from its deepest directory its top");
	ok(stat(CPUS "/online", &st) == 0 && st.st_mode == (S_IFREG | 0444), "files are read only");
	is(sys(__NR_mkdir, "/sys/new", 0755), -EPERM, "nothing can be made in it");
	ok(sys(__NR_open, CPUS "/new", O_CREAT | O_RDWR, 0644) < 0, "no file either");
	ok(sys(__NR_unlink, CPUS "/online") < 0, "nothing removed");
	is(sys(__NR_mount, "sysfs", "/tmp", "sysfs", 0, "option=1"), -EINVAL, "no options");
	is(sys(__NR_mount, "sysfs", "/tmp", "sysfs", 0, NULL), 0, "it can be mounted twice");
	ok(slurp("/tmp/devices/system/cpu/online") > 0, "and is the same there");
	is(sys(__NR_umount2, "/tmp", 0), 0, "it goes again");
}

int main(int argc, char **argv)
{
	unsigned nr = argc > 1 ? (unsigned)atoi(argv[1]) : 1;

	test_cpus(nr);
	if (on_octavo())
		test_shape();
	return tap_done();
}
