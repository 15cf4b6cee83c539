/* SPDX-License-Identifier: MIT */
/*
 * A kernel that does what its boot module says, to test the host command with:
 * the module holds
 *
 *	console length (4 bytes), console bytes,
 *	control length (4 bytes), control bytes,
 *	what then: 'e' end, 'h' hang, 'r' reset, 'c' echo input until ^D, then end
 *
 * Its command line comes first on the console, between brackets.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

#define COM1         0x3f8
#define COM2         0x2f8
#define LINE_STATUS  5
#define CAN_SEND     0x20
#define HAS_BYTE     0x01
#define DEBUG_EXIT   0xf4
#define END_OF_INPUT 4

struct multiboot_header {
	u32 magic, flags, checksum;
};

const struct multiboot_header header
	__attribute__((section(".multiboot"), used)) = {0x1badb002, 3, -(0x1badb002 + 3)};

struct multiboot_info {
	u32 flags, mem_lower, mem_upper, boot_device;
	const char *cmdline;
	u32 nr_mods;
	const struct {
		const u8 *start, *end;
	} * mods;
};

static void out(u16 port, u8 value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static u8 in(u16 port)
{
	u8 value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void send(u16 port, u8 byte)
{
	while (!(in(port + LINE_STATUS) & CAN_SEND))
		;
	out(port, byte);
}

static const u8 *send_counted(u16 port, const u8 *from)
{
	u32 length = *(const u32 *)from;

	from += sizeof(length);
	while (length--)
		send(port, *from++);
	return from;
}

static void echo(void)
{
	for (;;) {
		u8 byte;

		while (!(in(COM1 + LINE_STATUS) & HAS_BYTE))
			;
		byte = in(COM1);
		if (byte == END_OF_INPUT)
			return;
		send(COM1, byte);
	}
}

static void reset(void)
{
	static const struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) none = {0, 0};

	__asm__ volatile("lidt %0; int3" : : "m"(none));
}

__attribute__((used)) void puppet(const struct multiboot_info *info)
{
	const char *c;
	const u8 *at;

	send(COM1, '[');
	for (c = info->cmdline; *c; c++)
		send(COM1, (u8)*c);
	send(COM1, ']');
	send(COM1, '\n');
	if (info->nr_mods) {
		at = send_counted(COM1, info->mods[0].start);
		at = send_counted(COM2, at);
		if (*at == 'c')
			echo();
		if (*at == 'r')
			reset();
		while (*at == 'h')
			__asm__ volatile("cli; hlt");
	}
	out(DEBUG_EXIT, 0);
}

__asm__(".globl start\n"
	"start:\n"
	"	movl $stack_top, %esp\n"
	"	pushl %ebx\n"
	"	call puppet\n"
	"1:	hlt\n"
	"	jmp 1b\n"
	"	.bss\n"
	"	.skip 4096\n"
	"stack_top:\n"
	"	.text\n");
