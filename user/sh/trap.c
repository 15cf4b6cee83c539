/* SPDX-License-Identifier: MIT */
/*
 * Traps: commands that a signal, or the end of the shell (number 0), starts.
 *
 * The handler only notes the signal; the command runs between two others,
 * when nothing is half done. A signal that was ignored when the shell was
 * started stays ignored.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

#define NR_SIGNALS 32

volatile bool trap_pending;

static volatile bool pending[NR_SIGNALS];
static char *traps[NR_SIGNALS]; /* "": ignored */
static bool in_exit_trap;

static const char *const names[NR_SIGNALS] = {
	"EXIT", "HUP",  "INT",  "QUIT", "ILL",    "TRAP",   "ABRT",  "BUS",  "FPE",  "KILL", "USR1",
	"SEGV", "USR2", "PIPE", "ALRM", "TERM",   "STKFLT", "CHLD",  "CONT", "STOP", "TSTP", "TTIN",
	"TTOU", "URG",  "XCPU", "XFSZ", "VTALRM", "PROF",   "WINCH", "IO",   "PWR",  "SYS",
};

const char *signal_name(int number)
{
	return number >= 0 && number < NR_SIGNALS ? names[number] : NULL;
}

int signal_by_name(const char *name)
{
	if (*name && strspn(name, "0123456789") == strlen(name))
		return atoi(name) <= 64 ? atoi(name) : -1;
	if (strncmp(name, "SIG", 3) == 0)
		name += 3;
	for (int i = 0; i < NR_SIGNALS; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static void note_signal(int number)
{
	pending[number] = true;
	trap_pending = true;
}

static void set_handler(int number, void (*handler)(int))
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = handler;
	sigaction(number, &action, NULL);
}

/* What a signal without a trap does. */
static void set_default(int number)
{
	bool survives = option_on(OPTION_INTERACTIVE) &&
			(number == SIGINT || number == SIGQUIT || number == SIGTERM);

	if (option_on(OPTION_MONITOR))
		survives = survives || number == SIGTSTP || number == SIGTTOU || number == SIGTTIN;
	if (number == SIGINT && survives)
		set_handler(number, note_signal);
	else
		set_handler(number, survives ? SIG_IGN : SIG_DFL);
}

void signals_of_shell(void)
{
	static const int numbers[] = {SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTOU, SIGTTIN};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!traps[numbers[i]])
			set_default(numbers[i]);
}

bool traps_any(void)
{
	for (int i = 0; i < NR_SIGNALS; i++)
		if (traps[i] && *traps[i])
			return true;
	return false;
}

/* A signal that is ignored stays so in a child; one that is caught gets its default again. */
void traps_in_child(bool background)
{
	bool interactive = option_on(OPTION_INTERACTIVE);

	options[OPTION_INTERACTIVE].on = false;
	options[OPTION_MONITOR].on = false;
	trap_pending = false;
	for (int i = 0; i < NR_SIGNALS; i++) {
		bool shells_own = interactive && (i == SIGINT || i == SIGQUIT || i == SIGTERM ||
						  i == SIGTSTP || i == SIGTTOU || i == SIGTTIN);

		pending[i] = false;
		if (traps[i] && *traps[i]) {
			free(traps[i]);
			traps[i] = NULL;
			shells_own = i > 0;
		}
		if (shells_own && !traps[i])
			set_handler(i, SIG_DFL);
	}
	if (background && !traps[SIGINT])
		set_handler(SIGINT, SIG_IGN);
	if (background && !traps[SIGQUIT])
		set_handler(SIGQUIT, SIG_IGN);
}

/* What is caught execve(2) itself gives its default. */
void signals_of_program(bool background)
{
	static const int numbers[] = {SIGQUIT, SIGTERM, SIGTSTP, SIGTTOU, SIGTTIN};

	for (size_t i = 0;
	     option_on(OPTION_INTERACTIVE) && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!traps[numbers[i]])
			set_handler(numbers[i], SIG_DFL);
	if (background && !traps[SIGINT])
		set_handler(SIGINT, SIG_IGN);
	if (background && !traps[SIGQUIT])
		set_handler(SIGQUIT, SIG_IGN);
}

/* A trap's command leaves $? as it was. */
static void run_trap(const char *command)
{
	char *copy = sh_strdup(command);
	int status = sh.status;

	eval_text(copy, strlen(copy), 0);
	free(copy);
	if (leaving == LEAVE_NOT)
		sh.status = status;
}

void traps_run(void)
{
	trap_pending = false;
	for (int i = 1; i < NR_SIGNALS; i++) {
		if (!pending[i])
			continue;
		pending[i] = false;
		if (traps[i] && *traps[i])
			run_trap(traps[i]);
		else if (i == SIGINT && option_on(OPTION_INTERACTIVE)) {
			sh.status = STATUS_SIGNAL + SIGINT;
			write_all(STDERR_FILENO, "\n", 1);
			sh_raise();
		}
	}
}

void trap_run_exit(void)
{
	char *command = traps[0];
	int status = sh.status;

	if (!command || in_exit_trap)
		return;
	in_exit_trap = true;
	traps[0] = NULL;
	leaving = LEAVE_NOT;
	eval_text(command, strlen(command), 0);
	sh.status = status;
}

/* --- the builtin --- */

static void show(int number)
{
	out("trap -- '");
	for (const char *c = traps[number]; *c; c++) {
		if (*c == '\'')
			out("'\"'\"'");
		else
			out_bytes(c, 1);
	}
	out("' %s\n", names[number]);
}

static int set_trap(const char *command, const char *name)
{
	int number = signal_by_name(name);

	if (number < 0 || number >= NR_SIGNALS) {
		sh_warn("trap: %s: bad trap", name);
		return 1;
	}
	free(traps[number]);
	traps[number] = command ? sh_strdup(command) : NULL;
	if (number == 0)
		return 0;
	if (!command)
		set_default(number);
	else
		set_handler(number, *command ? note_signal : SIG_IGN);
	return 0;
}

int builtin_trap(int argc, char **argv)
{
	const char *command = NULL;
	int first = 1, status = 0;

	if (argc > first && strcmp(argv[first], "--") == 0)
		first++;
	if (argc == first) {
		for (int i = 0; i < NR_SIGNALS; i++)
			if (traps[i])
				show(i);
		return 0;
	}
	/* One argument, or a number first: the traps are taken away. */
	if (argc > first + 1 && strspn(argv[first], "0123456789") != strlen(argv[first]))
		command = argv[first++];
	else if (argc > first + 1 && !*argv[first])
		command = argv[first++];
	if (command && strcmp(command, "-") == 0)
		command = NULL;
	for (; first < argc; first++)
		status |= set_trap(command, argv[first]);
	return status;
}
