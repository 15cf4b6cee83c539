/* SPDX-License-Identifier: MIT */
/*
 * Random calls on one file against a model of its bytes: write, read, truncate, stores and loads
 * through shared mappings at changing places, private mappings, children that look.
 *
 *	file_random [SEED [STEPS]]
 */
#include "guest.h"

#define PATH  "/tmp/file-random"
#define PAGES 40UL
#define BYTES (PAGES * PAGE)
#define RW    (PROT_READ | PROT_WRITE)

static char model[BYTES], buf[BYTES];
static unsigned long size; /* of the file; the model is zero behind it */
static int fd;
static uint32_t seed;

/* A window of the file, mapped shared. */
static char *window;
static unsigned long window_page, window_pages;

static unsigned long below(unsigned long n)
{
	return n ? next_random(&seed) % n : 0;
}

/* Mostly small lengths, some of several pages. */
static unsigned long some_length(void)
{
	return 1 + below(below(4) ? 200 : 5 * PAGE);
}

static int do_write(void)
{
	unsigned long at = below(BYTES), len = some_length();

	if (len > BYTES - at)
		len = BYTES - at;
	for (unsigned long i = 0; i < len; i++)
		buf[i] = (char)next_random(&seed);
	if (lseek(fd, (off_t)at, SEEK_SET) != (off_t)at || write(fd, buf, len) != (ssize_t)len)
		return 0;
	memcpy(model + at, buf, len);
	if (at + len > size)
		size = at + len;
	return 1;
}

static int do_read(void)
{
	unsigned long at = below(BYTES), len = some_length();
	unsigned long want = at >= size ? 0 : size - at < len ? size - at : len;

	return lseek(fd, (off_t)at, SEEK_SET) == (off_t)at && read(fd, buf, len) == (ssize_t)want &&
	       memcmp(buf, model + at, want) == 0;
}

static int do_truncate(void)
{
	unsigned long to = below(3) ? below(BYTES + 1) : below(PAGES + 1) * PAGE;

	if (sys(__NR_ftruncate, fd, to) != 0)
		return 0;
	if (to < size)
		memset(model + to, 0, size - to);
	size = to;
	return 1;
}

/* The part of the window that the file reaches to: bytes of the file [*from, *to). */
static int window_part(unsigned long *from, unsigned long *to)
{
	unsigned long start = window_page * PAGE, end = start + window_pages * PAGE;

	if (end > size)
		end = size;
	if (start >= end)
		return 0;
	*from = start + below(end - start);
	*to = *from + some_length();
	if (*to > end)
		*to = end;
	return 1;
}

static int do_store(void)
{
	unsigned long from, to;

	if (window_part(&from, &to))
		for (; from < to; from++)
			window[from - window_page * PAGE] = model[from] = (char)next_random(&seed);
	return 1;
}

static int do_load(void)
{
	unsigned long from, to;

	return !window_part(&from, &to) ||
	       memcmp(window + (from - window_page * PAGE), model + from, to - from) == 0;
}

static int move_window(void)
{
	if (window)
		munmap(window, window_pages * PAGE);
	window_page = below(PAGES);
	window_pages = 1 + below(PAGES - window_page);
	window = mmap(NULL, window_pages * PAGE, RW, MAP_SHARED, fd, (off_t)(window_page * PAGE));
	return window != MAP_FAILED;
}

static int do_private(void)
{
	unsigned long page = below(PAGES), pages = 1 + below(PAGES - page), at, end;
	char *p = mmap(NULL, pages * PAGE, RW, MAP_PRIVATE, fd, (off_t)(page * PAGE));
	int right;

	if (p == MAP_FAILED)
		return 0;
	end = (page + pages) * PAGE < size ? (page + pages) * PAGE : size;
	at = page * PAGE;
	right = at >= end || memcmp(p, model + at, end - at) == 0;
	for (int i = 0; i < 5 && at < end; i++) {
		unsigned long to = at + below(end - at);

		p[to - page * PAGE] = (char)~model[to];
		right &= p[to - page * PAGE] == (char)~model[to];
	}
	munmap(p, pages * PAGE);
	return right;
}

static int child_looks(void *arg)
{
	(void)arg;
	for (int i = 0; i < 5; i++)
		if (!do_load() || !do_read() || !do_private())
			return 1;
	return 0;
}

static int drop_part(void)
{
	unsigned long page = below(window_pages);

	return sys(__NR_madvise, window + page * PAGE, PAGE, MADV_DONTNEED) == 0;
}

static int step(void)
{
	switch (below(16)) {
	case 0:
	case 1:
	case 2:
		return do_write();
	case 3:
	case 4:
		return do_read();
	case 5:
		return do_truncate();
	case 6:
		return move_window();
	case 7:
		return do_private();
	case 8:
		return below(8) ? drop_part() : in_child(child_looks, NULL) == 0;
	case 9:
	case 10:
	case 11:
	case 12:
		return do_store();
	default:
		return do_load();
	}
}

int main(int argc, char **argv)
{
	long steps = argc > 2 ? atol(argv[2]) : 3000, i = 0;

	seed = argc > 1 ? (uint32_t)atol(argv[1]) : 1;
	fd = open(PATH, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || !move_window())
		bail_out("%s: errno %d", PATH, errno);
	while (i < steps && step())
		i++;
	is(i, steps, "every step is as in the model (size %lu)", size);
	lseek(fd, 0, SEEK_SET);
	ok(read(fd, buf, BYTES) == (ssize_t)size && memcmp(buf, model, size) == 0,
	   "and the whole at last");
	munmap(window, window_pages * PAGE);
	close(fd);
	unlink(PATH);
	return tap_done();
}
