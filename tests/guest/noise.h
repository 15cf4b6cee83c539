/* SPDX-License-Identifier: MIT */
/* noise.h - system calls with any arguments, after which a program goes on. */
#pragma once

#include "guest.h"

/* Calls that would end us, sleep for ever, reach other processes or the machine, or leave behind what
 * outlives us. */
static inline int noise_spares(long nr)
{
	static const short spared[] = {__NR_exit,
				       __NR_exit_group,
				       __NR_fork,
				       __NR_vfork,
				       __NR_clone,
				       __NR_clone3,
				       __NR_kill,
				       __NR_tkill,
				       __NR_tgkill,
				       __NR_rt_sigqueueinfo,
				       __NR_rt_tgsigqueueinfo,
				       __NR_reboot,
				       __NR_sigreturn,
				       __NR_rt_sigreturn,
				       __NR_pause,
				       __NR_sigsuspend,
				       __NR_rt_sigsuspend,
				       __NR_rt_sigtimedwait,
				       __NR_rt_sigtimedwait_time64,
				       __NR_poll,
				       __NR_ppoll,
				       __NR_ppoll_time64,
#ifdef __NR_select
				       __NR_select,
#endif
				       __NR__newselect,
				       __NR_pselect6,
				       __NR_pselect6_time64,
				       __NR_nanosleep,
				       __NR_clock_nanosleep,
				       __NR_clock_nanosleep_time64,
#ifdef __NR_alarm /* not on every machine */
				       __NR_alarm,
#endif
#ifdef __NR_ipc
				       __NR_ipc,
#endif
				       __NR_shmget,
				       __NR_setitimer,
				       __NR_read,
				       __NR_munmap,
				       __NR_mmap2,
				       __NR_close};

	for (size_t i = 0; i < sizeof(spared) / sizeof(spared[0]); i++)
		if (spared[i] == nr)
			return 1;
	return 0;
}

/* Many calls, every one with arguments out of the noise and of `interesting`, of which there are 8. */
static inline void noise_calls(uint32_t state, const unsigned long *interesting)
{
	for (int i = 0; i < 4000; i++) {
		long nr = (long)(next_random(&state) % 440);
		unsigned long args[6];

		if (noise_spares(nr))
			continue;
		for (int j = 0; j < 6; j++) {
			uint32_t r = next_random(&state);

			args[j] = r & 1 ? interesting[(r >> 1) % 8] : r;
		}
		sys(nr, args[0], args[1], args[2], args[3], args[4], args[5]);
	}
}
