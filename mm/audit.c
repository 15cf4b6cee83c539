/* SPDX-License-Identifier: MIT */
/*
 * audit.c - every page frame is accounted for exactly once, and every count is right.
 *
 *	sources (audit_sources_*.c)	what they have		a note for each frame
 *	  buddy lists, hot lists   ---> audit_own() ----+
 *	  slabs, vmalloc, files    ---> audit_own() ----+-->  owner, references, entries
 *	  page tables              ---> audit_map() ----+          |
 *	                                                           v
 *					struct page says:     owner, refcount, mapcount
 *
 * The notes are made from lists, trees and page tables alone, and then held against what struct
 * page says; the counters that are checked are never looked at before. Silence is proof.
 *
 * The notes take 8 bytes for a frame. Where memory is too short for a whole zone's, the audit walks
 * everything again for each part of it: with one page of notes it takes long, but it works.
 *
 * Nothing may change while one part is walked, so preemption is off, and other CPUs run nothing. A task
 * that was preempted while it had a page in hand, allocated and not yet entered anywhere, looks like a
 * leak: what differs must therefore still differ after a while, when such tasks have gone on.
 */
#include <octavo/audit.h>
#include <octavo/assert.h>
#include <octavo/control.h>
#include <octavo/lru.h>
#include <octavo/printf.h>
#include <octavo/printk.h>
#include <octavo/sched.h>
#include <octavo/string.h>
#include <octavo/time.h>
#include <octavo/vmalloc.h>
#include <octavo/zone.h>
#include <stdarg.h>

#define AUDIT_TURNS      4u /* looks, before a difference is believed */
#define AUDIT_PAUSE_NS   (2 * NSEC_PER_TICK)
#define AUDIT_PRINTED    20u /* differences that are printed; the rest is counted */
#define AUDIT_MIN_FRAMES (PAGE_SIZE / sizeof(struct frame_note))

#define LOCKS_MOST 65535u /* more are not told apart */

#define NOTE_OWNED 0x1u
#define NOTE_TAIL  0x2u /* not the first of an allocated block */
#define NOTE_ALONE 0x4u /* an entry maps it that must be the only one */

struct frame_note {
	u32 maps : 24; /* page-table entries found */
	u32 owner : 4; /* enum page_owner of the source that has it, if NOTE_OWNED */
	u32 bits : 3;  /* NOTE_* */
	u32 listed : 1;
	u16 refs;  /* other references found */
	u16 locks; /* entries of mlocked areas found */
};
_Static_assert(sizeof(struct frame_note) == 8, "notes are small");

struct audit {
	struct frame_note *notes; /* of frames [start, end) */
	pfn_t start, end;
	bool print;         /* differences are told, not only counted */
	bool first;         /* the sources' own differences count in the first part only */
	unsigned differing; /* so far */
};

static const char *const owner_names[NR_PAGE_OWNERS] = {
	[PAGE_RESERVED] = "reserved", [PAGE_FREE] = "free",
	[PAGE_PCP] = "hot list",      [PAGE_KERNEL] = "kernel",
	[PAGE_SLAB] = "slab",         [PAGE_KMALLOC] = "kmalloc",
	[PAGE_VMALLOC] = "vmalloc",   [PAGE_PGTABLE] = "page table",
	[PAGE_ANON] = "anonymous",    [PAGE_FILE] = "file",
	[PAGE_RUN] = "run",           [PAGE_PIPE] = "pipe",
};

const char *page_owner_name(unsigned owner)
{
	return owner < NR_PAGE_OWNERS && owner_names[owner] ? owner_names[owner] : "nothing known";
}

/* --- telling --- */

static void differ(struct audit *a, const char *fmt, va_list args)
{
	char text[160];

	a->differing++;
	if (!a->print || a->differing > AUDIT_PRINTED)
		return;
	vscnprintf(text, sizeof(text), fmt, args);
	pr_err("audit: %s\n", text);
	control_sendf(CONTROL_AUDIT, "differ: %s", text);
}

void audit_frame_differs(struct audit *a, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	differ(a, fmt, args);
	va_end(args);
}

void audit_differ(struct audit *a, const char *fmt, ...)
{
	va_list args;

	if (!a->first)
		return;
	va_start(args, fmt);
	differ(a, fmt, args);
	va_end(args);
}

/* --- what the sources say --- */

static struct frame_note *note_of(struct audit *a, pfn_t pfn)
{
	return pfn >= a->start && pfn < a->end ? &a->notes[pfn - a->start] : NULL;
}

void audit_own(struct audit *a, pfn_t pfn, u32 nr, enum page_owner owner)
{
	pfn_t from = MAX(pfn, a->start), to = MIN(pfn + nr, a->end);
	bool block = nr > 1 && owner != PAGE_RESERVED && owner != PAGE_FREE;

	for (pfn_t at = from; at < to; at++) {
		struct frame_note *n = &a->notes[at - a->start];

		if (n->bits & NOTE_OWNED)
			audit_frame_differs(a, "frame %u: both %s and %s have it", at,
					    page_owner_name(n->owner), page_owner_name(owner));
		n->bits |= NOTE_OWNED;
		if (block && at != pfn)
			n->bits |= NOTE_TAIL;
		n->owner = (u32)owner & PAGE_OWNER_MASK;
	}
}

void audit_ref(struct audit *a, pfn_t pfn)
{
	struct frame_note *n = note_of(a, pfn);

	if (n)
		n->refs++;
}

void audit_map(struct audit *a, pfn_t pfn, bool alone)
{
	struct frame_note *n = note_of(a, pfn);

	if (!n)
		return;
	n->maps++;
	if (alone)
		n->bits |= NOTE_ALONE;
}

void audit_lock(struct audit *a, pfn_t pfn)
{
	struct frame_note *n = note_of(a, pfn);

	if (n)
		n->locks = (u16)MIN(n->locks + 1u, LOCKS_MOST);
}

void audit_listed(struct audit *a, pfn_t pfn)
{
	struct frame_note *n = note_of(a, pfn);

	if (n && n->listed)
		audit_frame_differs(a, "frame %u: on two LRU lists, or twice on one", pfn);
	if (n)
		n->listed = 1;
}

/* --- holding it against struct page --- */

/* A frame that no source has may be private memory: page-table entries have it. */
static enum page_owner note_owner(const struct frame_note *n)
{
	return n->bits & NOTE_OWNED ? (enum page_owner)n->owner : PAGE_ANON;
}

static u32 note_refcount(const struct frame_note *n)
{
	u32 own = (n->bits & NOTE_OWNED) && !(n->bits & NOTE_TAIL);
	enum page_owner owner = note_owner(n);

	if (owner == PAGE_FREE || owner == PAGE_PCP)
		own = 0;
	return own + n->refs + n->maps;
}

static void compare_frame(struct audit *a, pfn_t pfn, const struct frame_note *n)
{
	const struct page *page = pfn_to_page(pfn);
	enum page_owner says = page_owner(page), has = note_owner(n);
	u32 refcount = (u32)atomic_read(&page->refcount);
	u32 mapcount = (u32)atomic_read(&page->mapcount);

	if (!(n->bits & NOTE_OWNED) && n->maps == 0) {
		audit_frame_differs(a,
				    "frame %u: nobody has it, it says %s, refcount %u, mapcount %u",
				    pfn, page_owner_name(says), refcount, mapcount);
		return;
	}
	if (says != has)
		audit_frame_differs(a, "frame %u: %s has it, it says %s", pfn, page_owner_name(has),
				    page_owner_name(says));
	if (mapcount != n->maps)
		audit_frame_differs(a, "frame %u (%s): mapcount %u, %u entries map it", pfn,
				    page_owner_name(has), mapcount, n->maps);
	if (has != PAGE_RESERVED && refcount != note_refcount(n))
		audit_frame_differs(a, "frame %u (%s): refcount %u, %u references found", pfn,
				    page_owner_name(has), refcount, note_refcount(n));
	if (n->maps > 0 && has != PAGE_ANON && has != PAGE_FILE)
		audit_frame_differs(a, "frame %u: programs can reach it, and %s has it", pfn,
				    page_owner_name(has));
	lru_audit_page(a, page, has, n->listed, n->locks);
	if ((n->bits & NOTE_ALONE) && has == PAGE_FILE)
		audit_frame_differs(a, "frame %u: a file's, and a private mapping can write to it",
				    pfn);
	if ((n->bits & NOTE_ALONE) && n->maps > 1)
		audit_frame_differs(a, "frame %u: writable for one program, mapped %u times", pfn,
				    n->maps);
}

static void audit_part(struct audit *a, pfn_t start, pfn_t end)
{
	a->start = start;
	a->end = end;
	sched_freeze();
	memset(a->notes, 0, (end - start) * sizeof(a->notes[0]));
	for (unsigned i = 0; i < nr_audit_sources; i++)
		audit_sources[i].walk(a);
	for (pfn_t pfn = start; pfn < end; pfn++)
		compare_frame(a, pfn, &a->notes[pfn - start]);
	sched_thaw();
	a->first = false;
}

static unsigned audit_once(struct frame_note *notes, u32 nr_notes, bool print)
{
	struct audit a = {.notes = notes, .print = print, .first = true};

	for (struct zone *z = zone_first(); z; z = zone_next(z)) {
		for (pfn_t pfn = z->buddy.start; pfn < z->buddy.end; pfn += nr_notes)
			audit_part(&a, pfn, MIN(pfn + nr_notes, z->buddy.end));
	}
	if (print && a.differing > AUDIT_PRINTED)
		pr_err("audit: %u differences in all\n", a.differing);
	return a.differing;
}

/* Notes for the largest zone, or as many as there is memory for. */
static struct frame_note *notes_alloc(u32 *nr)
{
	u32 want = AUDIT_MIN_FRAMES;
	struct frame_note *notes;

	for (struct zone *z = zone_first(); z; z = zone_next(z))
		want = MAX(want, z->buddy.end - z->buddy.start);
	for (;;) {
		notes = vmalloc(want * sizeof(*notes));
		if (notes || want == AUDIT_MIN_FRAMES)
			break;
		want = MAX(want / 2, (u32)AUDIT_MIN_FRAMES);
	}
	*nr = want;
	return notes;
}

unsigned audit_run(void)
{
	u32 nr_notes;
	struct frame_note *notes = notes_alloc(&nr_notes);
	unsigned differing = 1;

	if (!notes) {
		pr_err("audit: no memory for its notes\n");
		control_sendf(CONTROL_AUDIT, "differ: no memory for the audit's notes");
		return 1;
	}
	for (unsigned turn = 1; turn <= AUDIT_TURNS && differing; turn++) {
		if (turn > 1)
			(void)sleep_until(clock_ns() + AUDIT_PAUSE_NS);
		differing = audit_once(notes, nr_notes, turn == AUDIT_TURNS);
	}
	if (!differing)
		control_sendf(CONTROL_AUDIT, "ok");
	vfree(notes);
	return differing;
}

unsigned audit_count(void)
{
	u32 nr_notes;
	struct frame_note *notes = notes_alloc(&nr_notes);
	unsigned differing = notes ? audit_once(notes, nr_notes, false) : 1;

	vfree(notes);
	return differing;
}
