/* SPDX-License-Identifier: MIT */
/*
 * The shell: what its files share.
 *
 *	input ─▶ parser ─▶ tree ─▶ eval ─▶ expand ─▶ redirect ─▶ builtin, function or program
 *	main.c   parse.c            eval.c   expand.c   redir.c      builtin*.c      run.c
 *
 * Errors are raised (sh_error) and caught where a command can fail alone: in
 * the loop of an interactive shell, around an ordinary builtin. Where nothing
 * catches them they end the shell with status 2.
 */
#ifndef SH_SH_H
#define SH_SH_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "arena.h"
#include "parser.h"
#include "tree.h"

#define STATUS_ERROR      2
#define STATUS_CANNOT_RUN 126
#define STATUS_NOT_FOUND  127
#define STATUS_SIGNAL     128

/* --- the shell's state (main.c) --- */

struct option {
	char letter;
	const char *name;
	bool on;
};
enum {
	OPTION_ALLEXPORT,
	OPTION_NOCLOBBER,
	OPTION_ERREXIT,
	OPTION_NOGLOB,
	OPTION_INTERACTIVE,
	OPTION_MONITOR,
	OPTION_NOEXEC,
	OPTION_STDIN,
	OPTION_NOUNSET,
	OPTION_VERBOSE,
	OPTION_XTRACE,
	NR_OPTIONS,
};
extern struct option options[NR_OPTIONS];
#define option_on(which) (options[which].on)

struct params { /* $1, $2, ... */
	int count;
	char **list; /* of malloc'ed strings */
};

struct shell {
	int status;       /* $? */
	int substituted;  /* status of the last $( ) of this command; -1: there was none */
	int line;         /* of the command being run, for messages */
	const char *name; /* $0 */
	pid_t pid;        /* $$ */
	pid_t background; /* $!; 0: none yet */
	bool is_child;    /* a subshell */
	int flags;        /* EVAL_TESTED: of the builtin being run, for eval and `.` */
	struct params params;
	struct arena scratch; /* what expanding makes; released command by command */
};
extern struct shell sh;

/* How far the command being run has been left. */
enum leaving { LEAVE_NOT, LEAVE_BREAK, LEAVE_CONTINUE, LEAVE_RETURN };
extern enum leaving leaving;
extern int leave_loops; /* how many loops break and continue still have to leave */
extern int loop_depth;

/* --- errors (error.c) --- */

struct catcher {
	jmp_buf jump;
	struct catcher *outer;
	struct arena_mark scratch;
	struct frame *frame;         /* the function being run */
	struct tree_use *tree;       /* the trees being run */
	struct saved_fd *redirected; /* what is redirected */
	int loop_depth;
};
extern struct catcher *catcher;

/*
 *	if (setjmp(c.jump))
 *		... an error came, and c catches no more
 *	catch_begin(&c);
 *	... what may fail
 *	catch_end(&c);
 */
void catch_begin(struct catcher *c);
void catch_end(struct catcher *c);

/* Prints "NAME: LINE: message" to standard error. */
void sh_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same, then raises the error: $? is 2. */
void sh_error(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Raises without a message, $? as it is. */
void sh_raise(void) __attribute__((noreturn));

/* Standard output of builtins: gathered, and written by out_flush(). => 0; -1 if some was lost */
void out(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void out_bytes(const char *text, size_t len);
int out_flush(void);

/* Runs the EXIT trap and ends the process. */
void sh_exit(int status) __attribute__((noreturn));

void *sh_malloc(size_t bytes);
void *sh_realloc(void *old, size_t bytes);
char *sh_strdup(const char *text);
char *scratch_copy(const char *text, size_t len);

/* Writes all of LEN bytes. => 0; -1 with errno */
int write_all(int fd, const char *text, size_t len);

/* --- variables (vars.c) --- */

void vars_init(char **environment);

/* => the value, NULL if it is unset */
const char *var_get(const char *name);
const char *var_get_n(const char *name, size_t len);

/* Raises an error if NAME is read-only. */
void var_set(const char *name, const char *value);
void var_unset(const char *name);

#define VAR_EXPORTED 1
#define VAR_READONLY 2
void var_add_flags(const char *name, int flags);

/* Calls FN for each variable with all of FLAGS, sorted by name; VALUE may be NULL. */
void vars_each(int flags, void (*fn)(const char *name, const char *value));

/* => "NAME=value" of all exported variables, NULL at the end, in the scratch arena */
char **vars_environment(void);

/* A function's frame: what `local` changes is put back when it ends. */
struct frame {
	struct frame *outer;
	struct saved_var *saved;
	struct params params;
	bool has_params; /* params are the caller's, to be put back */
};
void frame_push(struct frame *frame);
void frame_pop(void);
struct frame *frame_current(void);
bool frame_in_function(void);

/* Saves the variable in the innermost frame. */
void var_save_local(const char *name);

/* Takes over COUNT copies of LIST. */
void params_set(int count, char **list);
void params_free(struct params *params);

/* --- expansion (expand.c, split.c, glob.c, arith.c) --- */

struct strings {     /* a list of strings in the scratch arena */
	char **list; /* NULL behind the last */
	int count;
	int room;
};
void strings_add(struct strings *strings, char *text);

/* Expanded text with a flag for each byte. */
#define X_QUOTED   1 /* not split, no pattern */
#define X_SPLIT    2 /* came from an expansion: is split at IFS */
#define X_BOUNDARY 4 /* no byte: a field ends here ("$@") */
#define X_EXISTS   8 /* no byte: quotes; there is a field even if nothing is in it */
struct xtext {
	char *text;
	unsigned char *flags;
	size_t len;
	size_t room;
};
void xtext_add(struct xtext *x, char c, unsigned char flags);

/* All expansions, splitting, file names. */
void expand_words(struct strings *fields, const struct word *words);

/* One string without splitting and file names: assignments, here-documents, redirections. */
char *expand_string(const struct word *word);

/* A pattern for case. */
void expand_pattern(const struct word *word, struct xtext *pattern);

/* Cuts X into fields and adds the file names each stands for. (split.c) */
void split_fields(struct strings *fields, const struct xtext *x);

/* Does all of TEXT match the pattern? (pattern.c) */
bool pattern_matches(const char *pattern, const unsigned char *flags, size_t len, const char *text,
		     size_t text_len);
bool pattern_is_plain(const char *pattern, const unsigned char *flags, size_t len);

/* Adds the names that the pattern stands for, sorted. => false if there are none (glob.c) */
bool glob_expand(struct strings *names, const struct xtext *pattern);

/* What an arithmetic expression is worth; raises errors. (arith.c) */
long long arith_value(const char *text);

/* The number in decimal, somewhere in TEXT. */
#define NUMBER_ROOM 24
const char *decimal(char text[NUMBER_ROOM], long long value);

/* The output of commands without its newlines at the end. */
char *command_output(const struct node *body);

/* --- running (eval.c, run.c, redir.c) --- */

#define EVAL_EXIT   1 /* the process ends after this: no need to fork */
#define EVAL_TESTED 2 /* the status is asked for: set -e does not count it */

void eval(const struct node *node, int flags);

/* Runs text as commands: eval, trap, `.`, -c (with EVAL_EXIT). => $? */
int eval_text(const char *text, size_t len, int flags);

/* Runs what PARSER reads until its end, or something is left. (main.c) */
void run_commands(struct parser *parser, bool interactive);

struct function;
struct function *function_find(const char *name);
void function_define(const struct node *node);
bool function_unset(const char *name);
void function_call(struct function *function, int argc, char **argv, int flags);

/* A tree lives as long as it is run or a function is defined in it. */
struct tree {
	struct arena arena;
	int users;
};
struct tree_use { /* one that is being run, on the stack of what runs it */
	struct tree_use *outer;
	struct tree *tree;
};
extern struct tree_use *tree_uses; /* the innermost */
struct tree *tree_new(void);       /* one user */
void tree_put(struct tree *tree);
void tree_begin(struct tree_use *use, struct tree *tree);
void tree_end(void);

/*
 * Makes the redirections. KEEP: they stay (exec), else redirect_undo() takes back those made
 * since the mark. Raises errors with what was done undone.
 */
void redirect(const struct redir *redirs, bool keep);
struct saved_fd *redirect_mark(void);
void redirect_copy(int from, int to); /* TO is a copy of FROM until it is undone */
void redirect_undo(struct saved_fd *until);

/* The same without KEEP, with errors caught. => 0, or the status of the error */
int redirect_safely(const struct redir *redirs);

/* Moves FD to 10 or above, closed on exec. => the new descriptor, -1 */
int move_fd_up(int fd);

/* A simple command. */
void eval_simple(const struct node *node, int flags);

/*
 * Makes the assignments in front of a command: FLAGS are added to each variable; LOCAL: they are
 * put back at the end of the frame. With set -x the command is shown.
 */
void assign_and_trace(const struct node *node, const struct strings *fields, int flags, bool local);

/* --- processes (fork.c, or spawn.c where there is no fork) --- */

struct job;
void eval_subshell(const struct node *node, int flags);
void eval_background(const struct node *node);
void eval_pipe(const struct node *node, int flags);
void run_external(const struct node *node, const struct strings *fields, int flags);
/* The program argv[0] in the foreground. => its status */
int run_named(char **argv);
/* Starts BODY as a process of the job, whose output goes into the pipe. */
void run_into(struct job *job, const struct node *body, const int fds[2]);
/* From fds[0] the text can be read, of any length: a process writes it into the pipe, or it lies in memory. */
void write_aside(const int fds[2], const char *text, size_t len);

struct program { /* to be executed: in the scratch arena */
	char **paths, **argv, **environment;
	char **script; /* what a script's shell gets */
};
void program_prepare(struct program *p, char **argv, char **environment);
/* Replaces the process by it, and allocates nothing. => errno; ENOENT if there is none */
int program_exec(const struct program *p);
int program_status(int error);
void program_warn(const char *name, int error);

/* Replaces the process by the program, which its name is searched for in PATH. */
void run_program(char **argv, char **environment) __attribute__((noreturn));

/* => the path of the program NAME, in the scratch arena; NULL if there is none */
char *find_program(const char *name);

/* --- builtins --- */

struct builtin {
	const char *name;
	int (*run)(int argc, char **argv);
	bool special; /* an error in it ends a script; assignments before it stay */
};
const struct builtin *builtin_find(const char *name);

#define BUILTIN(name) int builtin_##name(int argc, char **argv)
BUILTIN(bg);
BUILTIN(break);
BUILTIN(cd);
BUILTIN(command);
BUILTIN(dot);
BUILTIN(echo);
BUILTIN(eval);
BUILTIN(exec);
BUILTIN(exit);
BUILTIN(export);
BUILTIN(false);
BUILTIN(fg);
BUILTIN(getopts);
BUILTIN(hash);
BUILTIN(jobs);
BUILTIN(kill);
BUILTIN(local);
BUILTIN(printf);
BUILTIN(pwd);
BUILTIN(read);
BUILTIN(return );
BUILTIN(set);
BUILTIN(shift);
BUILTIN(test);
BUILTIN(trap);
BUILTIN(true);
BUILTIN(type);
BUILTIN(umask);
BUILTIN(unset);
BUILTIN(wait);

/* => the number; raises "Illegal number" */
int number_of(const char *text);

/* Sets one option by its letter or name. => false if there is none */
bool option_set(char letter, const char *name, bool on);

/* --- jobs (jobs.c) --- */

#define JOB_FOREGROUND 0
#define JOB_BACKGROUND 1
#define JOB_NONE       2 /* belongs to no job: command substitution */

/* Job control, if there is a terminal and the kernel has what it takes. */
void jobs_init(void);
struct job *job_new(const char *text);

/* Waits until the job has ended or stopped. => its status */
int job_wait(struct job *job);

/* Puts the job into the background: $!, and [1] 123 at a terminal. */
void job_background(struct job *job);

/* Tells what has changed in the background. */
void jobs_report(void);

/* --- traps (trap.c) --- */

extern volatile bool trap_pending;
void traps_init(void);
void traps_run(void); /* those whose signal has come */
bool traps_any(void);
void traps_in_child(bool background);     /* a subshell has none of its parent's */
void signals_of_program(bool background); /* the same for a program, with no variable changed */
void trap_run_exit(void);
void signals_of_shell(void);          /* an interactive shell survives Ctrl-C, Ctrl-\\ and Ctrl-Z */
int signal_by_name(const char *name); /* => -1 if there is none */
const char *signal_name(int number);

/* --- input (input.c) --- */

struct input { /* a source of lines from a descriptor */
	struct source source;
	int fd;
	bool by_byte; /* what follows the line belongs to the programs we start */
	bool prompts;
	bool ended;
	char *line; /* the line handed out last */
	size_t line_room;
	char buf[512];
	size_t at, end; /* what of buf is not handed out */
};
void input_init(struct input *input, int fd, bool prompts);

/* All of a file, in the scratch arena. => NULL with errno */
char *input_all(int fd, size_t *len);

#endif
