/* SPDX-License-Identifier: MIT */
/*
 * ptrace_stop.c - a task that is traced stands still, and tells its tracer why. ptrace(2)
 *
 *	signal		taken, before its action: the tracer gives it back, another one, or none
 *	group stop	its process has stopped; or PTRACE_INTERRUPT
 *	system call	where it begins and where it ends, PTRACE_SYSCALL
 *	event		it has a child, a new program, or is about to end by itself
 *
 * All happen where the task holds no lock and its registers lie in its frame: there the tracer finds them
 * while it stands still, which begins and ends under task_list_lock. Whoever is to end does not stand
 * still, and does not stay so.
 *
 * Who traces may have gone when the task goes on: what it was told is in the trace_stop, which is its own.
 */
#include "signal_internal.h"

#include <arch/frame.h>
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/sched.h>
#include <octavo/task.h>
#include <uapi/octavo/ptrace.h>

/* Is it to stand still (again)? Then it is marked as sleeping. => task_list_lock held */
static bool stays(const struct trace_stop *stop)
{
	struct task *t = current;
	irqstate_t irqs = spin_lock_irqsave(&t->signal->lock);
	bool stay = !stop->resumed && !t->sig.must_exit && !(stop->listening && t->sig.to_trap);

	assert_held(&task_list_lock);
	if (stay)
		t->state = TASK_STOPPED;
	spin_unlock_irqrestore(&t->signal->lock, irqs);
	return stay;
}

/* => the signal to go on with, or 0; sleeps */
static int stand_still(struct trace_stop *stop)
{
	struct task *t = current;
	enum trace_mode mode = TRACE_CONT;
	struct tracee *tr;
	irqstate_t irqs;
	u8 work;

	arch_trace_stop(stop);
	spin_lock(&task_list_lock);
	tr = t->tracee;
	if (tr != NULL && (tr->options & stop->option) == stop->option && stays(stop)) {
		if (stop->option != 0)
			tr->message = stop->message;
		tr->stop = stop;
		tr->news = true;
		(void)ptrace_tell(tr, t, stop->cld, (int)stop->code & 0x7f);
		do {
			spin_unlock(&task_list_lock);
			schedule();
			spin_lock(&task_list_lock);
		} while (stays(stop));
	}
	tr = t->tracee; /* not the one of before, maybe */
	if (tr != NULL) {
		if (tr->stop == stop) { /* it is to end, or hears of SIGCONT */
			tr->stop = NULL;
			tr->news = false;
		}
		mode = tr->mode;
	}
	spin_unlock(&task_list_lock);
	arch_trace_go(stop, mode);
	irqs = spin_lock_irqsave(&t->signal->lock);
	work = t->head.work_signal;
	signal_recalc();
	/* a call that was interrupted is looked at, whatever has gone */
	t->head.work_signal |= work;
	spin_unlock_irqrestore(&t->signal->lock, irqs);
	return t->sig.must_exit ? 0 : stop->given;
}

static struct siginfo trap_info(u32 code)
{
	return (struct siginfo){.signo = (int)code & 0x7f, .code = (int)code, .pid = current->tgid};
}

/* --- signals --- */

/* What another signal than the one that came is said to be: the tracer has sent it. */
static struct siginfo info_from_tracer(int sig)
{
	struct siginfo info = {.signo = sig, .code = SI_USER};

	spin_lock(&task_list_lock);
	if (current->tracee != NULL) {
		info.pid = current->tracee->tracer->tgid;
		info.uid = current->tracee->tracer->cred->uid;
	}
	spin_unlock(&task_list_lock);
	return info;
}

int ptrace_signal(int sig, struct siginfo *info)
{
	struct trace_stop stop = {.code = (u32)sig, .cld = CLD_TRAPPED, .info = info, .given = sig};
	int given = stand_still(&stop);

	if (given == 0)
		return 0;
	if (given != info->signo)
		*info = info_from_tracer(given);
	if (!(current->sig.blocked & SIG_BIT(given)))
		return given;
	(void)signal_send_thread(current, given, info); /* it may have been opened only here */
	return 0;
}

void ptrace_group_stop(int sig)
{
	struct trace_stop stop = {.code = (u32)sig, .cld = CLD_STOPPED};
	struct siginfo info;

	if (current->sig.traced == TRACED_SEIZED) {
		stop.code = (u32)(sig != 0 ? sig : SIGTRAP) | PTRACE_EVENT_STOP << 8;
		info = trap_info(stop.code);
		stop.info = &info;
	}
	if (stop.code != 0)
		(void)stand_still(&stop);
}

void ptrace_frame(struct trapframe *frame, bool from_call)
{
	struct tracee *tr;
	bool newborn = false;

	spin_lock(&task_list_lock);
	tr = current->tracee;
	if (tr != NULL) {
		newborn = tr->newborn;
		tr->newborn = false;
	}
	spin_unlock(&task_list_lock);
	if (!from_call && !newborn)
		arch_call_none(frame);
}

void ptrace_handler(void)
{
	struct trace_stop stop = {.code = SIGTRAP, .cld = CLD_TRAPPED};
	struct siginfo info = trap_info(SIGTRAP);
	const struct tracee *tr;
	bool steps;

	spin_lock(&task_list_lock);
	tr = current->tracee;
	steps = tr != NULL && tr->mode == TRACE_STEP;
	spin_unlock(&task_list_lock);
	stop.info = &info;
	if (steps) /* the handler's first instruction is the next one */
		(void)stand_still(&stop);
}

/* --- events --- */

void ptrace_event(u32 event, u32 message)
{
	struct trace_stop stop = {
		.code = SIGTRAP | event << 8,
		.cld = CLD_TRAPPED,
		.in_call = true,
		.option = PTRACE_O_EVENT(event),
		.message = message,
	};
	struct siginfo info = trap_info(stop.code);

	stop.info = &info;
	(void)stand_still(&stop);
}

void ptrace_exec(u32 pid)
{
	const struct tracee *tr;
	bool event = false, trap = false;

	spin_lock(&task_list_lock);
	tr = current->tracee;
	if (tr != NULL) {
		event = tr->options & PTRACE_O_EVENT(PTRACE_EVENT_EXEC);
		trap = !event && !tr->seized;
	}
	spin_unlock(&task_list_lock);
	if (event)
		ptrace_event(PTRACE_EVENT_EXEC, pid);
	else if (trap)
		signal_send_self(SIGTRAP);
}

/* --- system calls --- */

/* How the current task goes on now, and with what options it is traced. */
static enum trace_mode mode_now(u32 *options)
{
	enum trace_mode mode = TRACE_CONT;

	spin_lock(&task_list_lock);
	if (current->tracee != NULL) {
		mode = current->tracee->mode;
		*options = current->tracee->options;
	}
	spin_unlock(&task_list_lock);
	return mode;
}

static void call_stop(u32 options, bool in_call)
{
	struct trace_stop stop = {
		.code = options & PTRACE_O_TRACESYSGOOD ? SIGTRAP | 0x80 : SIGTRAP,
		.cld = CLD_TRAPPED,
		.in_call = in_call,
	};
	struct siginfo info = trap_info(stop.code);
	int sig;

	info.signo = SIGTRAP;
	stop.info = &info;
	sig = stand_still(&stop);
	if (sig != 0)
		(void)signal_send_thread(current, sig, NULL);
}

bool ptrace_call_begin(struct trapframe *frame)
{
	u32 options = 0;
	enum trace_mode mode = mode_now(&options);

	current->head.work_trace = mode != TRACE_CONT;
	if (mode != TRACE_CALLS)
		return false;
	frame_set_result(frame, -ENOSYS);
	call_stop(options, true);
	return current->sig.must_exit || frame_call_gone(frame);
}

void ptrace_call_end(struct trapframe *frame)
{
	const struct siginfo step = {
		.signo = SIGTRAP, .code = TRAP_BRKPT, .address = (u32)frame_pc(frame)};
	u32 options = 0;
	enum trace_mode mode = mode_now(&options);

	current->head.work_trace = 0;
	if (arch_call_is_return(frame))
		arch_call_none(frame);
	if (mode == TRACE_CALLS)
		call_stop(options, false);
	else if (mode == TRACE_STEP)
		(void)signal_force(&step);
}
