/* SPDX-License-Identifier: MIT */
/*
 * difftest: seeded random sequences of memory calls, written down so that two kernels can be compared.
 * tools/difftest.py talks to it on the console, on Octavo and on Linux (where it is /init):
 *
 *	run FROM COUNT STEPS	a line "= SEED DIGEST" for each of COUNT sequences
 *	show SEED STEPS MASK	what happened in one, then that line; MASK (hex digits, the first for the
 *				first four steps) says which steps are taken
 *	quit
 *
 * and what difftest_orders.c says.
 *
 * A step's arguments come from the seed and the number of the step alone, so that a sequence without
 * some of its steps is one still. Each sequence has processes of its own; steps are taken in turn.
 *
 * What is written down: results, errors, signals' codes and addresses, sums of memory, maps. An address
 * is written by what it lies in, since kernels choose differently where programs' own things are:
 *
 *	w+N	the window, at an address of ours: pages around a table's edge, and others 4 MB above
 *	m-N	below `anchor`, the first page that the kernel chose: where it puts what has no address
 *	h+N	the heap
 */
#include "difftest_orders.h"

#include <sys/mount.h>

#include <uapi/octavo/ipc.h>

#define MAX_STEPS      400
#define FIRST_MAPPINGS 6            /* steps that map something, so that there is something */
#define NOTES_AT       0x60000000UL /* where nothing else comes to lie */

/* Nobody in particular may lock what RLIMIT_MEMLOCK says. */
static void step_nobody(void)
{
	note("setuid");
	note_result(sys(__NR_setresuid32, 1000, 1000, 1000));
}

/* --- processes that take turns --- */

static int turn_pipes[2][2];
static pid_t partner; /* the other process, where this is the first */
static int is_partner;

static void step(unsigned long seed, unsigned i);

pid_t the_other(void)
{
	if (is_partner)
		return (pid_t)sys(__NR_getppid);
	return partner ? partner : getpid();
}

static void partner_loop(unsigned long seed)
{
	unsigned i;

	close(turn_pipes[0][1]);
	close(turn_pipes[1][0]);
	while (sys(__NR_read, turn_pipes[0][0], &i, sizeof(i)) == sizeof(i) && i < MAX_STEPS) {
		step(seed, i);
		sys(__NR_write, turn_pipes[1][1], &i, sizeof(i));
	}
	if (i == MAX_STEPS) {
		step_sums();
		step_maps();
	}
	_exit(0);
}

static void end_partner(int last)
{
	unsigned i = last ? MAX_STEPS : MAX_STEPS + 1;
	int status = -1;

	if (!partner)
		return;
	sys(__NR_write, turn_pipes[0][1], &i, sizeof(i));
	close(turn_pipes[0][1]);
	close(turn_pipes[1][0]);
	waitpid(partner, &status, 0);
	if (status)
		note("the other process: %x\n", status);
	partner = 0;
}

static void step_fork(unsigned long seed)
{
	if (is_partner || partner) {
		note("no fork\n");
		end_partner(0);
		return;
	}
	if (pipe(turn_pipes[0]) < 0 || pipe(turn_pipes[1]) < 0)
		note("no pipes\n");
	partner = fork();
	if (partner == 0) {
		is_partner = 1;
		partner_loop(seed);
	}
	close(turn_pipes[0][0]);
	close(turn_pipes[1][1]);
	note("fork = %d\n", partner > 0);
}

/* --- sequences --- */

static void take(unsigned long seed, unsigned i)
{
	if (take_call(i < FIRST_MAPPINGS))
		return;
	if (one_in(12))
		step_nobody();
	else
		step_fork(seed);
}

/* Step I: the seed and I decide what it is, and that the other process takes it if there is one. */
static void step(unsigned long seed, unsigned i)
{
	generator = (uint32_t)(seed * 2654435761u ^ (i + 1) * 0x9e3779b9u) | 1;
	for (int n = 0; n < 8; n++)
		next_random(&generator);
	if (one_in(2) && partner) {
		unsigned done;

		sys(__NR_write, turn_pipes[0][1], &i, sizeof(i));
		if (sys(__NR_read, turn_pipes[1][0], &done, sizeof(done)) == sizeof(done))
			return;
		note("the other process is gone\n");
		end_partner(0);
		return;
	}
	note("%u%s ", i, is_partner ? "'" : "");
	take(seed, i);
}

static int taken(const char *mask, unsigned i)
{
	char c;

	if (!mask)
		return 1;
	if (strlen(mask) <= i / 4)
		return 0;
	c = mask[i / 4];
	return (c <= '9' ? c - '0' : c - 'a' + 10) >> i % 4 & 1;
}

static void sequence(unsigned long seed, unsigned steps, const char *mask)
{
	signal(SIGPIPE, SIG_IGN);
	open_files();
	anchor = (unsigned long)sys(__NR_mmap2, 0, PAGE, PROT_NONE, MAP_SHARED, fds[A_RDWR], 0);
	heap = (unsigned long)sys(__NR_brk, 0);
	for (unsigned i = 0; i < NR_SEGMENTS; i++)
		segments[i] = -1;
	catch_faults();
	remember_sizes();
	for (unsigned i = 0; i < steps; i++)
		if (taken(mask, i))
			step(seed, i);
	end_partner(1);
	step_sums();
	step_maps();
	_exit(0);
}

void remove_segments(void)
{
	for (long i = 0; i < NR_SEGMENTS; i++) {
		long id = sys(__NR_shmget, FIRST_KEY + i, 0, 0);

		if (id >= 0)
			sys(__NR_shmctl, id, IPC_RMID, 0);
	}
}

void give_notes(unsigned long number, int show)
{
	uint32_t digest = 2166136261u;
	char line[64];

	for (unsigned i = 0; i < notes->len; i++)
		digest = (digest ^ (unsigned char)notes->text[i]) * 16777619u;
	if (show)
		for (unsigned done = 0; done < notes->len;) {
			long n = write(1, notes->text + done, notes->len - done);

			if (n <= 0)
				break;
			done += (unsigned)n;
		}
	sniprintf(line, sizeof(line), "= %lu %lx\n", number, (unsigned long)digest);
	write(1, line, strlen(line));
}

static void run_sequence(unsigned long seed, unsigned steps, const char *mask, int show)
{
	int status = -1;
	pid_t pid;

	notes->len = 0;
	pid = fork();
	if (pid == 0)
		sequence(seed, steps, mask);
	waitpid(pid, &status, 0);
	if (status)
		note("ended with status %x\n", status);
	remove_segments();
	give_notes(seed, show);
}

/* --- the console --- */

static void quiet_console(void)
{
	struct {
		uint32_t iflag, oflag, cflag, lflag;
		unsigned char rest[32];
	} t;

	if (sys(__NR_ioctl, 0, 0x5401, &t) != 0)
		return;
	t.oflag &= ~1u; /* OPOST */
	t.lflag &= ~8u; /* ECHO */
	sys(__NR_ioctl, 0, 0x5402, &t);
}

/* As /init, nobody has prepared anything. */
static void prepare(void)
{
	if (getpid() == 1) {
		sys(__NR_mount, "proc", "/proc", "proc", 0, 0);
		sys(__NR_mount, "tmp", "/tmp", "tmpfs", 0, "mode=1777");
	}
	quiet_console();
	notes = (struct notes *)sys(__NR_mmap2, NOTES_AT, sizeof(*notes), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (notes != (struct notes *)NOTES_AT)
		bail_out("no notes");
}

static int read_line(char *line, unsigned size)
{
	unsigned len = 0;

	while (len + 1 < size && read(0, line + len, 1) == 1) {
		if (line[len] == '\n') {
			line[len] = '\0';
			return 1;
		}
		len++;
	}
	return 0;
}

static void command(char *line)
{
	char *p = line + 4;
	unsigned long seed = strtoul(p, &p, 10);
	unsigned long count = strtoul(p, &p, 10);

	if (!strncmp(line, "run ", 4)) {
		unsigned steps = (unsigned)strtoul(p, &p, 10);

		while (count--)
			run_sequence(seed++, steps, NULL, 0);
	} else if (!strncmp(line, "show", 4)) {
		run_sequence(seed, (unsigned)count, *p == ' ' ? p + 1 : NULL, 1);
	} else {
		order_command(line);
	}
}

int main(void)
{
	static char line[256];

	prepare();
	write(1, "difftest ready\n", 15);
	while (read_line(line, sizeof(line)) && strcmp(line, "quit"))
		command(line);
	return 0;
}
