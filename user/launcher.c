/* SPDX-License-Identifier: MIT */
/*
 * The launcher: reads a line, runs the program it names, says how that ended.
 * No pipes, no variables, no scripts: something to hold the machine with.
 *
 * Lines are read byte by byte, since the program that is started next reads
 * from the same descriptor and must find the rest of the input there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "words.h"

#define LINE_BYTES 1024
#define MAX_WORDS  64
#define PATH_BYTES 256

static int last_status; /* of the last command, as a shell counts: 128+n for signal n */

static const char *const search_path[] = {"/bin", "/sbin", "/tests", "/bench"};

/*
 * Reads a line without its newline; what does not fit is dropped.
 * => its length; -1 at the end of input with nothing read
 */
static int read_line(char *line, int size)
{
	int len = 0;
	char c;

	for (;;) {
		ssize_t got = read(STDIN_FILENO, &c, 1);

		if (got <= 0) {
			line[len] = '\0';
			return len > 0 ? len : -1;
		}
		if (c == '\n')
			break;
		if (len < size - 1)
			line[len++] = c;
	}
	line[len] = '\0';
	return len;
}

/* In the child: replaces it by the program; returns only if there is none. */
static void run_program(char **words)
{
	if (strchr(words[0], '/')) {
		execve(words[0], words, environ);
		return;
	}
	for (size_t i = 0; i < sizeof(search_path) / sizeof(search_path[0]); i++) {
		char path[PATH_BYTES];

		sniprintf(path, sizeof(path), "%s/%s", search_path[i], words[0]);
		execve(path, words, environ);
		if (errno != ENOENT)
			return;
	}
}

static void report(const char *name, int status)
{
	if (WIFEXITED(status)) {
		last_status = WEXITSTATUS(status);
		if (last_status)
			iprintf("[%s: exit status %d]\n", name, last_status);
	} else {
		last_status = 128 + WTERMSIG(status);
		iprintf("[%s: killed by signal %d, %s]\n", name, WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	}
}

/* vfork(2), which machines without an MMU have too: the child runs on our memory until it has its
 * own program. => its pid, -1 */
static __attribute__((noinline)) pid_t start_program(char **words)
{
	pid_t pid = vfork();

	if (pid == 0) {
		run_program(words);
		iprintf("sh: %s: %s\n", words[0], strerror(errno));
		fflush(stdout);
		_exit(errno == ENOENT ? 127 : 126);
	}
	return pid;
}

static void start(char **words)
{
	int status;
	pid_t pid = start_program(words);

	if (pid < 0) {
		iprintf("sh: cannot fork: %s\n", strerror(errno));
		last_status = 126;
		return;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return;
	report(words[0], status);
}

static void builtin_exit(char **words)
{
	exit(words[1] ? atoi(words[1]) : last_status);
}

static void builtin_cd(char **words)
{
	const char *to = words[1] ? words[1] : "/";

	last_status = chdir(to) < 0;
	if (last_status)
		iprintf("sh: cd: %s: %s\n", to, strerror(errno));
}

static void builtin_pwd(char **words)
{
	char path[PATH_BYTES];

	(void)words;
	last_status = getcwd(path, sizeof(path)) == NULL;
	if (last_status)
		iprintf("sh: pwd: %s\n", strerror(errno));
	else
		iprintf("%s\n", path);
}

static void builtin_help(char **words);

static const struct builtin {
	const char *name;
	void (*run)(char **words);
	const char *help;
} builtins[] = {
	{"cd", builtin_cd, "cd [DIRECTORY]    change the working directory"},
	{"exit", builtin_exit, "exit [STATUS]     end the launcher, and with it the machine"},
	{"help", builtin_help, "help              this list"},
	{"pwd", builtin_pwd, "pwd               name the working directory"},
};

#define NR_BUILTINS (sizeof(builtins) / sizeof(builtins[0]))

static void builtin_help(char **words)
{
	(void)words;
	for (size_t i = 0; i < NR_BUILTINS; i++)
		iprintf("  %s\n", builtins[i].help);
	iprintf("Anything else is a program: a path, or a name in /bin, /sbin, /tests, /bench\n"
		"(`ls /tests`). Words may be quoted with '...', \"...\" or a backslash.\n");
	last_status = 0;
}

static void execute(char **words)
{
	for (size_t i = 0; i < NR_BUILTINS; i++) {
		if (strcmp(words[0], builtins[i].name) == 0) {
			builtins[i].run(words);
			return;
		}
	}
	start(words);
}

int main(void)
{
	char line[LINE_BYTES];
	char *words[MAX_WORDS];

	iprintf("Octavo. `help` lists what this launcher can do.\n");
	for (;;) {
		int n;

		iprintf("# ");
		fflush(stdout);
		if (read_line(line, sizeof(line)) < 0)
			break;
		n = words_split(line, words, MAX_WORDS);
		if (n < 0)
			iprintf("sh: %s\n", n == -1 ? "a quote is not closed" : "too many words");
		else if (n > 0)
			execute(words);
		fflush(stdout);
	}
	iprintf("\n");
	return last_status;
}
