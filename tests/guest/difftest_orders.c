/* SPDX-License-Identifier: MIT */
/*
 * difftest_orders.c - which error a call gives that has several arguments wrong. tools/errnotest.py asks
 * for it on the console, on Octavo and on Linux:
 *
 *	tables WRONG		a line "table NUMBER CHUNKS NAME" for each; WRONG: how many arguments may
 *				be wrong at once
 *	digests WRONG TABLE	a line "= CHUNK DIGEST" for each chunk of it
 *	tell WRONG TABLE CHUNK	what was called and what came of it, a line each, then that line
 *
 * A table is a call under one circumstance. It is made with each combination of its arguments' values
 * that has WRONG at most which are not the first (one less, where a limit is what matters): so all are
 * tried alone, two together, and three. Every call finds the same memory; each chunk is a process.
 */
#include "difftest_orders.h"

#include <uapi/octavo/ipc.h>

#define CHUNK 128 /* calls */

long kinds[NR_KINDS];

static const char *const circumstance_names[NR_CIRCUMSTANCES] = {
	"root", "nobody", "few locks", "little AS", "little DATA", "all areas", "few areas",
};

static enum circumstance circumstance;
static unsigned most_wrong; /* arguments of a call */

/* --- tables by number --- */

static unsigned nr_tables(void)
{
	return (nr_memory_orders + nr_other_orders) * NR_CIRCUMSTANCES;
}

/* => NULL: that call is not made under that circumstance */
static const struct order *table(unsigned i)
{
	unsigned n = i / NR_CIRCUMSTANCES;
	const struct order *o =
		n < nr_memory_orders ? &memory_orders[n] : &other_orders[n - nr_memory_orders];

	return o->circumstances & IN(i % NR_CIRCUMSTANCES) ? o : NULL;
}

static unsigned nr_arguments(const struct order *o)
{
	unsigned n = 0;

	while (n < MAX_ARGUMENTS && o->arguments[n].name)
		n++;
	return n;
}

/* The next combination; the last argument changes first. => 0: there is none */
static int advance(const struct order *o, unsigned *chosen)
{
	unsigned most = circumstance <= AS_NOBODY ? most_wrong : most_wrong - 1;

	for (unsigned i = nr_arguments(o); i-- > 0;) {
		unsigned off = chosen[i] != 0;

		for (unsigned before = 0; before < i; before++)
			off += chosen[before] != 0;
		if (off < most + (chosen[i] != 0) && chosen[i] + 1 < o->arguments[i].nr) {
			chosen[i]++;
			return 1;
		}
		chosen[i] = 0;
	}
	return 0;
}

static unsigned nr_combinations(const struct order *o)
{
	unsigned chosen[MAX_ARGUMENTS] = {0}, count = 0;

	do
		count++;
	while (advance(o, chosen));
	return count;
}

/* --- what every call finds --- */

static void area(unsigned long at, unsigned pages, uint32_t prot, uint32_t flags, int fd)
{
	sys(__NR_mmap2, at, pages * PAGE, prot, flags | MAP_FIXED, fd, 0);
}

static void lay_out(void)
{
	sys(__NR_munlockall);
	sys(__NR_munmap, 0, 16 * PAGE);
	sys(__NR_munmap, WINDOW - 64 * PAGE, HIGH + 64 * PAGE - (WINDOW - 64 * PAGE));
	sys(__NR_munmap, anchor - NEAR, NEAR);
	area(RW, 4, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	area(FILE_RW, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fds[A_RDWR]);
	area(FILE_RO, 2, PROT_READ, MAP_SHARED, fds[A_RDONLY]);
	area(NOTHING, 2, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	area(LOCKED, 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	area(PRIV_RO, 2, PROT_READ, MAP_PRIVATE, fds[B_RDWR]);
	area(DATA, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	area(GROWING, 2, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1);
	sys(__NR_mlock, LOCKED, 2 * PAGE);
	sys(__NR_shmat, kinds[GOOD], SEGMENT, 0);
}

/* As root: segments as they were. */
static void renew_segments(void)
{
	static const uint32_t modes[] = {[GOOD] = 0666, [ROOTS] = 0600};

	remove_segments();
	for (unsigned i = GOOD; i <= ROOTS; i++)
		kinds[i] = sys(__NR_shmget, FIRST_KEY + (long)i, PAGE, IPC_CREAT | modes[i]);
}

/* --- circumstances --- */

/* The number behind `name` in /proc/self/status, or how many lines `path` has. */
static unsigned long read_number(const char *path, const char *name)
{
	static char text[16384];
	int fd = open(path, O_RDONLY);
	unsigned len = 0;
	unsigned long lines = 0;
	const char *p;
	long n;

	while ((n = sys(__NR_read, fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (unsigned)n;
	close(fd);
	text[len] = '\0';
	if (name)
		return (p = strstr(text, name)) ? strtoul(p + strlen(name), NULL, 10) : 0;
	for (p = text; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	return lines;
}

static void limit(int resource, unsigned long bytes)
{
	unsigned long both[2] = {bytes, bytes};

	sys(__NR_setrlimit, resource, both);
}

static void become_nobody(unsigned long locks)
{
	limit(8, locks);
	sys(__NR_setresgid32, 1000, 1000, 1000);
	sys(__NR_setresuid32, 1000, 1000, 1000);
}

static int areas_fd;       /* /proc/sys/vm/max_map_count */
static unsigned areas_now; /* that there may be while the call is made; 0: as many as ever */

static void allow_areas(unsigned n)
{
	char text[16];

	sniprintf(text, sizeof(text), "%u\n", n);
	sys(__NR_pwrite64, areas_fd, text, strlen(text), 0, 0);
}

/* Nothing is ever mapped below mmap_min_addr on Octavo; on Linux it takes this. */
static void drop_raw_io(void)
{
	uint32_t header[2] = {0x20080522, 0}, sets[6] = {0};

	sys(__NR_capget, header, sets);
	sets[0] &= ~(1u << 17);
	sets[1] &= ~(1u << 17);
	sys(__NR_capset, header, sets);
}

static void begin(void)
{
	areas_now = 0;
	drop_raw_io();
	switch (circumstance) {
	case AS_NOBODY:
		become_nobody(0);
		break;
	case WITH_FEW_LOCKS:
		become_nobody(4 * PAGE);
		break;
	case WITH_LITTLE_AS:
		become_nobody(MB);
		limit(9, (read_number("/proc/self/status", "VmSize:") + 8) * 1024);
		break;
	case WITH_LITTLE_DATA:
		become_nobody(MB);
		limit(2, (read_number("/proc/self/status", "VmData:") + 8) * 1024);
		break;
	case WITH_ALL_AREAS:
	case WITH_FEW_AREAS:
		areas_now = (unsigned)read_number("/proc/self/maps", NULL) -
			    (circumstance == WITH_ALL_AREAS ? 1 : -2U);
		break;
	default:
		break;
	}
}

/* --- making the calls --- */

static void make_call(const struct order *o, const unsigned *chosen)
{
	uint32_t values[MAX_ARGUMENTS];
	long result;

	note("%s", o->name);
	for (unsigned i = 0; i < nr_arguments(o); i++) {
		const struct value *v = &o->arguments[i].values[chosen[i]];

		values[i] = v->bits;
		if (chosen[i])
			note(" %s=%s", o->arguments[i].name, v->name);
	}
	if (o->segments && circumstance == AS_ROOT)
		renew_segments();
	lay_out();
	if (areas_now)
		allow_areas(areas_now);
	result = o->call(values);
	if (areas_now)
		allow_areas(65530);
	if (o->telling == ADDRESS)
		note_address(result);
	else
		note_result(o->telling == HANDLE && result > 0 ? 0 : result);
}

static void make_chunk(const struct order *o, unsigned chunk)
{
	unsigned chosen[MAX_ARGUMENTS] = {0};

	signal(SIGPIPE, SIG_IGN);
	open_files();
	for (unsigned i = 0; i < NR_FILES; i++)
		if (fds[i] >= 0 && i != CLOSED)
			sys(__NR_dup2, fds[i], FIRST_FD + (int)i);
	renew_segments();
	anchor = (unsigned long)sys(__NR_mmap2, 0, PAGE, PROT_NONE, MAP_SHARED, fds[A_RDWR], 0);
	heap = (unsigned long)sys(__NR_brk, 0);
	lay_out();
	begin();
	for (unsigned i = 0; i < chunk * CHUNK; i++)
		advance(o, chosen);
	for (unsigned i = 0; i < CHUNK; i++) {
		make_call(o, chosen);
		if (!advance(o, chosen))
			break;
	}
	_exit(0);
}

static void run_chunk(const struct order *o, unsigned chunk, int show)
{
	int status = -1;
	pid_t pid;

	notes->len = 0;
	kinds[REMOVED] = sys(__NR_shmget, IPC_PRIVATE, PAGE, 0666);
	sys(__NR_shmctl, kinds[REMOVED], IPC_RMID, 0);
	pid = fork();
	if (pid == 0)
		make_chunk(o, chunk);
	waitpid(pid, &status, 0);
	if (status)
		note("ended with status %x\n", status);
	allow_areas(65530);
	remove_segments();
	give_notes(chunk, show);
}

void order_command(const char *line)
{
	const char *p = strchr(line, ' ');
	char *rest = NULL;
	const struct order *o;
	unsigned i, chunk;
	char text[96];

	if (!p)
		return;
	most_wrong = (unsigned)strtoul(p, &rest, 10);
	if (!strncmp(line, "tables ", 7)) {
		for (i = 0; i < nr_tables(); i++) {
			o = table(i);
			circumstance = i % NR_CIRCUMSTANCES;
			chunk = o ? (nr_combinations(o) + CHUNK - 1) / CHUNK : 0;
			sniprintf(text, sizeof(text), "table %u %u %s as %s\n", i, chunk,
				  o ? o->name : "-", circumstance_names[i % NR_CIRCUMSTANCES]);
			write(1, text, strlen(text));
		}
		write(1, "= end\n", 6);
		return;
	}
	i = (unsigned)strtoul(rest, &rest, 10);
	o = i < nr_tables() ? table(i) : NULL;
	if (!o)
		return;
	if (!areas_fd)
		areas_fd = open("/proc/sys/vm/max_map_count", O_WRONLY);
	circumstance = i % NR_CIRCUMSTANCES;
	if (!strncmp(line, "tell ", 5))
		run_chunk(o, (unsigned)strtoul(rest, NULL, 10), 1);
	else
		for (chunk = 0; chunk * CHUNK < nr_combinations(o); chunk++)
			run_chunk(o, chunk, 0);
}
