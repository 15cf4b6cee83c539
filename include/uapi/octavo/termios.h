/* SPDX-License-Identifier: MIT */
/* Terminals: what ioctl(2) of one takes, with Linux's numbers. ioctl_tty(2), termios(3). */
#ifndef UAPI_OCTAVO_TERMIOS_H
#define UAPI_OCTAVO_TERMIOS_H

#define TCGETS     0x5401
#define TCSETS     0x5402
#define TCSETSW    0x5403
#define TCSETSF    0x5404
#define TCSBRK     0x5409
#define TCXONC     0x540a
#define TCFLSH     0x540b
#define TIOCSCTTY  0x540e
#define TIOCGPGRP  0x540f
#define TIOCSPGRP  0x5410
#define TIOCOUTQ   0x5411
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define FIONREAD   0x541b
#define FIONBIO    0x5421
#define TIOCNOTTY  0x5422
#define TIOCGETD   0x5424
#define TCSBRKP    0x5425
#define TIOCGSID   0x5429
#define FIONCLEX   0x5450
#define FIOCLEX    0x5451
#define TCGETS2    0x802c542a
#define TCSETS2    0x402c542b
#define TCSETSW2   0x402c542c
#define TCSETSF2   0x402c542d

/* TCFLSH's and TCXONC's arguments. */
#define UAPI_TCIFLUSH  0
#define UAPI_TCOFLUSH  1
#define UAPI_TCIOFLUSH 2
#define UAPI_TCOOFF    0
#define UAPI_TCOON     1
#define UAPI_TCIOFF    2
#define UAPI_TCION     3

#define UAPI_NCCS 19

struct uapi_termios {
	unsigned int c_iflag;
	unsigned int c_oflag;
	unsigned int c_cflag;
	unsigned int c_lflag;
	unsigned char c_line;
	unsigned char c_cc[UAPI_NCCS];
};

struct uapi_termios2 {
	struct uapi_termios t;
	unsigned int c_ispeed;
	unsigned int c_ospeed;
};

struct uapi_winsize {
	unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};

/* c_iflag */
#define UAPI_ISTRIP  0000040
#define UAPI_INLCR   0000100
#define UAPI_IGNCR   0000200
#define UAPI_ICRNL   0000400
#define UAPI_IUCLC   0001000
#define UAPI_IXON    0002000
#define UAPI_IXANY   0004000
#define UAPI_IMAXBEL 0020000
#define UAPI_IUTF8   0040000

/* c_oflag */
#define UAPI_OPOST  0000001
#define UAPI_OLCUC  0000002
#define UAPI_ONLCR  0000004
#define UAPI_OCRNL  0000010
#define UAPI_ONOCR  0000020
#define UAPI_ONLRET 0000040
#define UAPI_TABDLY 0014000
#define UAPI_XTABS  0014000

/* c_cflag */
#define UAPI_B38400  0000017
#define UAPI_B115200 0010002
#define UAPI_CBAUD   0010017
#define UAPI_CS8     0000060
#define UAPI_CREAD   0000200
#define UAPI_HUPCL   0002000

/* c_lflag */
#define UAPI_ISIG    0000001
#define UAPI_ICANON  0000002
#define UAPI_ECHO    0000010
#define UAPI_ECHOE   0000020
#define UAPI_ECHOK   0000040
#define UAPI_ECHONL  0000100
#define UAPI_NOFLSH  0000200
#define UAPI_TOSTOP  0000400
#define UAPI_ECHOCTL 0001000
#define UAPI_ECHOPRT 0002000
#define UAPI_ECHOKE  0004000
#define UAPI_IEXTEN  0100000

/* Places in c_cc. */
#define UAPI_VINTR    0
#define UAPI_VQUIT    1
#define UAPI_VERASE   2
#define UAPI_VKILL    3
#define UAPI_VEOF     4
#define UAPI_VTIME    5
#define UAPI_VMIN     6
#define UAPI_VSTART   8
#define UAPI_VSTOP    9
#define UAPI_VSUSP    10
#define UAPI_VEOL     11
#define UAPI_VREPRINT 12
#define UAPI_VWERASE  14
#define UAPI_VLNEXT   15
#define UAPI_VEOL2    16

#endif
