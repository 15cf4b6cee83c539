/* SPDX-License-Identifier: MIT */
/* Terminal settings as TCGETS and TCSETS move them. ioctl_tty(2), termios(3). */
#ifndef UAPI_OCTAVO_TERMIOS_H
#define UAPI_OCTAVO_TERMIOS_H

#define TCGETS     0x5401
#define TCSETS     0x5402
#define TCSETSW    0x5403
#define TCSETSF    0x5404
#define TIOCGWINSZ 0x5413
#define FIONREAD   0x541b

#define UAPI_NCCS 19

struct uapi_termios {
	unsigned int c_iflag;
	unsigned int c_oflag;
	unsigned int c_cflag;
	unsigned int c_lflag;
	unsigned char c_line;
	unsigned char c_cc[UAPI_NCCS];
};

struct uapi_winsize {
	unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};

/* c_iflag, c_lflag, c_cflag: what the console knows of them. */
#define UAPI_ICRNL  0000400
#define UAPI_ICANON 0000002
#define UAPI_ECHO   0000010
#define UAPI_ECHOE  0000020
#define UAPI_ECHOK  0000040
#define UAPI_B38400 0000017
#define UAPI_CS8    0000060
#define UAPI_CREAD  0000200

/* Places in c_cc. */
#define UAPI_VERASE 2
#define UAPI_VKILL  3
#define UAPI_VEOF   4
#define UAPI_VMIN   6

#endif
