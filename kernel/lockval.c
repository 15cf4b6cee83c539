/* SPDX-License-Identifier: MIT */
/*
 * lockval.c - the lock validator of the debug flavour: lockval.h says what it checks.
 *
 * Every task carries the stack of what it holds, with the return addresses of each acquisition. An
 * interrupt uses the stack of the task that it interrupts; that works because classes of kind IRQ
 * stand last in the order and are held with interrupts off only, so whatever the task holds when an
 * interrupt comes may be held while an interrupt's locks are taken.
 *
 * The order is the table in lock_classes.h: a lock is taken only if everything that is held stands
 * above it. A wrong order is found the first time that it happens, whether or not it would have
 * blocked; two tasks need never meet.
 *
 * It keeps no state besides the tasks' and a small list of what was reported, and takes no lock.
 */
#include <arch/atomic.h>
#include <octavo/arch.h>
#include <octavo/control.h>
#include <octavo/ksyms.h>
#include <octavo/panic.h>
#include <octavo/printf.h>
#include <octavo/printk.h>
#include <octavo/sched.h>
#include <octavo/text.h>

enum class_kind { SLEEP, SPIN, IRQ };

struct lock_class {
	const char *name;
	enum class_kind kind;
	bool nest;
};

static const struct lock_class classes[NR_LOCK_CLASSES] = {
#define LOCK_CLASS(id, how, nests) [LOCK_##id] = {#id, how, nests},
	LOCK_CLASSES(LOCK_CLASS)
#undef LOCK_CLASS
};

/* By the CPU that counts, so that counting hands nothing over. [a] */
static struct lock_count {
	atomic_t taken, handed_over;
} counts[NR_CPUS][NR_LOCK_CLASSES];

#define MAX_REPORTED 64

static u32 reported[MAX_REPORTED]; /* rule << 16 | class << 8 | class or place; 0 free [a] */
static atomic_t nr_reports, nr_expected;

enum rule {
	RULE_ORDER = 1,
	RULE_RECURSION,
	RULE_SLEEP,
	RULE_INTERRUPT,
	RULE_IRQS_ON,
	RULE_NOT_HELD,
	RULE_STILL_HELD,
	RULE_TOO_DEEP,
	RULE_WAIT,
	RULE_MUST_HOLD,
	RULE_MEMORY,
};

static u8 learned[NR_LOCK_CLASSES][NR_LOCK_CLASSES]; /* [held][waited for]: it has been so [a] */

unsigned lockval_reports(void)
{
	return (unsigned)atomic_read(&nr_reports);
}

unsigned lockval_expected(void)
{
	return (unsigned)atomic_read(&nr_expected);
}

void lockval_expect(bool on)
{
	current->locks.expecting = on;
}

/* --- reports --- */

/* In place of a second class: what tells one place in the code from another, mostly. */
static unsigned place_of(const char *what)
{
	unsigned sum = 0;

	for (; *what != '\0'; what++)
		sum = sum * 31 + (u8)*what;
	return NR_LOCK_CLASSES + sum % (0x100 - NR_LOCK_CLASSES);
}

/* => true for the first report about this rule and pair of classes, or class and place */
static bool first_time(enum rule rule, unsigned a, unsigned b)
{
	u32 key = (u32)rule << 16 | a << 8 | b;

	for (unsigned i = 0; i < MAX_REPORTED; i++) {
		u32 seen = arch_cmpxchg(&reported[i], 0, key);

		if (seen == 0)
			return true;
		if (seen == key)
			return false;
	}
	return false;
}

static void print_trace(const uintptr_t *trace)
{
	for (unsigned i = 0; i < LOCKVAL_TRACE && trace[i] != 0; i++) {
		size_t offset = 0;
		char name[KSYM_NAME_MAX] = "?";

		ksym_lookup(trace[i] - 1, name, &offset);
		printk(LOG_ERR, "  %08lx %s+0x%x\n", (unsigned long)trace[i], name,
		       (unsigned)offset + 1);
	}
}

/* Holding a lock that printk needs, one cannot report: the machine ends instead. */
static bool can_print(const struct lock_state *state)
{
	for (unsigned i = 0; i < state->depth; i++) {
		unsigned id = state->held[i].class_id;

		if (id == LOCK_console_lock || id == LOCK_log_lock || id == LOCK_control_lock)
			return false;
	}
	return true;
}

/*
 * Say what is wrong between class `a` (of the lock at hand) and what is held (or NULL), once.
 * `what`: a sentence about the current acquisition.
 */
static void report(enum rule rule, const char *what, unsigned a, const struct held_lock *other)
{
	struct lock_state *state = &current->locks;
	unsigned b = other != NULL ? other->class_id : place_of(what);
	char line[160];
	int len;

	if (state->expecting) {
		atomic_inc(&nr_expected);
		return;
	}
	atomic_inc(&nr_reports);
	if (!first_time(rule, a, b))
		return;
	len = scnprintf(line, sizeof(line), "lock validator: %s: %s%s%s%s", what,
			a < NR_LOCK_CLASSES ? classes[a].name : "", other != NULL ? " with " : "",
			other != NULL ? classes[b].name : "", other != NULL ? " held" : "");
	if (!can_print(state))
		panic("%s", line);
	control_send(CONTROL_LOCKVAL, line, (size_t)len);
	printk(LOG_ERR, "%s\n", line);
	printk(LOG_ERR, "task %s[%u] preempt_count %x, now at:\n", current->comm, current->pid,
	       current->head.preempt_count);
	backtrace_print(arch_frame_pointer());
	if (other != NULL) {
		printk(LOG_ERR, "%s was taken at:\n", classes[b].name);
		print_trace(other->trace);
	}
}

/* --- checks --- */

/* Before the first switch of tasks interrupts are off, and nobody can be kept waiting. */
static bool atomic_context(bool irqs_off)
{
	return arch_current_head()->preempt_count != 0 || (irqs_off && sched_is_live());
}

static const struct held_lock *innermost_spin(const struct lock_state *state)
{
	for (unsigned i = state->depth; i-- > 0;) {
		if (classes[state->held[i].class_id].kind != SLEEP)
			return &state->held[i];
	}
	return NULL;
}

static void check_context(const struct lock_state *state, unsigned id, bool irqs_off)
{
	switch (classes[id].kind) {
	case SLEEP:
		if (atomic_context(irqs_off))
			report(RULE_SLEEP, "a sleeping lock in atomic context", id,
			       innermost_spin(state));
		break;
	case SPIN:
		if (in_interrupt())
			report(RULE_INTERRUPT, "not for interrupts", id, NULL);
		break;
	case IRQ:
		if (!irqs_off)
			report(RULE_IRQS_ON, "taken with interrupts on", id, NULL);
		break;
	}
}

static void check_order(const struct lock_state *state, const void *lock, unsigned id,
			unsigned subclass)
{
	for (unsigned i = 0; i < state->depth; i++) {
		const struct held_lock *h = &state->held[i];

		if (!learned[h->class_id][id] && !state->expecting)
			learned[h->class_id][id] = 1;
		if (h->lock == lock)
			report(RULE_RECURSION, "taken twice", id, h);
		else if (h->class_id > id)
			report(RULE_ORDER, "wrong order", id, h);
		else if (h->class_id == id && !(classes[id].nest && subclass > h->subclass))
			report(RULE_ORDER, "nests in its own class", id, h);
	}
}

/* --- the stack of held locks --- */

static void record_trace(struct held_lock *h, uintptr_t fp)
{
	const struct task *t = current;
	unsigned n = 0;
	uintptr_t pc = 0;

	while (n < LOCKVAL_TRACE && fp != 0 && arch_on_kernel_stack(t, fp) &&
	       arch_backtrace_next(&fp, &pc))
		h->trace[n++] = pc;
	while (n < LOCKVAL_TRACE)
		h->trace[n++] = 0;
}

static void push(struct lock_state *state, const void *lock, unsigned id, unsigned subclass,
		 bool read, uintptr_t fp)
{
	struct held_lock *h = &state->held[state->depth];

	if (state->depth == LOCKVAL_MAX_HELD) {
		report(RULE_TOO_DEEP, "too many locks", id, NULL);
		return;
	}
	h->lock = lock;
	h->class_id = (u8)id;
	h->subclass = (u8)subclass;
	h->read = read;
	record_trace(h, fp);
	state->depth++;
}

/*
 * The validator works with interrupts off, so that nobody finds the stack half changed, and is not
 * entered again by what its reports do.
 *   => false: it does not look now
 */
static bool enter(struct lock_state *state, irqstate_t *s)
{
	if (panic_in_progress())
		return false;
	*s = arch_irq_save();
	if (state->busy) {
		arch_irq_restore(*s);
		return false;
	}
	state->busy = true;
	return true;
}

static void leave(struct lock_state *state, irqstate_t s)
{
	state->busy = false;
	arch_irq_restore(s);
}

void lockval_acquire(const void *lock, struct lock_tag tag, unsigned subclass, bool read)
{
	struct lock_state *state = &current->locks;
	bool irqs_off = arch_irqs_disabled();
	irqstate_t s;

	if (!enter(state, &s))
		return;
	if (tag.class_id >= NR_LOCK_CLASSES)
		panic("lock %p was never initialised", lock);
	check_context(state, tag.class_id, irqs_off);
	check_order(state, lock, tag.class_id, subclass);
	push(state, lock, tag.class_id, subclass, read, arch_frame_pointer());
	leave(state, s);
}

void lockval_acquired(const void *lock, struct lock_tag tag, bool read)
{
	struct lock_state *state = &current->locks;
	irqstate_t s;

	if (!enter(state, &s))
		return;
	push(state, lock, tag.class_id, 0, read, arch_frame_pointer());
	leave(state, s);
}

/* The place of `lock` in the stack, the newest first; -1: not there. */
static int find_held(const struct lock_state *state, const void *lock)
{
	int i = (int)state->depth - 1;

	while (i >= 0 && state->held[i].lock != lock)
		i--;
	return i;
}

void lockval_release(const void *lock, struct lock_tag tag)
{
	struct lock_state *state = &current->locks;
	irqstate_t s;
	int i;

	if (!enter(state, &s))
		return;
	i = find_held(state, lock);
	if (i < 0) {
		report(RULE_NOT_HELD, "released but not held", tag.class_id, NULL);
	} else {
		state->depth--;
		for (; i < (int)state->depth; i++)
			state->held[i] = state->held[i + 1];
	}
	leave(state, s);
}

bool lockval_holds(const void *lock)
{
	return panic_in_progress() || find_held(&current->locks, lock) >= 0;
}

void lockval_must_hold(const void *lock, struct lock_tag tag, bool write, const char *where)
{
	struct lock_state *state = &current->locks;
	int i = find_held(state, lock);
	char what[64];
	irqstate_t s;

	if ((i >= 0 && !(write && state->held[i].read)) || !enter(state, &s))
		return;
	scnprintf(what, sizeof(what), "%s(): not held%s", where, i >= 0 ? " for writing" : "");
	report(RULE_MUST_HOLD, what, tag.class_id, NULL);
	leave(state, s);
}

/* Under page_table_lock one may ask, if one need not wait (lock-7). */
static bool gives_memory(unsigned id)
{
	return id == LOCK_tree_lock || id == LOCK_slab_lock || id == LOCK_lru_lock ||
	       id == LOCK_zone_lock;
}

void lockval_asks_memory(const char *where)
{
	struct lock_state *state = &current->locks;
	const struct held_lock *h = NULL;
	char what[64];
	irqstate_t s;

	for (unsigned i = 0; i < state->depth && h == NULL; i++)
		h = gives_memory(state->held[i].class_id) ? &state->held[i] : NULL;
	if (h == NULL || !enter(state, &s))
		return;
	scnprintf(what, sizeof(what), "%s() asks for memory", where);
	report(RULE_MEMORY, what, NR_LOCK_CLASSES, h);
	leave(state, s);
}

void lockval_might_sleep(const char *where)
{
	struct lock_state *state = &current->locks;
	bool irqs_off = arch_irqs_disabled();
	char what[64];
	irqstate_t s;

	if (!atomic_context(irqs_off) || !enter(state, &s))
		return;
	scnprintf(what, sizeof(what), "%s() may sleep, in atomic context", where);
	report(RULE_SLEEP, what, NR_LOCK_CLASSES, innermost_spin(state));
	leave(state, s);
}

void lockval_might_wait_for_cpus(const char *where)
{
	struct lock_state *state = &current->locks;
	const struct held_lock *h = innermost_spin(state);
	char what[64];
	irqstate_t s;

	/* those of the kind stand last in the order, so one is the innermost */
	if (h == NULL || classes[h->class_id].kind != IRQ || !enter(state, &s))
		return;
	scnprintf(what, sizeof(what), "%s() waits for other CPUs", where);
	report(RULE_WAIT, what, NR_LOCK_CLASSES, h);
	leave(state, s);
}

void lockval_assert_none(const char *where)
{
	struct lock_state *state = &current->locks;
	char what[64];
	irqstate_t s;

	if (state->depth == 0 || !enter(state, &s))
		return;
	scnprintf(what, sizeof(what), "still held at %s", where);
	report(RULE_STILL_HELD, what, NR_LOCK_CLASSES, &state->held[state->depth - 1]);
	leave(state, s);
}

/* --- how often locks change hands --- */

void lockval_took(struct lock_tag *tag)
{
	u32 cpu = arch_current_head()->cpu;
	struct lock_count *count = &counts[cpu][tag->class_id];
	u8 before = tag->taken_by;

	tag->taken_by = (u8)(cpu + 1);
	atomic_inc(&count->taken);
	if (before != 0 && before != cpu + 1)
		atomic_inc(&count->handed_over);
}

void lock_stat_text(struct text *t)
{
	text_printf(t, "%-20s %12s %12s\n", "class name", "handovers", "acquisitions");
	for (unsigned id = 0; id < NR_LOCK_CLASSES; id++) {
		u32 taken = 0, handed_over = 0;

		for (unsigned cpu = 0; cpu < NR_CPUS; cpu++) {
			taken += (u32)atomic_read(&counts[cpu][id].taken);
			handed_over += (u32)atomic_read(&counts[cpu][id].handed_over);
		}
		if (taken != 0)
			text_printf(t, "%-20s %12u %12u\n", classes[id].name, handed_over, taken);
	}
}

/* --- the order in which they are taken --- */

void lock_order_text(struct text *t)
{
	for (unsigned held = 0; held < NR_LOCK_CLASSES; held++) {
		bool any = false;

		for (unsigned id = 0; id < NR_LOCK_CLASSES; id++) {
			if (!learned[held][id])
				continue;
			if (!any)
				text_printf(t, "%s:", classes[held].name);
			text_printf(t, " %s", classes[id].name);
			any = true;
		}
		if (any)
			text_printf(t, "\n");
	}
}
