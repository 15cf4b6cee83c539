/* SPDX-License-Identifier: MIT */
/* difftest.h - what the files of difftest share; difftest.c says what it is. */
#ifndef GUEST_DIFFTEST_H
#define GUEST_DIFFTEST_H

#include "guest.h"

#define WINDOW 0x20000000UL
#define HIGH   (WINDOW + 4 * MB)
#define NEAR   (8 * MB) /* from WINDOW and anchor: what is theirs */

/* The pages that steps are about, by number: below and above WINDOW, from HIGH on, below anchor, the heap's. */
enum place { LOW_PAGES = 64, HIGH_PAGES = 32, CHOSEN_PAGES = 32, HEAP_PAGES = 8, ALL_PAGES = 136 };

enum file_index { A_RDWR, A_RDONLY, B_RDWR, B_WRONLY, MEMFD, ZERO, FOLDER, PIPE, CLOSED, NR_FILES };

#define NR_SEGMENTS 3
#define FIRST_KEY   0x5eed0000L

struct notes {
	unsigned len;
	char text[512 * 1024];
};

extern struct notes *notes; /* shared by all processes */
extern unsigned long anchor, heap;
extern uint32_t generator;
extern int fds[NR_FILES];
extern long segments[NR_SEGMENTS]; /* ids; in notes by their index */

/* difftest_notes.c: what is written down */
__attribute__((format(printf, 1, 2))) void note(const char *fmt, ...);
/* where - an address without what differs from kernel to kernel. => a string that lasts for four more calls */
const char *where(unsigned long address);
void note_result(long result);
void note_address(long result);
/* step_sums - all pages' sums, or which signal kept them from being read. */
void step_sums(void);
void step_maps(void);
/* try_* - touch one byte, or call. => 0; -1: a signal, which note_fault() writes down */
int try_read(unsigned long at, uint32_t *value);
int try_write(unsigned long at, unsigned char value);
int try_jump(void (*there)(void));
void note_fault(void);
void catch_faults(void);

/* difftest.c */
/* give_notes - the end of what has been asked for: a line "= NUMBER DIGEST", after all notes with `show`. */
void give_notes(unsigned long number, int show);
void remove_segments(void);
/* the_other - the process that takes turns with this one; itself, if there is none */
pid_t the_other(void);

/* difftest_reach.c: more of them */
void step_process_vm(void);
void step_proc_mem(void);
void step_sendfile(void);
void step_truncate_path(void);
void step_seal(void);
void step_execute(void);
/* remember_sizes - those that step_sizes() counts from */
void remember_sizes(void);
void step_sizes(void);
extern int all_locked; /* so is what is not in the window, too */
/* size_now - kB of one of its numbers, by its name in /proc/self/status */
unsigned long size_now(const char *name);

/* difftest_calls.c: the calls, with random arguments */
unsigned long page_address(unsigned i);
unsigned long any_page(void);
uint32_t any_length(void);
unsigned any_offset(void);
unsigned file_size(int fd);
/* clear_tail - what a mapping wrote behind the old end shows on Linux, where a call (whose result this is) has
 * made the file longer; on Octavo it is zeros */
void clear_tail(int fd, unsigned old, unsigned size, long result);
/* clip - so much of LEN from AT on that the kernel's own choices are not in it */
uint32_t clip(unsigned long at, uint32_t len);
void open_files(void);
/* take_call - one of them; `mapping`: one that maps something. => 0: none, but something with processes */
int take_call(int mapping);

#define ONE_OF(...)                                                                                \
	((const uint32_t[]){                                                                       \
		__VA_ARGS__}[below(sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))])

/* i386's Linux copies 64 bytes at a time, and what is cut off by a fault it leaves. */
#define COPIED (~63u)

/* Of a page that can be read. */
static inline uint32_t sum_of(const volatile uint32_t *words)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < PAGE / 4; i++)
		sum = (sum << 5 | sum >> 27) ^ words[i];
	return sum;
}

static inline uint32_t below(uint32_t n)
{
	return next_random(&generator) % n;
}

static inline int one_in(uint32_t n)
{
	return below(n) == 0;
}

#endif
