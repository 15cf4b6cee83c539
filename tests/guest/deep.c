/* SPDX-License-Identifier: MIT */
/*
 * Directories thousands deep: made, measured, and let go of all at once by the last who has one open.
 * What the kernel does for each level must need no stack for it.
 */
#include "guest.h"

#include <sys/mount.h>
#include <sys/stat.h>

#define TOP   "/tmp/deep"
#define DEPTH 6000

static char path[4200];

/* Goes down from here. => how deep */
static int dig(int depth)
{
	int n = 0;

	while (n < depth && mkdir("d", 0755) == 0 && chdir("d") == 0)
		n++;
	return n;
}

/* Comes up again, removing what is below. */
static int climb(int depth)
{
	int n = 0;

	while (n < depth && chdir("..") == 0 && rmdir("d") == 0)
		n++;
	return n;
}

static void last_user_of_many(void)
{
	int fd;

	if (chdir(TOP) != 0)
		bail_out("chdir");
	is(dig(DEPTH), DEPTH, "%d levels", DEPTH);
	fd = open(".", O_RDONLY);
	is(sys(__NR_getcwd, path, sizeof(path)), -ENAMETOOLONG, "no path is so long");
	is(climb(DEPTH), DEPTH, "all are removed, the lowest is open");
	is(close(fd), 0, "and goes with all above it");
	is(dig(DEPTH), DEPTH, "once more");
	fd = open(".", O_RDONLY);
	is(climb(DEPTH), DEPTH, "removed");
	is(sys(__NR_fchdir, fd), 0, "a removed directory is where one works");
	close(fd);
	is(sys(__NR_getcwd, path, sizeof(path)), -ENOENT, "it has no path");
	is(chdir(TOP), 0, "until one leaves");
}

static int dig_in(void *unused)
{
	(void)unused;
	return chdir(TOP) == 0 && dig(DEPTH) == DEPTH ? 0 : 1;
}

static void mounted(void)
{
	int fd;

	is(mount("x", TOP, "tmpfs", 0, "nr_inodes=0"), 0, "a file system of its own");
	is(in_child(dig_in, NULL), 0, "%d levels in it", DEPTH);
	is(umount(TOP), 0, "are unmounted");
	mount("x", TOP, "tmpfs", 0, "nr_inodes=0");
	if (chdir(TOP) != 0)
		bail_out("chdir");
	is(dig(DEPTH), DEPTH, "%d levels", DEPTH);
	fd = open(".", O_RDONLY);
	is(chdir("/"), 0, "left");
	is(umount2(TOP, MNT_DETACH), 0, "detached while the lowest is open");
	is(close(fd), 0, "and let go of");
}

int main(void)
{
	mkdir(TOP, 0755);
	last_user_of_many();
	mounted();
	is(rmdir(TOP), 0, "nothing is left");
	return tap_done();
}
