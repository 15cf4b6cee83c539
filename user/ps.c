/* SPDX-License-Identifier: MIT */
/* ps: the processes, from /proc/PID/stat and /proc/PID/cmdline. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE_KB 4

/* => bytes read, with a NUL behind them; -1 */
static ssize_t read_file(const char *pid, const char *name, char *buf, size_t size)
{
	char path[64];
	ssize_t got, len = 0;
	int fd;

	sniprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return -1;
	while ((size_t)len < size - 1 && (got = read(fd, buf + len, size - 1 - (size_t)len)) > 0)
		len += got;
	close(fd);
	buf[len] = '\0';
	return len;
}

/*
 * stat: pid (name) state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime
 * stime cutime cstime priority nice threads 0 starttime vsize rss ...; the name may hold anything,
 * so the last parenthesis counts. A process that has ended meanwhile is left out.
 */
static void show(const char *pid)
{
	char stat[512], command[128];
	unsigned long field[22] = {0}; /* from ppid on */
	char *name, *rest, *at;
	ssize_t len;

	if (read_file(pid, "stat", stat, sizeof(stat)) <= 0)
		return;
	name = strchr(stat, '(');
	rest = strrchr(stat, ')');
	if (!name || !rest || strlen(rest) < 4)
		return;
	*rest = '\0';
	rest += 2;
	at = rest + 1;
	for (int i = 0; i < 22; i++)
		field[i] = strtoul(at, &at, 10);
	len = read_file(pid, "cmdline", command, sizeof(command));
	for (ssize_t i = 0; i < len - 1; i++)
		if (!command[i])
			command[i] = ' ';
	iprintf("%5s %5lu %c %7lu %7lu ", pid, field[0], *rest, field[19] / 1024,
		field[20] * PAGE_KB);
	iprintf(len > 0 ? "%s\n" : "[%s]\n", len > 0 ? command : name + 1);
}

static int compare(const void *a, const void *b)
{
	return atoi(*(char *const *)a) - atoi(*(char *const *)b);
}

int main(void)
{
	char **pids = NULL;
	size_t used = 0, room = 0;
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	if (!proc) {
		fiprintf(stderr, "ps: /proc: %s\n", strerror(errno));
		return 1;
	}
	while ((entry = readdir(proc))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		if (used == room) {
			char **more = realloc(pids, (room = 2 * room + 32) * sizeof(*pids));

			if (!more)
				break;
			pids = more;
		}
		pids[used] = strdup(entry->d_name);
		if (!pids[used])
			break;
		used++;
	}
	closedir(proc);
	if (used)
		qsort(pids, used, sizeof(*pids), compare);
	iprintf("%5s %5s %c %7s %7s %s\n", "PID", "PPID", 'S', "VSZ", "RSS", "COMMAND");
	for (size_t i = 0; i < used; i++)
		show(pids[i]);
	return fflush(stdout) ? 1 : 0;
}
