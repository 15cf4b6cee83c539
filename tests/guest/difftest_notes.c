/* SPDX-License-Identifier: MIT */
/* difftest_notes.c - what difftest writes down: results, memory, maps. */
#include "difftest.h"

#include <setjmp.h>

struct notes *notes;
unsigned long anchor, heap;

/* --- writing down --- */

void note(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsniprintf(notes->text + notes->len, sizeof(notes->text) - notes->len, fmt, ap);
	va_end(ap);
	if (n > 0 && (unsigned)n < sizeof(notes->text) - notes->len)
		notes->len += (unsigned)n;
}

const char *where(unsigned long a)
{
	static char texts[4][24];
	static unsigned turn;
	char *text = texts[turn++ % 4];

	if (a >= WINDOW - NEAR && a < WINDOW + NEAR)
		sniprintf(text, 24, "w%c%lx", a < WINDOW ? '-' : '+',
			  a < WINDOW ? WINDOW - a : a - WINDOW);
	else if (a >= anchor - NEAR && a <= anchor)
		sniprintf(text, 24, "m-%lx", anchor - a);
	else if (a >= heap && a < heap + NEAR)
		sniprintf(text, 24, "h+%lx", a - heap);
	else if (a == 0 || a >= KERNEL_ADDRESS)
		sniprintf(text, 24, "%lx", a);
	else
		sniprintf(text, 24, "elsewhere");
	return text;
}

void note_result(long result)
{
	note(result < 0 && result > -4096 ? " = -%ld\n" : " = %ld\n",
	     result < 0 ? -result : result);
}

void note_address(long result)
{
	if (result < 0 && result > -4096)
		note_result(result);
	else
		note(" = %s\n", where((unsigned long)result));
}

/* --- touching --- */

static jmp_buf recover;
static volatile int fault_signal, fault_code;
static volatile unsigned long fault_address;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	fault_signal = sig;
	fault_code = info->si_code;
	fault_address = (unsigned long)info->si_addr;
	longjmp(recover, 1);
}

void catch_faults(void)
{
	static char stack[8192];
	struct {
		void *sp;
		int flags;
		unsigned long size;
	} alternative = {stack, 0, sizeof(stack)};
	struct sigaction action = {.sa_sigaction = on_fault,
				   .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};

	sys(__NR_sigaltstack, &alternative, NULL);
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGBUS, &action, NULL);
}

/* Each is a function of its own, so that nothing lives in registers across the jump. */
__attribute__((noinline)) int try_read(unsigned long at, uint32_t *value)
{
	if (setjmp(recover))
		return -1;
	*value = *(volatile unsigned char *)at;
	return 0;
}

__attribute__((noinline)) int try_write(unsigned long at, unsigned char value)
{
	if (setjmp(recover))
		return -1;
	*(volatile unsigned char *)at = value;
	return 0;
}

__attribute__((noinline)) int try_jump(void (*there)(void))
{
	if (setjmp(recover))
		return -1;
	there();
	return 0;
}

void note_fault(void)
{
	note(" = signal %d code %d at %s\n", fault_signal, fault_code, where(fault_address));
}

void step_sums(void)
{
	note("sums");
	for (unsigned i = 0; i < ALL_PAGES; i++) {
		unsigned long at = page_address(i);
		uint32_t value;

		if (try_read(at, &value) == 0)
			note(" %s:%lx", where(at), (unsigned long)sum_of((uint32_t *)at));
		else if (fault_signal != SIGSEGV || fault_code != 1)
			note(" %s!%d.%d", where(at), fault_signal, fault_code);
	}
	note("\n");
}

/* --- maps --- */

static unsigned long hex_number(const char **p)
{
	unsigned long n = 0;

	for (;; (*p)++) {
		if (**p >= '0' && **p <= '9')
			n = n * 16 + (unsigned long)(**p - '0');
		else if (**p >= 'a' && **p <= 'f')
			n = n * 16 + (unsigned long)(**p - 'a') + 10;
		else
			return n;
	}
}

struct area {
	unsigned long start, end, offset;
	const char *permissions, *path;
};

static void note_area(const struct area *a)
{
	if (a->end)
		note("  %s %s %.4s %lx %s\n", where(a->start), where(a->end), a->permissions,
		     a->offset, a->path);
}

/*
 * Linux keeps private areas apart that are alike, if their pages came into being while they were not. So
 * such areas count as one.
 */
static int is_more(const struct area *a, const struct area *b)
{
	return a->end == b->start && a->permissions[3] == 'p' &&
	       !memcmp(a->permissions, b->permissions, 4) && !strcmp(a->path, b->path) &&
	       (!*a->path || *a->path == '[' || a->offset + a->end - a->start == b->offset);
}

/* START-END PERMISSIONS OFFSET DEVICE INODE PATH: device and inode are left out. */
static struct area read_area(const char *line)
{
	struct area a = {.start = hex_number(&line)};

	line++;
	a.end = hex_number(&line);
	a.permissions = ++line;
	line += 5;
	a.offset = hex_number(&line);
	for (int blanks = 0; *line && blanks < 3; line++)
		blanks += *line == ' ';
	while (*line && *line != ' ')
		line++;
	while (*line == ' ')
		line++;
	a.path = strcmp(line, "[heap]") ? line
					: ""; /* of several areas on Linux only one is called so */
	return a;
}

void step_maps(void)
{
	static char buffer[32768];
	int fd = open("/proc/self/maps", O_RDONLY);
	unsigned len = 0;
	char *line = buffer, *end;
	struct area last = {.permissions = "", .path = ""};
	long n;

	while ((n = sys(__NR_read, fd, buffer + len, sizeof(buffer) - 1 - len)) > 0)
		len += (unsigned)n;
	close(fd);
	buffer[len] = '\0';
	note("maps\n");
	for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		struct area a;

		*end = '\0';
		a = read_area(line);
		if (is_more(&last, &a)) {
			last.end = a.end;
			continue;
		}
		note_area(&last);
		last = a;
		if (a.start == anchor || !strcmp(where(a.start), "elsewhere"))
			last.end = 0;
	}
	note_area(&last);
}
