/* SPDX-License-Identifier: MIT */
/*
 * mm_random [SEED [STEPS]]: random mmap, munmap, mprotect, mremap, writes and
 * forks in a window of pages, against a model that is an array of bytes:
 *
 *	model[page]:	mapped?  protection  shared or private  32 bytes of content
 *
 * Of each page only 32 bytes at a place of its own are used, so that the whole
 * window can be compared often; a page that moves keeps its place.
 * The same seed gives the same run.
 */
#include "guest.h"

#define PAGES  48
#define CELL   32
#define PROBES 6 /* pages that are probed for their protection after each step */

struct page {
	int mapped;
	int prot;
	int shared;
	int place; /* of the content in the page */
	unsigned char content[CELL];
};

static struct page model[PAGES];
static char *window;
static uint32_t state; /* of the generator */
static int scratch;    /* an open file */
static const char *last_step = "start";

static uint32_t below(uint32_t n)
{
	return next_random(&state) % n;
}

static char *page_at(int i)
{
	return window + (unsigned long)i * PAGE;
}

/* Where page I keeps its bytes. */
static unsigned char *cell(int i)
{
	return (unsigned char *)page_at(i) + model[i].place;
}

static struct page new_page(int i, int prot, int shared)
{
	return (struct page){
		.mapped = 1, .prot = prot, .shared = shared, .place = i * 37 % (int)(PAGE - CELL)};
}

static int random_prot(void)
{
	static const int prots[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
				    PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE | PROT_EXEC};

	return prots[below(sizeof(prots) / sizeof(prots[0]))];
}

/* A run of pages: start in *FIRST, => its length. */
static int random_run(int *first)
{
	*first = (int)below(PAGES);
	return 1 + (int)below(below(4) ? 5 : (uint32_t)(PAGES - *first) + 1) % (PAGES - *first + 1);
}

static void clip(int first, int *n)
{
	if (*n > PAGES - first)
		*n = PAGES - first;
}

/* The kernel's view of one byte, without a fault: may it be read, may it be written? */
static int can_read(const void *p)
{
	lseek(scratch, 0, SEEK_SET);
	return sys(__NR_write, scratch, p, 1) == 1;
}

static int can_write(void *p)
{
	unsigned char byte = *(unsigned char *)p; /* only asked where it can be read */

	lseek(scratch, 0, SEEK_SET);
	if (sys(__NR_write, scratch, &byte, 1) != 1)
		bail_out("scratch file");
	lseek(scratch, 0, SEEK_SET);
	return sys(__NR_read, scratch, p, 1) == 1;
}

/* => an explanation if page I is not as the model says, else NULL */
static const char *check_page(int i)
{
	const struct page *m = &model[i];
	int readable = can_read(cell(i));

	if (readable != (m->mapped && (m->prot & PROT_READ)))
		return readable ? "can be read" : "cannot be read";
	if (!readable)
		return NULL;
	if (memcmp(cell(i), m->content, CELL))
		return "has other content";
	if (can_write(cell(i)) != !!(m->prot & PROT_WRITE))
		return m->prot & PROT_WRITE ? "cannot be written" : "can be written";
	return NULL;
}

static int check_all(void)
{
	for (int i = 0; i < PAGES; i++) {
		const char *what = check_page(i);

		if (what) {
			diag("after %s: page %d %s (mapped %d prot %d shared %d)", last_step, i,
			     what, model[i].mapped, model[i].prot, model[i].shared);
			return 0;
		}
	}
	return 1;
}

static int step_mmap(void)
{
	int first, n = random_run(&first), prot = random_prot(), shared = !below(4);

	clip(first, &n);
	last_step = "mmap";
	if (mmap(page_at(first), (size_t)n * PAGE, prot,
		 MAP_FIXED | MAP_ANONYMOUS | (shared ? MAP_SHARED : MAP_PRIVATE), -1,
		 0) != page_at(first))
		return 0;
	for (int i = first; i < first + n; i++)
		model[i] = new_page(i, prot, shared);
	return 1;
}

static int step_munmap(void)
{
	int first, n = random_run(&first);

	clip(first, &n);
	last_step = "munmap";
	if (munmap(page_at(first), (size_t)n * PAGE) != 0)
		return 0;
	for (int i = first; i < first + n; i++)
		model[i] = (struct page){.mapped = 0};
	return 1;
}

static int step_mprotect(void)
{
	int first, n = random_run(&first), prot = random_prot(), whole = 1, result;

	clip(first, &n);
	last_step = "mprotect";
	for (int i = first; i < first + n; i++)
		whole &= model[i].mapped;
	if (!whole) /* the part before the hole may have changed: only ask of what is whole */
		return 1;
	result = mprotect(page_at(first), (size_t)n * PAGE, prot);
	for (int i = first; i < first + n; i++)
		model[i].prot = prot;
	return result == 0;
}

/*
 * Some pages to another place, and perhaps shorter, or leaving an empty area behind. More than one may be
 * those of several areas, which is refused: then nothing has changed (Linux may have taken away what was
 * in the way, so it is not asked).
 */
static int step_mremap(void)
{
	int first, to, n = random_run(&first), kept, stay, whole = 1;
	long result;

	clip(first, &n);
	n = on_octavo() ? n : 1;
	to = (int)below((uint32_t)(PAGES - n) + 1);
	stay = !below(4);
	for (int i = first; i < first + n; i++)
		stay &= !model[i].shared; /* that would be the same memory twice */
	kept = stay || below(3) ? n : 1 + (int)below((uint32_t)n);
	if (to < first + n && first < to + kept)
		return 1;
	for (int i = first; i < first + n; i++)
		whole &= model[i].mapped;
	last_step = "mremap";
	result = sys(__NR_mremap, page_at(first), (size_t)n * PAGE, (size_t)kept * PAGE,
		     1 | 2 | (stay ? 4 : 0), page_at(to));
	if (result == -EFAULT && (n > 1 || !whole))
		return 1;
	if (result != (long)page_at(to))
		return 0;
	for (int i = 0; i < n; i++) {
		if (i < kept)
			model[to + i] = model[first + i];
		if (!stay)
			model[first + i] = (struct page){.mapped = 0};
		else
			memset(model[first + i].content, 0, CELL);
	}
	return 1;
}

static void write_page(int i, unsigned char value)
{
	memset(cell(i), value, CELL);
	memset(model[i].content, value, CELL);
}

static int step_write(void)
{
	int first, n = random_run(&first);
	unsigned char value = (unsigned char)below(256);

	clip(first, &n);
	last_step = "write";
	for (int i = first; i < first + n; i++)
		if (model[i].mapped && (model[i].prot & PROT_WRITE))
			write_page(i, value);
	return 1;
}

/*
 * A child checks everything, writes what it may, changes mappings, checks
 * again and ends. The parent must see its writes to shared pages, and no more.
 */
static int step_fork(void)
{
	int first, n = random_run(&first), status;
	unsigned char value = (unsigned char)below(256);
	uint32_t childs_seed = next_random(&state) | 1;
	pid_t pid;

	clip(first, &n);
	last_step = "fork";
	pid = fork();
	if (pid < 0)
		return 0;
	if (pid == 0) {
		int good = check_all();

		for (int i = first; i < first + n; i++)
			if (model[i].mapped && (model[i].prot & PROT_WRITE))
				write_page(i, value);
		state = childs_seed;
		for (int i = 0; good && i < 5; i++)
			good = below(2) ? step_mprotect() : step_munmap();
		good = good && check_all();
		_exit(good ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	for (int i = first; i < first + n; i++)
		if (model[i].mapped && model[i].shared && (model[i].prot & PROT_WRITE))
			memset(model[i].content, value, CELL);
	return status == 0;
}

/* A page that is not accessible kills who touches it: once in a while, truly. */
static int step_fault(void)
{
	int i = (int)below(PAGES);
	int readable = model[i].mapped && (model[i].prot & PROT_READ);

	last_step = "fault";
	return peek(cell(i)) == (readable ? EXITED(0) : KILLED(SIGSEGV));
}

static int step(void)
{
	switch (below(22)) {
	case 0:
	case 1:
	case 2:
	case 3:
		return step_mmap();
	case 4:
	case 5:
	case 6:
		return step_munmap();
	case 7:
	case 8:
	case 9:
	case 10:
		return step_mprotect();
	case 11:
		return step_fork();
	case 12:
		return step_fault();
	case 13:
	case 14:
		return step_mremap();
	default:
		return step_write();
	}
}

static int run(uint32_t seed, int steps)
{
	state = seed * 2654435761u | 1;
	munmap(window, PAGES * PAGE);
	memset(model, 0, sizeof(model));
	for (int i = 0; i < steps; i++) {
		if (!step()) {
			diag("seed %lu, step %d: %s failed (errno %d)", (unsigned long)seed, i,
			     last_step, errno);
			return 0;
		}
		for (int j = 0; j < PROBES; j++) {
			int page = (int)below(PAGES);
			const char *what = check_page(page);

			if (what) {
				diag("seed %lu, step %d: after %s page %d %s", (unsigned long)seed,
				     i, last_step, page, what);
				return 0;
			}
		}
		if (i % 64 == 63 && !check_all())
			return 0;
	}
	return check_all();
}

int main(int argc, char **argv)
{
	int steps = argc > 2 ? atoi(argv[2]) : 600;

	/* the window, and a page on each side that nothing else can come into */
	window = map_pages(PAGES + 2, PROT_NONE) + PAGE;
	scratch = open("/tmp/mm-random", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (scratch < 0)
		bail_out("cannot create a file: errno %d", errno);
	unlink("/tmp/mm-random");
	if (argc > 1) {
		ok(run((uint32_t)atoi(argv[1]), steps), "seed %s, %d steps", argv[1], steps);
		return tap_done();
	}
	for (uint32_t seed = 1; seed <= 8; seed++)
		ok(run(seed, steps), "seed %lu, %d steps", (unsigned long)seed, steps);
	is(kernel_command("audit"), 0, "the audit");
	return tap_done();
}
