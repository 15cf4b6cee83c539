/* SPDX-License-Identifier: MIT */
/*
 * Files of /proc as a text, and the numbers in it:
 *
 *	slurp("/proc/meminfo");			into `text`
 *	value("MemFree:");			what stands behind it there
 */
#ifndef GUEST_SLURP_H
#define GUEST_SLURP_H

#include "guest.h"

#define BIG 65536 /* bytes of `text` */

static char text[BIG];

/* The whole of a file, in pieces of `piece` bytes. => its length, or -errno */
static inline long slurp_by(const char *path, char *to, long piece)
{
	long fd = sys(__NR_open, path, O_RDONLY, 0), len = 0, n;

	if (fd < 0)
		return fd;
	while (len < BIG - 1) {
		n = sys(__NR_read, fd, to + len, len + piece < BIG - 1 ? piece : BIG - 1 - len);
		if (n <= 0)
			break;
		len += n;
	}
	sys(__NR_close, fd);
	to[len] = '\0';
	return len;
}

static inline long slurp(const char *path)
{
	return slurp_by(path, text, BIG);
}

/* The number behind `key` in the text that was read last; -1: it is not there. */
static inline long value(const char *key)
{
	const char *at = text;
	size_t len = strlen(key);

	for (; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncmp(at, key, len) == 0)
			return strtol(at + len, NULL, 10);
		if (*at == '\0')
			break;
	}
	return -1;
}

static inline long file_value(const char *path, const char *key)
{
	return slurp(path) < 0 ? -2 : value(key);
}

/* The number of kB behind `key`, which has a newline before it, in what smaps says of the area in
 * which `place` lies; -1: there is none */
static inline long usage(const void *place, const char *key)
{
	unsigned long addr = (unsigned long)place, start;
	char *end;

	slurp("/proc/self/smaps");
	for (const char *at = text; at != NULL; at = strchr(at, '\n')) {
		at += *at == '\n';
		start = strtoul(at, &end, 16);
		if (end != at + 8 || *end != '-' || start > addr ||
		    strtoul(end + 1, NULL, 16) <= addr)
			continue;
		at = strstr(at, key);
		return at != NULL ? strtol(at + strlen(key), NULL, 10) : -1;
	}
	return -1;
}

/* Octavo begins without /proc. */
static inline void mount_proc(void)
{
	if (!on_octavo())
		return;
	sys(__NR_mkdir, "/proc", 0555);
	sys(__NR_mount, "proc", "/proc", "proc", 0, NULL);
}

/* Areas of /proc/self/maps that begin in the `pages` pages from p on. */
static inline int areas_within(const char *p, unsigned long pages)
{
	int nr = 0;

	slurp("/proc/self/maps");
	for (const char *line = text; line && *line;
	     line = strchr(line, '\n'), line += line != NULL) {
		unsigned long start = strtoul(line, NULL, 16);

		nr += start >= (unsigned long)p && start < (unsigned long)p + pages * PAGE;
	}
	return nr;
}

#endif
