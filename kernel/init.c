/* SPDX-License-Identifier: MIT */
/*
 * init.c - PID 1: a kernel thread that finishes the boot and becomes the first program.
 *
 * The program: init=PATH if it is given; else /sbin/init if there is one, which gets the words
 * after -- as its arguments; else the first of these words itself (a machine whose root has no
 * init runs one program); else /bin/sh.
 */
#include <octavo/arch.h>
#include <octavo/boot.h>
#include <octavo/control.h>
#include <octavo/errno.h>
#include <octavo/exec.h>
#include <octavo/fs.h>
#include <octavo/ktest.h>
#include <octavo/machine.h>
#include <octavo/panic.h>
#include <octavo/param.h>
#include <octavo/printk.h>
#include <octavo/process.h>
#include <octavo/sched.h>
#include <octavo/time.h>
#include <octavo/zone.h>
#include <uapi/octavo/fcntl.h>

static const char default_init[] = "/sbin/init";
static const char default_program[] = "/bin/sh";

static void free_init_memory(pfn_t pfn, unsigned nr_pages)
{
	if (bootmem_release(pfn, nr_pages) != 0)
		return;
	for (unsigned i = 0; i < nr_pages; i++)
		free_page(pfn_to_page(pfn + i));
}

/* Descriptors 0, 1 and 2 on the console; a machine without /dev/console has a program without. */
static void open_console(void)
{
	struct file *console = file_open("/dev/console", O_RDWR, 0);

	if (ptr_is_err(console)) {
		pr_warn("init: /dev/console: error %d\n", ptr_err(console));
		return;
	}
	for (unsigned fd = 0; fd < 3; fd++) {
		file_get(console);
		if (files_install(console, fd, false) != (int)fd)
			panic("init: no descriptor %u", fd);
	}
	file_put(console);
}

static bool file_exists(const char *path)
{
	struct file *file = file_open(path, O_RDONLY, 0);

	if (ptr_is_err(file))
		return false;
	file_put(file);
	return true;
}

/* argv of the first program; *path is what to load. */
static void choose_program(const char **path, const char **argv, unsigned max)
{
	const char *init = params_get(&boot_params, "init");
	unsigned n = 0;

	if (init == NULL && file_exists(default_init))
		init = default_init;
	if (init != NULL)
		argv[n++] = init;
	for (unsigned i = 0; n < max - 1 && params_arg(&boot_params, i) != NULL; i++)
		argv[n++] = params_arg(&boot_params, i);
	if (n == 0)
		argv[n++] = default_program;
	argv[n] = NULL;
	*path = argv[0];
}

static void run_ktests(const char *pattern)
{
	int failed = ktest_run(pattern);

	machine_set_status(failed != 0 ? 1 << 8 : 0, failed);
	machine_end();
}

static int init_thread(void *arg)
{
	static const char *const envp[] = {"HOME=/", "PATH=/bin:/sbin:/tests", "TERM=linux", NULL};
	static const char *argv[PARAM_MAX_WORDS + 2];
	const char *ktests = params_get(&boot_params, "ktest");
	struct trapframe *frame = arch_user_frame(current);
	const char *path;
	int err;

	(void)arg;
	rootfs_init(&arch_boot_info()->module);
	mounts_init();
	current->files = files_alloc();
	current->fs = fs_context_alloc();
	if (current->files == NULL || current->fs == NULL)
		panic("init: no memory for the first process");
	arch_protect_kernel(free_init_memory);
	if (ktests != NULL)
		run_ktests(ktests);

	open_console();
	choose_program(&path, argv, ARRAY_SIZE(argv));
	current->flags &= ~TASK_KTHREAD;
	err = exec_start(path, argv, envp, frame);
	if (err != 0)
		panic("init: cannot start %s: error %d", path, err);
	control_sendf(CONTROL_REPORT, "boot_ns %llu", (unsigned long long)clock_ns());
	control_sendf(CONTROL_REPORT, "boot_free_pages %u", nr_free_pages());
	control_sendf(CONTROL_REPORT, "boot_total_pages %u", nr_total_pages());
	arch_enter_user(frame);
}

void process_start_init(void)
{
	struct task *t = kthread_create(init_thread, NULL, "init");

	if (ptr_is_err(t) || t->pid != 1)
		panic("init: PID 1 cannot be made");
	init_task = t;
	t->exit_signal = SIGCHLD;
	t->signal->untouchable = true;
	t->signal->session_leader = true;
	t->pgid = t->pid;
	t->sid = t->pid;
	spin_lock(&task_list_lock);
	pgrp_join(t);
	spin_unlock(&task_list_lock);
	sched_start(t);
}
