/* SPDX-License-Identifier: MIT */
/*
 * exec.h - starting programs.
 *
 * exec.c reads the arguments, finds the interpreter of a script (exec_script.c), asks exec_load()
 * (exec_mmu.c or exec_nommu.c) to build a new address space, puts the arguments on its stack, and
 * only then lets the old one go: up to that point a failure changes nothing, after it nothing can
 * fail.
 */
#pragma once

#include <octavo/cred.h>
#include <octavo/types.h>
#include <sys/queue.h>

#define EXEC_MAX_STRING  (32u * 4096u)        /* one argument, its NUL included; execve(2) */
#define EXEC_MAX_BYTES   (2u * 1024u * 1024u) /* all strings and pointers: a quarter of the stack */
#define EXEC_CHUNK_BYTES (4096u - 2 * sizeof(void *))

struct file;
struct mm;
struct trapframe;

/* The strings of the new program, one after the other with their NULs: argv, envp, path. */
struct exec_chunk {
	STAILQ_ENTRY(exec_chunk) link;
	u32 used;
	char data[EXEC_CHUNK_BYTES];
};
struct exec_strings {
	u32 argc, envc;
	u32 bytes;                 /* of all strings */
	u32 env_start, path_start; /* where those begin in them */
	STAILQ_HEAD(exec_chunks, exec_chunk) chunks;
};

/* exec_strings_init - none yet. exec_strings_free - lets go of them, and of their chunks.
 * exec_strings_add - one more, of the kernel. => 0; -ENOMEM, or -E2BIG: they do not fit (what there
 *   is then is only good to be freed); sleeps
 * exec_strings_fit - do they, with their pointers, fit into what execve(2) allows? */
void exec_strings_init(struct exec_strings *s);
void exec_strings_free(struct exec_strings *s);
int exec_strings_add(struct exec_strings *s, const char *text);
bool exec_strings_fit(const struct exec_strings *s);

/* exec_open - the file, if it may be executed; nobody writes to it until exec_close(), or the end of
 * the mm that it was handed to. => the file; -EACCES, -ETXTBSY, or as file_open(); sleeps */
struct file *exec_open(const char *path);
void exec_close(struct file *file);

/* exec_open_program - `file`, from exec_open(path), which is taken over; a script's interpreter in its
 * place, and then argv in `s` says so: exec_script.c has the picture.
 *   => the file; as exec_open(), -ELOOP: too many interpreters that are scripts, -ENOMEM, -E2BIG, -EIO,
 *   and `s` is then only good to be freed; sleeps. execve(2) */
struct file *exec_open_program(struct file *file, const char *path, struct exec_strings *s);

/* What exec_load() found and built; cred is exec.c's. */
struct exec_image {
	struct mm *mm;       /* new, users 1 */
	vaddr_t start;       /* first instruction: the interpreter's where there is one */
	vaddr_t entry;       /* the program's own, AT_ENTRY */
	vaddr_t interp_base; /* what is added to the interpreter's addresses, AT_BASE; 0: none */
	vaddr_t phdr;        /* address of the program headers in the program, AT_PHDR */
	u32 nr_phdrs;
	vaddr_t stack_top;   /* the arguments go below it */
	u32 stack_bytes_max; /* room that the stack has at the most */
	vaddr_t data_base;   /* ARM: r9 */
	struct exec_cred cred;
};

/* exec_load - a new address space with the program's segments, heap and stack, and those of its
 * dynamic linker (PT_INTERP). `stack_bytes`: what the arguments need at once. => 0; -ENOEXEC,
 * -ENOMEM, -EIO, -E2BIG; of the linker -ELIBBAD, and as exec_open(); nothing is left behind; sleeps */
int exec_load(struct file *file, u32 stack_bytes, struct exec_image *image);

/* exec_start - replace the current task's program; argv and envp are kernel strings, NULL-ended.
 *   => 0 and *frame is the start of the new program (go to user mode next); -errno and nothing has
 *   changed; sleeps */
int exec_start(const char *path, const char *const *argv, const char *const *envp,
	       struct trapframe *frame);
