/* SPDX-License-Identifier: MIT */
/*
 * What newlib's <termios.h> needs of a system: the kernel's structure under
 * the names that programs use. termios(3).
 */
#ifndef _SYS_TERMIOS_H
#define _SYS_TERMIOS_H

#include <sys/types.h>
#include <uapi/octavo/termios.h>

typedef unsigned int tcflag_t;
typedef unsigned char cc_t;

#define NCCS UAPI_NCCS

struct termios {
	tcflag_t c_iflag;
	tcflag_t c_oflag;
	tcflag_t c_cflag;
	tcflag_t c_lflag;
	cc_t c_line;
	cc_t c_cc[NCCS];
};

#define ICRNL  UAPI_ICRNL
#define IXON   UAPI_IXON
#define OPOST  UAPI_OPOST
#define ONLCR  UAPI_ONLCR
#define ISIG   UAPI_ISIG
#define ICANON UAPI_ICANON
#define ECHO   UAPI_ECHO
#define ECHOE  UAPI_ECHOE
#define ECHOK  UAPI_ECHOK
#define ECHONL UAPI_ECHONL
#define NOFLSH UAPI_NOFLSH
#define TOSTOP UAPI_TOSTOP
#define IEXTEN UAPI_IEXTEN

#define VINTR  UAPI_VINTR
#define VQUIT  UAPI_VQUIT
#define VERASE UAPI_VERASE
#define VKILL  UAPI_VKILL
#define VEOF   UAPI_VEOF
#define VTIME  UAPI_VTIME
#define VMIN   UAPI_VMIN
#define VSUSP  UAPI_VSUSP

#define TCSANOW   0
#define TCSADRAIN 1
#define TCSAFLUSH 2

int tcgetattr(int fd, struct termios *settings);
int tcsetattr(int fd, int when, const struct termios *settings);

#endif
