/* SPDX-License-Identifier: MIT */
/*
 * sh: the shell of POSIX.
 *
 *	sh [-eufnvxaCm] [-o NAME] [FILE [ARGUMENT ...]]
 *	sh -c COMMANDS [NAME [ARGUMENT ...]]
 *	sh -s [ARGUMENT ...]
 *
 * This file has the state, the options, and the loop that reads commands and
 * runs them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

struct shell sh;

struct option options[NR_OPTIONS] = {
	[OPTION_ALLEXPORT] = {'a', "allexport", false},
	[OPTION_NOCLOBBER] = {'C', "noclobber", false},
	[OPTION_ERREXIT] = {'e', "errexit", false},
	[OPTION_NOGLOB] = {'f', "noglob", false},
	[OPTION_INTERACTIVE] = {'i', "interactive", false},
	[OPTION_MONITOR] = {'m', "monitor", false},
	[OPTION_NOEXEC] = {'n', "noexec", false},
	[OPTION_STDIN] = {'s', "stdin", false},
	[OPTION_NOUNSET] = {'u', "nounset", false},
	[OPTION_VERBOSE] = {'v', "verbose", false},
	[OPTION_XTRACE] = {'x', "xtrace", false},
};

bool option_set(char letter, const char *name, bool on)
{
	for (int i = 0; i < NR_OPTIONS; i++) {
		if (name ? strcmp(options[i].name, name) != 0 : options[i].letter != letter)
			continue;
		options[i].on = on;
		return true;
	}
	return false;
}

/* --- running text --- */

/* => the result of parsing; PARSE_ERROR is raised */
static enum parse_result read_command(struct parser *parser, struct tree *tree, struct node **node)
{
	enum parse_result result = parse_command(parser, &tree->arena, node);

	if (result == PARSE_ERROR) {
		sh.line = parser->error_line;
		sh_error("%s", parser->message);
	}
	return result;
}

void run_commands(struct parser *parser, bool interactive)
{
	enum parse_result result;
	bool ran = false;

	do {
		struct tree *tree = tree_new();
		struct tree_use use;
		struct node *node;

		tree_begin(&use, tree);
		tree_put(tree);
		result = read_command(parser, tree, &node);
		if (result == PARSE_COMMAND && (interactive || !option_on(OPTION_NOEXEC))) {
			eval(node, 0);
			ran = true;
		}
		tree_end();
	} while (result != PARSE_END && leaving == LEAVE_NOT);
	if (!ran && !interactive)
		sh.status = 0;
}

static bool only_blanks(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\n'))
		at++;
	return at == end;
}

int eval_text(const char *text, size_t len, int flags)
{
	struct source_text source;
	struct parser parser;
	enum parse_result result;
	int line = sh.line;
	bool ran = false;

	source_text_init(&source, text, len);
	parser_init(&parser, &source.source, 1);
	do {
		struct tree *tree = tree_new();
		struct tree_use use;
		struct node *node;

		tree_begin(&use, tree);
		tree_put(tree);
		result = read_command(&parser, tree, &node);
		if (result == PARSE_COMMAND && !option_on(OPTION_NOEXEC)) {
			eval(node, only_blanks(source.at, source.end) ? flags : flags & ~EVAL_EXIT);
			ran = true;
		}
		tree_end();
	} while (result != PARSE_END && leaving == LEAVE_NOT);
	if (!ran)
		sh.status = 0;
	sh.line = line;
	return sh.status;
}

/* --- starting --- */

static void usage(void) __attribute__((noreturn));
static void usage(void)
{
	static const char text[] = "usage: sh [-aCefimnsuvx] [-o option] [file [argument ...]]\n"
				   "       sh -c commands [name [argument ...]]\n";

	write_all(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(STATUS_ERROR);
}

/* Takes the options. => the index of the first operand; *COMMANDS: -c was among them */
static int take_options(int argc, char **argv, bool *commands)
{
	int i = 1;

	for (; i < argc && (argv[i][0] == '-' || argv[i][0] == '+') && argv[i][1]; i++) {
		bool on = argv[i][0] == '-';

		if (strcmp(argv[i], "--") == 0)
			return i + 1;
		for (const char *letter = argv[i] + 1; *letter; letter++) {
			if (*letter == 'c' && on) {
				*commands = true;
			} else if (*letter == 'o') {
				if (i + 1 >= argc || !option_set(0, argv[++i], on))
					usage();
				break;
			} else if (*letter != 'l' && !option_set(*letter, NULL, on)) {
				usage();
			}
		}
	}
	return i;
}

/* Descriptor of the script, out of the way of the script's own. */
static int open_script(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		fd = move_fd_up(fd);
	if (fd < 0) {
		sh_warn("cannot open %s: %s", name,
			errno == ENOENT ? "No such file" : strerror(errno));
		_exit(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN);
	}
	return fd;
}

/* Each error ends the line that it is in, and the loop goes on. */
static void run_interactive(struct parser *parser)
{
	struct catcher c;

	signals_of_shell();
	if (!option_on(OPTION_MONITOR))
		jobs_init();
	signals_of_shell();
	while (setjmp(c.jump)) {
		leaving = LEAVE_NOT;
		parser->lex.at = parser->lex.line_end;
	}
	catch_begin(&c);
	run_commands(parser, true);
	catch_end(&c);
	write_all(STDERR_FILENO, "\n", 1);
}

int main(int argc, char **argv)
{
	static struct input input;
	static struct parser parser;
	bool commands = false;
	int first, fd = STDIN_FILENO;

	sh.name = argc > 0 ? argv[0] : "sh";
	sh.pid = getpid();
	vars_init(environ);
	first = take_options(argc, argv, &commands);
	if (commands) {
		const char *text = first < argc ? argv[first++] : NULL;

		if (!text)
			usage();
		if (first < argc)
			sh.name = argv[first++];
		params_set(argc - first, argv + first);
		eval_text(text, strlen(text), EVAL_EXIT);
		sh_exit(sh.status);
	}
	if (first < argc && !option_on(OPTION_STDIN)) {
		sh.name = argv[first];
		fd = open_script(argv[first++]);
	}
	params_set(argc - first, argv + first);
	if (fd == STDIN_FILENO && isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
		options[OPTION_INTERACTIVE].on = true;
	input_init(&input, fd, option_on(OPTION_INTERACTIVE));
	parser_init(&parser, &input.source, 1);
	if (option_on(OPTION_INTERACTIVE))
		run_interactive(&parser);
	else
		run_commands(&parser, false);
	sh_exit(sh.status);
}
