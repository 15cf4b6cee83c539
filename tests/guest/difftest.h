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
/* try_* - touch one byte. => 0; -1: a signal, which note_fault() writes down */
int try_read(unsigned long at, uint32_t *value);
int try_write(unsigned long at, unsigned char value);
void note_fault(void);
void catch_faults(void);

/* difftest_calls.c: the calls, with random arguments */
unsigned long page_address(unsigned i);
void open_files(void);
/* take_call - one of them; `mapping`: one that maps something. => 0: none, but something with processes */
int take_call(int mapping);

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
