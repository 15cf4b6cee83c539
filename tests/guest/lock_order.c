/* SPDX-License-Identifier: MIT */
/*
 * The order in which the locks of user memory were taken while the programs that test it ran, as the lock
 * validator has seen it (/proc/lock_order of the debug flavour): every step of the order that lock-15 names, and
 * none the other way. No page is locked by itself as yet: what the page lock is for is done with tree_lock
 * (include/octavo/filemap.h). Where a call took one the wrong way the validator fails the run besides.
 */
#include "slurp.h"

#define NAMES 7

/* From the outermost. */
static const char *const names[NAMES] = {
	"inode_mutex",     "mmap_sem",  "i_mmap_lock", "anon_vma_lock",
	"page_table_lock", "tree_lock", "lru_lock",
};

static const char *const programs[] = {
	"/tests/mmap_anon",   "/tests/munmap",  "/tests/mprotect",   "/tests/mremap",
	"/tests/brk",         "/tests/stack",   "/tests/mlock",      "/tests/madvise",
	"/tests/mincore",     "/tests/cow",     "/tests/filemap",    "/tests/memfd",
	"/tests/remap_pages", "/tests/sysvshm", "/tests/process_vm",
};

static int run_quietly(void *path)
{
	const char *argv[] = {path, NULL};
	int fd = open("/dev/null", O_RDWR);

	dup2(fd, 1);
	dup2(fd, 2);
	sys(__NR_execve, path, argv, NULL);
	return 1;
}

/* Was a lock of class `inner` waited for with one of `outer` held? */
static int taken_under(const char *outer, const char *inner)
{
	size_t len = strlen(outer), inner_len = strlen(inner);

	for (const char *line = text; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, outer, len) != 0 || line[len] != ':')
			continue;
		for (const char *at = line + len; *at == ':' || *at == ' ';) {
			at += *at == ':' ? 2 : 1;
			if (strncmp(at, inner, inner_len) == 0 &&
			    (at[inner_len] == ' ' || at[inner_len] == '\n'))
				return 1;
			at += strcspn(at, " \n");
		}
	}
	return 0;
}

/* Dirty pages of a shared mapping and the call that is to write them: nothing of the file's is locked. */
static void sync_a_file(void)
{
	int fd = open("/tmp/lock-order", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *p;

	if (fd < 0 || ftruncate(fd, 4 * PAGE) != 0)
		bail_out("/tmp/lock-order: errno %d", errno);
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	for (unsigned i = 0; i < 4; i++)
		p[i * PAGE] = 1;
	is(sys(__NR_msync, p, 4 * PAGE, 4 /* MS_SYNC */), 0, "msync of what was written");
	munmap(p, 4 * PAGE);
	/* from memory that was never touched: it faults with the file locked */
	p = map_pages(4, PROT_READ | PROT_WRITE);
	is(write(fd, p, 4 * PAGE), 4 * PAGE, "write(2) that faults");
	close(fd);
	unlink("/tmp/lock-order");
}

int main(void)
{
	for (unsigned i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		is(in_child(run_quietly, (void *)(uintptr_t)programs[i]), EXITED(0), "%s",
		   programs[i]);
	sync_a_file();
	if (slurp("/proc/lock_order") <= 0)
		bail_out("there is no /proc/lock_order");
	for (unsigned i = 0; i + 1 < NAMES; i++)
		ok(taken_under(names[i], names[i + 1]), "%s inside %s", names[i + 1], names[i]);
	ok(taken_under("page_table_lock", "lru_lock"), "lru_lock inside page_table_lock (lock-15)");
	for (unsigned outer = 0; outer < NAMES; outer++)
		for (unsigned inner = 0; inner < outer; inner++)
			ok(!taken_under(names[outer], names[inner]), "no %s inside %s (lock-15)",
			   names[inner], names[outer]);
	ok(taken_under("page_table_lock", "page_table_lock") && taken_under("mmap_sem", "mmap_sem"),
	   "two address spaces: fork alone, the child's second");
	return tap_done();
}
