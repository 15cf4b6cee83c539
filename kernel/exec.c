/* SPDX-License-Identifier: MIT */
/*
 * exec.c - execve(2): a new program in the same task.
 *
 *	new stack, from the top:
 *
 *	  stack_top ->  0 (one word)
 *	                path, then below it the strings of envp, then of argv
 *	                platform name, 16 random bytes
 *	                (aligned to 16)
 *	                auxv ... AT_NULL
 *	                envp[0] ... NULL
 *	                argv[0] ... NULL
 *	  sp ->         argc
 *
 * The strings are gathered from the old program into kernel chunks first, since the old address
 * space and the new one are never both loaded. The new one is complete before the old one goes.
 */
#include <arch/frame.h>
#include <octavo/arch.h>
#include <octavo/cred.h>
#include <octavo/errno.h>
#include <octavo/exec.h>
#include <octavo/fs.h>
#include <octavo/mm.h>
#include <octavo/process.h>
#include <octavo/ptrace.h>
#include <octavo/random.h>
#include <octavo/slab.h>
#include <octavo/string.h>
#include <octavo/syscall.h>
#include <octavo/uaccess.h>
#include <uapi/octavo/auxv.h>
#include <uapi/octavo/fcntl.h>
#include <uapi/octavo/mount.h>
#include <uapi/octavo/signal.h>
#include <uapi/octavo/stat.h>

#define NR_AUXV          20 /* pairs that writer_put_auxv() writes, AT_NULL included */
#define RANDOM_BYTES     16
#define AUXV_MINSIGSTKSZ 2048 /* as <signal.h> has it: the largest signal frame fits */

/* --- gathering the strings --- */

void exec_strings_init(struct exec_strings *s)
{
	memset(s, 0, sizeof(*s));
	STAILQ_INIT(&s->chunks);
}

void exec_strings_free(struct exec_strings *s)
{
	struct exec_chunk *c;

	while ((c = STAILQ_FIRST(&s->chunks)) != NULL) {
		STAILQ_REMOVE_HEAD(&s->chunks, link);
		kfree(c);
	}
}

/* The chunk to append to, with at least one byte free; NULL without memory. */
static struct exec_chunk *strings_room(struct exec_strings *s)
{
	struct exec_chunk *c = STAILQ_LAST(&s->chunks, exec_chunk, link);

	if (c != NULL && c->used < sizeof(c->data))
		return c;
	c = kmalloc(sizeof(*c), GFP_KERNEL);
	if (c == NULL)
		return NULL;
	c->used = 0;
	STAILQ_INSERT_TAIL(&s->chunks, c, link);
	return c;
}

bool exec_strings_fit(const struct exec_strings *s)
{
	return s->bytes + (s->argc + s->envc) * sizeof(u32) <= EXEC_MAX_BYTES;
}

int exec_strings_add(struct exec_strings *s, const char *text)
{
	size_t left = strlen(text) + 1;

	while (left > 0) {
		struct exec_chunk *c = strings_room(s);
		size_t n;

		if (c == NULL)
			return -ENOMEM;
		n = MIN(left, sizeof(c->data) - c->used);
		memcpy(c->data + c->used, text, n);
		c->used += n;
		s->bytes += n;
		text += n;
		left -= n;
	}
	return exec_strings_fit(s) ? 0 : -E2BIG;
}

static int strings_add_user(struct exec_strings *s, const char __user *text)
{
	size_t total = 0;

	for (;;) {
		struct exec_chunk *c = strings_room(s);
		size_t room, n;
		ssize_t len;

		if (c == NULL)
			return -ENOMEM;
		room = sizeof(c->data) - c->used;
		len = strncpy_from_user(c->data + c->used, text + total, room);
		if (len < 0)
			return (int)len;
		n = (size_t)len < room ? (size_t)len + 1 : room;
		c->used += n;
		s->bytes += n;
		total += n;
		if (total > EXEC_MAX_STRING || !exec_strings_fit(s))
			return -E2BIG;
		if ((size_t)len < room)
			return 0;
	}
}

/* A vector of user pointers, ended by NULL; a NULL vector is an empty one. */
static int strings_add_vector(struct exec_strings *s, const u32 __user *vector, u32 *count)
{
	u32 address;
	int err;

	if (vector == NULL)
		return 0;
	for (;;) {
		err = get_user_u32(&address, vector + *count);
		if (err != 0)
			return err;
		if (address == 0)
			return 0;
		(*count)++;
		err = strings_add_user(s, (const char __user *)(uintptr_t)address);
		if (err != 0)
			return err;
	}
}

/* A program always has an argv[0], as on Linux since 5.18. */
static int strings_need_argv0(struct exec_strings *s)
{
	if (s->argc > 0)
		return 0;
	s->argc = 1;
	return exec_strings_add(s, "");
}

static int strings_from_user(struct exec_strings *s, const u32 __user *argv, const u32 __user *envp)
{
	int err = strings_add_vector(s, argv, &s->argc);

	if (err == 0)
		err = strings_need_argv0(s);
	s->env_start = s->bytes;
	if (err == 0)
		err = strings_add_vector(s, envp, &s->envc);
	return err;
}

static int strings_from_kernel(struct exec_strings *s, const char *const *argv,
			       const char *const *envp)
{
	int err = 0;

	for (; err == 0 && argv[s->argc] != NULL; s->argc++)
		err = exec_strings_add(s, argv[s->argc]);
	if (err == 0)
		err = strings_need_argv0(s);
	s->env_start = s->bytes;
	for (; err == 0 && envp[s->envc] != NULL; s->envc++)
		err = exec_strings_add(s, envp[s->envc]);
	return err;
}

/* --- writing the new stack --- */

struct stack_writer { /* words upward into the new address space, a buffer at a time */
	struct mm *mm;
	vaddr_t address;
	u32 used;
	int err;
	u32 words[128];
};

static void writer_flush(struct stack_writer *w)
{
	if (w->err == 0 && w->used > 0)
		w->err = mm_write_user(w->mm, w->address, w->words, w->used * sizeof(u32));
	w->address += w->used * sizeof(u32);
	w->used = 0;
}

static void writer_put(struct stack_writer *w, u32 word)
{
	w->words[w->used++] = word;
	if (w->used == ARRAY_SIZE(w->words))
		writer_flush(w);
}

static void writer_put_aux(struct stack_writer *w, u32 type, u32 value)
{
	writer_put(w, type);
	writer_put(w, value);
}

/* Bytes of stack that the strings, vectors and their surroundings take. */
static u32 stack_bytes(const struct exec_strings *s)
{
	u32 vectors = (1 + s->argc + 1 + s->envc + 1 + 2 * NR_AUXV) * sizeof(u32);

	return sizeof(u32) + s->bytes + sizeof(ARCH_PLATFORM) + RANDOM_BYTES + 16 + vectors + 16;
}

/* The pointers of argv and envp: strings that follow each other from `address` on. */
static void writer_put_pointers(struct stack_writer *w, const struct exec_strings *s,
				vaddr_t address)
{
	const struct exec_chunk *c;
	u32 nr = 0, total = s->argc + s->envc;
	bool begins = true;

	STAILQ_FOREACH(c, &s->chunks, link) {
		for (u32 i = 0; i < c->used && nr < total; i++, address++) {
			if (begins) {
				if (nr == s->argc)
					writer_put(w, 0);
				writer_put(w, (u32)address);
			}
			begins = c->data[i] == '\0';
			nr += begins;
		}
	}
	if (s->envc == 0)
		writer_put(w, 0);
	writer_put(w, 0);
}

static void writer_put_auxv(struct stack_writer *w, const struct exec_image *image,
			    vaddr_t platform, vaddr_t random, vaddr_t path)
{
	const struct cred *cred = image->cred.new;

	writer_put_aux(w, AT_HWCAP, arch_hwcap());
	writer_put_aux(w, AT_PAGESZ, PAGE_SIZE);
	writer_put_aux(w, AT_CLKTCK, 100);
	writer_put_aux(w, AT_PHDR, (u32)image->phdr);
	writer_put_aux(w, AT_PHENT, 32);
	writer_put_aux(w, AT_PHNUM, image->nr_phdrs);
	writer_put_aux(w, AT_BASE, (u32)image->interp_base);
	writer_put_aux(w, AT_FLAGS, 0);
	writer_put_aux(w, AT_ENTRY, (u32)image->entry);
	writer_put_aux(w, AT_UID, cred->uid);
	writer_put_aux(w, AT_EUID, cred->euid);
	writer_put_aux(w, AT_GID, cred->gid);
	writer_put_aux(w, AT_EGID, cred->egid);
	writer_put_aux(w, AT_SECURE, image->cred.secure);
	writer_put_aux(w, AT_RANDOM, (u32)random);
	writer_put_aux(w, AT_HWCAP2, 0);
	writer_put_aux(w, AT_EXECFN, (u32)path);
	writer_put_aux(w, AT_PLATFORM, (u32)platform);
	writer_put_aux(w, AT_MINSIGSTKSZ, AUXV_MINSIGSTKSZ);
	writer_put_aux(w, AT_NULL, 0);
}

static int stack_write_strings(struct mm *mm, const struct exec_strings *s, vaddr_t address)
{
	const struct exec_chunk *c;

	STAILQ_FOREACH(c, &s->chunks, link) {
		int err = mm_write_user(mm, address, c->data, c->used);

		if (err != 0)
			return err;
		address += c->used;
	}
	return 0;
}

/* Everything above; *sp is where the program's stack pointer begins, 16-aligned. */
static int stack_write(const struct exec_image *image, const struct exec_strings *s, vaddr_t *sp)
{
	static const char platform_name[] = ARCH_PLATFORM;
	struct { /* what lies between the strings and the vectors */
		u8 random[RANDOM_BYTES];
		char platform[ALIGN_UP(sizeof(platform_name), 4)];
	} extra = {0};
	vaddr_t strings = image->stack_top - sizeof(u32) - s->bytes;
	vaddr_t extras = ALIGN_DOWN(strings - sizeof(extra), 16);
	u32 words = 1 + s->argc + 1 + s->envc + 1 + 2 * NR_AUXV;
	struct mm_program *program = &image->mm->program;
	struct stack_writer w;
	int err;

	random_bytes(extra.random, sizeof(extra.random));
	memcpy(extra.platform, platform_name, sizeof(platform_name));
	err = stack_write_strings(image->mm, s, strings);
	if (err == 0)
		err = mm_write_user(image->mm, extras, &extra, sizeof(extra));
	if (err != 0)
		return err;

	*sp = ALIGN_DOWN(extras - words * sizeof(u32), 16);
	w.mm = image->mm;
	w.address = *sp;
	w.used = 0;
	w.err = 0;
	writer_put(&w, s->argc);
	writer_put_pointers(&w, s, strings);
	writer_put_auxv(&w, image, extras + RANDOM_BYTES, extras, strings + s->path_start);
	writer_flush(&w);
	program->start_stack = *sp;
	program->arg_start = strings;
	program->arg_end = program->env_start = strings + s->env_start;
	program->env_end = strings + s->path_start;
	return w.err;
}

/* --- the call --- */

void mm_copy_exe(struct mm *mm, const struct mm *from)
{
	if (from->exe == NULL)
		return;
	PANIC_ON(inode_exec_begin(from->exe->inode) != 0); /* it is executed already */
	file_get(from->exe);
	mm->exe = from->exe;
}

void mm_drop_exe(struct mm *mm)
{
	if (mm->exe == NULL)
		return;
	inode_exec_end(mm->exe->inode);
	file_put(mm->exe);
	mm->exe = NULL;
}

struct file *exec_open(const char *path)
{
	struct file *file = file_open(path, O_RDONLY | O_FOR_EXEC, 0);
	int err = -EACCES;

	if (ptr_is_err(file)) /* -ENXIO: nothing that is read, so nothing to execute either */
		return ptr_err(file) == -ENXIO ? err_ptr(err) : file;
	if (S_ISREG(file->inode->mode) && (file->inode->mode & 0111) != 0 &&
	    !(file->inode->sb->flags & MS_NOEXEC))
		err = inode_exec_begin(file->inode);
	if (err == 0)
		return file;
	file_put(file);
	return err_ptr(err);
}

void exec_close(struct file *file)
{
	inode_exec_end(file->inode);
	file_put(file);
}

/* Be the only thread, and then have a table of descriptors that no other process has: until they end,
 * the other threads change it. => 0; -ENOMEM, -EAGAIN: the process ends where it had other threads */
static int exec_unshare(void)
{
	bool had_others = current->signal->nr_threads > 1;
	int err = signal_exec_alone();
	struct files *files;

	if (err != 0 || !files_shared(current->files))
		return err;
	files = files_fork(current->files);
	if (files == NULL) {
		if (had_others) /* there is no program to go back to */
			signal_kill(current, SIGSEGV);
		return -ENOMEM;
	}
	files_put(process_use_files(files));
	return 0;
}

/* The point of no return: the old program's memory goes, the new one's is loaded. */
static void exec_commit(struct exec_image *image, const char *path)
{
	const char *name = strrchr(path, '/');
	struct mm *old;

	process_leave_mm();
	old = process_use_mm(image->mm);
	cred_exec_commit(&image->cred);
	process_vfork_done();
	signal_exec();
	if (old != NULL)
		mm_put(old);
	files_close_on_exec(current->files);
	task_set_comm(name != NULL ? name + 1 : path);
}

/* Too many tasks of the user that setuid(2) has made it: here it fails. */
static bool nproc_exceeded(void)
{
	bool exceeded;

	if (likely(!(current->flags & TASK_NPROC_EXCEEDED)))
		return false;
	spin_lock(&task_list_lock);
	exceeded = cred_over_nproc(0);
	spin_unlock(&task_list_lock);
	if (!exceeded)
		current->flags &= ~TASK_NPROC_EXCEEDED;
	return exceeded;
}

/* The program is opened before anybody looks at its arguments. => as exec_open(); err_ptr(-EAGAIN) */
static struct file *exec_begin(const char *path)
{
	return nproc_exceeded() ? err_ptr(-EAGAIN) : exec_open(path);
}

/* `file` is taken over in any case. */
static int exec_run(struct file *file, const char *path, struct exec_strings *s,
		    struct trapframe *frame)
{
	struct exec_image image = {0};
	vaddr_t sp = 0;
	int err;

	file = exec_open_program(file, path, s);
	if (ptr_is_err(file))
		return ptr_err(file);
	s->path_start = s->bytes;
	err = exec_strings_add(s, path);
	if (err == 0)
		err = cred_for_exec(file->inode, &image.cred);
	if (err == 0)
		err = exec_load(file, stack_bytes(s), &image);
	if (err != 0) {
		cred_exec_done(&image.cred);
		exec_close(file);
		return err;
	}
	/* before anybody can find it as the new program's */
	image.mm->dumpable =
		cred_exec_dumpable(&image.cred, inode_permission(file->inode, MAY_READ) == 0);
	mm_set_exe(image.mm, file);
	err = stack_bytes(s) <= image.stack_bytes_max ? stack_write(&image, s, &sp) : -E2BIG;
	if (err != 0) {
		cred_exec_done(&image.cred);
		mm_put(image.mm);
		return err == -EFAULT ? -ENOMEM : err;
	}
	err = exec_unshare();
	if (ARCH_TRACES && err == 0 && !cred_exec_settle(&image.cred))
		err = -ERESTARTNOINTR;
	if (err != 0) {
		cred_exec_done(&image.cred);
		mm_put(image.mm);
		return err;
	}
	exec_commit(&image, path);
	arch_exec_frame(frame, image.start, sp, image.data_base);
	return 0;
}

int exec_start(const char *path, const char *const *argv, const char *const *envp,
	       struct trapframe *frame)
{
	struct file *file = exec_begin(path);
	struct exec_strings s;
	int err;

	if (ptr_is_err(file))
		return ptr_err(file);
	exec_strings_init(&s);
	err = strings_from_kernel(&s, argv, envp);
	if (err == 0)
		err = exec_run(file, path, &s, frame);
	else
		exec_close(file);
	exec_strings_free(&s);
	return err;
}

long sys_execve(const char __user *user_path, const u32 __user *argv, const u32 __user *envp)
{
	struct exec_strings s;
	char *path = path_from_user(user_path);
	u32 pid = current->pid; /* it may take over its leader's */
	struct file *file;
	int err;

	if (ptr_is_err(path))
		return ptr_err(path);
	file = exec_begin(path);
	err = ptr_is_err(file) ? ptr_err(file) : 0;
	if (err != 0)
		goto free_path;
	exec_strings_init(&s);
	err = strings_from_user(&s, argv, envp);
	if (err == 0)
		err = exec_run(file, path, &s, arch_user_frame(current));
	else
		exec_close(file);
	exec_strings_free(&s);
free_path:
	kfree(path);
	if (unlikely(is_traced(current)) && err == 0)
		ptrace_exec(pid);
	return err;
}
