/* SPDX-License-Identifier: MIT */
/*
 * The table of builtins, and those about the shell itself: control, options,
 * variables, names.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

static const struct builtin builtins[] = {
	{".", builtin_dot, true},
	{":", builtin_true, true},
	{"[", builtin_test, false},
	{"bg", builtin_bg, false},
	{"break", builtin_break, true},
	{"cd", builtin_cd, false},
	{"command", builtin_command, false},
	{"continue", builtin_break, true},
	{"echo", builtin_echo, false},
	{"eval", builtin_eval, true},
	{"exec", builtin_exec, true},
	{"exit", builtin_exit, true},
	{"export", builtin_export, true},
	{"false", builtin_false, false},
	{"fg", builtin_fg, false},
	{"getopts", builtin_getopts, false},
	{"hash", builtin_hash, false},
	{"jobs", builtin_jobs, false},
	{"kill", builtin_kill, false},
	{"local", builtin_local, true},
	{"printf", builtin_printf, false},
	{"pwd", builtin_pwd, false},
	{"read", builtin_read, false},
	{"readonly", builtin_export, true},
	{"return", builtin_return, true},
	{"set", builtin_set, true},
	{"shift", builtin_shift, true},
	{"test", builtin_test, false},
	{"trap", builtin_trap, true},
	{"true", builtin_true, false},
	{"type", builtin_type, false},
	{"umask", builtin_umask, false},
	{"unset", builtin_unset, true},
	{"wait", builtin_wait, false},
};

const struct builtin *builtin_find(const char *name)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (strcmp(builtins[i].name, name) == 0)
			return &builtins[i];
	return NULL;
}

int number_of(const char *text)
{
	long number;
	char *end;

	errno = 0;
	number = strtol(text, &end, 10);
	if (*end || end == text || number < 0 || errno)
		sh_error("Illegal number: %s", text);
	return (int)number;
}

int builtin_true(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int builtin_false(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}

/* --- control --- */

/* break and continue [LEVELS] */
int builtin_break(int argc, char **argv)
{
	int levels = argc > 1 ? number_of(argv[1]) : 1;

	if (levels <= 0)
		sh_error("Illegal number: %s", argv[1]);
	if (loop_depth > 0) {
		leaving = argv[0][0] == 'b' ? LEAVE_BREAK : LEAVE_CONTINUE;
		leave_loops = levels < loop_depth ? levels : loop_depth;
	}
	return 0;
}

int builtin_return(int argc, char **argv)
{
	int status = argc > 1 ? number_of(argv[1]) : sh.status;

	leaving = LEAVE_RETURN;
	return status;
}

int builtin_exit(int argc, char **argv)
{
	sh_exit(argc > 1 ? number_of(argv[1]) : sh.status);
}

int builtin_eval(int argc, char **argv)
{
	struct xtext text = {NULL, NULL, 0, 0};

	for (int i = 1; i < argc; i++) {
		if (i > 1)
			xtext_add(&text, ' ', 0);
		for (const char *c = argv[i]; *c; c++)
			xtext_add(&text, *c, 0);
	}
	return text.len ? eval_text(text.text, text.len, sh.flags) : 0;
}

/* . FILE: its commands here; return leaves it */
int builtin_dot(int argc, char **argv)
{
	const char *path = var_get("PATH");
	char *text = NULL;
	size_t len;
	int fd = -1;

	if (argc < 2)
		return 0;
	if (strchr(argv[1], '/')) {
		fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	} else {
		while (path && fd < 0) {
			size_t dir = strcspn(path, ":");
			char *full = arena_alloc(&sh.scratch, dir + strlen(argv[1]) + 2);

			memcpy(full, path, dir);
			strcat(strcat(full, dir ? "/" : ""), argv[1]);
			fd = open(full, O_RDONLY | O_CLOEXEC);
			path = path[dir] ? path + dir + 1 : NULL;
		}
		if (fd < 0)
			sh_error("%s: not found", argv[1]);
	}
	if (fd >= 0)
		text = input_all(fd, &len);
	if (!text) {
		const char *why = errno == ENOENT ? "No such file" : strerror(errno);

		if (fd >= 0)
			close(fd);
		sh_error("cannot open %s: %s", argv[1], why);
	}
	close(fd);
	eval_text(text, len, sh.flags);
	if (leaving == LEAVE_RETURN)
		leaving = LEAVE_NOT;
	return sh.status;
}

int builtin_exec(int argc, char **argv)
{
	(void)argc;
	if (!argv[1])
		return 0;
	run_program(argv + 1, vars_environment());
}

/* --- options and parameters --- */

static void print_assignment(const char *name, const char *value)
{
	out("%s=", name);
	out_bytes("'", 1);
	for (; value && *value; value++) {
		if (*value == '\'')
			out("'\"'\"'");
		else
			out_bytes(value, 1);
	}
	out("'\n");
}

static void show_options(void)
{
	out("Current option settings\n");
	for (int i = 0; i < NR_OPTIONS; i++)
		out("%-16s%s\n", options[i].name, options[i].on ? "on" : "off");
}

int builtin_set(int argc, char **argv)
{
	int i = 1;

	if (argc == 1) {
		vars_each(0, print_assignment);
		return 0;
	}
	for (; i < argc && (argv[i][0] == '-' || argv[i][0] == '+'); i++) {
		bool on = argv[i][0] == '-';

		if (strcmp(argv[i], "--") == 0 || strcmp(argv[i], "-") == 0) {
			params_set(argc - i - 1, argv + i + 1);
			return 0;
		}
		for (const char *letter = argv[i] + 1; *letter; letter++) {
			if (*letter == 'o' && i + 1 == argc) {
				show_options();
			} else if (*letter == 'o') {
				if (!option_set(0, argv[++i], on))
					sh_error("set: Illegal option %so %s", on ? "-" : "+",
						 argv[i]);
				break;
			} else if (!option_set(*letter, NULL, on)) {
				sh_error("set: Illegal option %c%c", on ? '-' : '+', *letter);
			}
		}
	}
	if (i < argc)
		params_set(argc - i, argv + i);
	return 0;
}

int builtin_shift(int argc, char **argv)
{
	int count = argc > 1 ? number_of(argv[1]) : 1;

	if (count > sh.params.count)
		sh_error("shift: can't shift that many");
	for (int i = 0; i < count; i++)
		free(sh.params.list[i]);
	for (int i = count; i <= sh.params.count; i++)
		sh.params.list[i - count] = sh.params.list[i];
	sh.params.count -= count;
	return 0;
}

/* --- variables --- */

static const char *printed_prefix;

static void print_declared(const char *name, const char *value)
{
	out("%s ", printed_prefix);
	if (value)
		print_assignment(name, value);
	else
		out("%s\n", name);
}

/* Splits NAME=VALUE, sets the variable if there is a value. => NAME */
static const char *declare(const char *command, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t len = equals ? (size_t)(equals - text) : strlen(text);
	const char *name = scratch_copy(text, len);

	if (!is_name(name, len))
		sh_error("%s: %s: bad variable name", command, name);
	if (strcmp(command, "local") == 0)
		var_save_local(name);
	if (equals)
		var_set(name, equals + 1);
	return name;
}

/* export and readonly */
int builtin_export(int argc, char **argv)
{
	int flag = argv[0][0] == 'e' ? VAR_EXPORTED : VAR_READONLY;
	int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;

	if (argc == first || strcmp(argv[1], "-p") == 0) {
		printed_prefix = argv[0];
		vars_each(flag, print_declared);
		return 0;
	}
	for (int i = first; i < argc; i++)
		var_add_flags(declare(argv[0], argv[i]), flag);
	return 0;
}

int builtin_local(int argc, char **argv)
{
	if (!frame_in_function())
		sh_error("local: not in a function");
	for (int i = 1; i < argc; i++)
		declare(argv[0], argv[i]);
	return 0;
}

int builtin_unset(int argc, char **argv)
{
	bool functions = false, variables = false;
	int i = 1;

	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		functions = functions || strchr(argv[i], 'f');
		variables = variables || strchr(argv[i], 'v');
	}
	for (; i < argc; i++) {
		if (functions)
			function_unset(argv[i]);
		else if (!is_name(argv[i], strlen(argv[i])))
			sh_error("unset: %s: bad variable name", argv[i]);
		else
			var_unset(argv[i]);
	}
	(void)variables;
	return 0;
}

/* --- names --- */

static const char *const keywords[] = {"!",    "{",  "}",   "case", "do",   "done",  "elif", "else",
				       "esac", "fi", "for", "if",   "then", "until", "while"};

/* What NAME means, in the words of type, or of command -v. => 0, or 127 if it means nothing */
static int describe(const char *name, bool verbose)
{
	const struct builtin *builtin = builtin_find(name);
	const char *path;

	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (strcmp(keywords[i], name) == 0) {
			out(verbose ? "%s is a shell keyword\n" : "%s\n", name);
			return 0;
		}
	}
	if (builtin && builtin->special)
		out(verbose ? "%s is a special shell builtin\n" : "%s\n", name);
	else if (function_find(name))
		out(verbose ? "%s is a shell function\n" : "%s\n", name);
	else if (builtin)
		out(verbose ? "%s is a shell builtin\n" : "%s\n", name);
	else if ((path = find_program(name)) && verbose)
		out("%s is %s\n", name, path);
	else if (path)
		out("%s\n", path);
	else if (verbose)
		out("%s: not found\n", name);
	else
		return STATUS_NOT_FOUND;
	return builtin || function_find(name) || find_program(name) ? 0 : STATUS_NOT_FOUND;
}

int builtin_type(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++)
		status |= describe(argv[i], true);
	return status;
}

/* command [-v|-V] NAME [ARGUMENT ...]: the builtin or program, not the function */
int builtin_command(int argc, char **argv)
{
	const struct builtin *builtin;

	if (argc > 2 && (strcmp(argv[1], "-v") == 0 || strcmp(argv[1], "-V") == 0))
		return describe(argv[2], argv[1][1] == 'V');
	if (argc > 1 && (strcmp(argv[1], "-p") == 0 || strcmp(argv[1], "--") == 0)) {
		argc--;
		argv++;
	}
	if (argc < 2)
		return 0;
	builtin = builtin_find(argv[1]);
	if (builtin)
		return builtin->run(argc - 1, argv + 1);
	return run_named(argv + 1);
}

/* Programs are looked for anew each time: there is nothing to remember or to forget. */
int builtin_hash(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-' || builtin_find(argv[i]) || find_program(argv[i]))
			continue;
		sh_warn("hash: %s: not found", argv[i]);
		status = 1;
	}
	return status;
}
