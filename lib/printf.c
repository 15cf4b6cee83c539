/* SPDX-License-Identifier: MIT */
/*
 * Formatted print into a buffer (pure).
 *
 *	fmt  "%" flags width .precision length conversion
 *	          |    |       |          |      `- which value, which base
 *	          |    |       |          `-------- how wide the argument is
 *	          `----+-------+------------------- struct spec
 *
 * Every byte goes through out_char(), which counts all of them and stores those that fit:
 * the count is the result of vsnprintf(), so that cutting never changes it.
 *
 * A number is built backwards in a small buffer (22 octal digits are the most), then laid out
 * as  [blanks] [sign or 0x] [zeros] digits [blanks].
 */
#include <octavo/printf.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	FLAG_LEFT = 1,
	FLAG_PLUS = 2,
	FLAG_SPACE = 4,
	FLAG_ALT = 8,
	FLAG_ZERO = 16,
	FLAG_UPPER = 32,
};

enum length { LEN_CHAR, LEN_SHORT, LEN_INT, LEN_LONG, LEN_LLONG, LEN_SIZE, LEN_PTRDIFF };

struct spec {
	unsigned int flags;
	int width;
	int precision; /* -1: none given */
	enum length length;
};

struct out {
	char *buf;
	size_t size;
	size_t count;
};

static void out_char(struct out *o, char c)
{
	if (o->count + 1 < o->size)
		o->buf[o->count] = c;
	o->count++;
}

static void out_repeat(struct out *o, char c, long n)
{
	for (; n > 0; n--)
		out_char(o, c);
}

static void out_string(struct out *o, const struct spec *s, const char *str)
{
	long len = 0;
	long max = s->precision < 0 ? LONG_MAX : s->precision;

	if (!str)
		str = "(null)";
	while (len < max && str[len])
		len++;
	if (!(s->flags & FLAG_LEFT))
		out_repeat(o, ' ', s->width - len);
	for (long i = 0; i < len; i++)
		out_char(o, str[i]);
	if (s->flags & FLAG_LEFT)
		out_repeat(o, ' ', s->width - len);
}

/* Lay out digits[0..nr), stored backwards, behind prefix. */
static void out_field(struct out *o, const struct spec *s, const char *prefix, const char *digits,
		      int nr)
{
	int prefix_len = 0;
	long zeros = 0;
	long pad;

	while (prefix[prefix_len])
		prefix_len++;
	if (s->precision > nr)
		zeros = s->precision - nr;
	pad = (long)s->width - prefix_len - zeros - nr;
	if (s->precision < 0 && (s->flags & FLAG_ZERO) && !(s->flags & FLAG_LEFT) && pad > 0) {
		zeros = pad;
		pad = 0;
	}
	if (!(s->flags & FLAG_LEFT))
		out_repeat(o, ' ', pad);
	for (int i = 0; i < prefix_len; i++)
		out_char(o, prefix[i]);
	out_repeat(o, '0', zeros);
	while (nr > 0)
		out_char(o, digits[--nr]);
	if (s->flags & FLAG_LEFT)
		out_repeat(o, ' ', pad);
}

/* Store the digits of v backwards, none for 0. The 64-bit division only where it is needed. */
static int digits_of(char *digits, uint64_t v, unsigned int base, bool upper)
{
	const char *set = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	int nr = 0;
	uint32_t low;

	while (v > UINT32_MAX) {
		digits[nr++] = set[v % base];
		v /= base;
	}
	for (low = (uint32_t)v; low; low /= base)
		digits[nr++] = set[low % base];
	return nr;
}

static void out_unsigned(struct out *o, struct spec *s, uint64_t v, unsigned int base,
			 const char *sign)
{
	char digits[24];
	int nr = digits_of(digits, v, base, s->flags & FLAG_UPPER);
	const char *prefix = sign;

	if (nr == 0 && s->precision != 0)
		digits[nr++] = '0';
	if (s->flags & FLAG_ALT) {
		if (base == 16 && v != 0)
			prefix = s->flags & FLAG_UPPER ? "0X" : "0x";
		if (base == 8 && (nr == 0 || digits[nr - 1] != '0') && s->precision <= nr)
			prefix = "0";
	}
	out_field(o, s, prefix, digits, nr);
}

static void out_signed(struct out *o, struct spec *s, int64_t v)
{
	uint64_t magnitude = v < 0 ? -(uint64_t)v : (uint64_t)v;
	const char *sign = "";

	if (v < 0)
		sign = "-";
	else if (s->flags & FLAG_PLUS)
		sign = "+";
	else if (s->flags & FLAG_SPACE)
		sign = " ";
	s->flags &= ~(unsigned int)FLAG_ALT;
	out_unsigned(o, s, magnitude, 10, sign);
}

static void out_pointer(struct out *o, struct spec *s, const void *p)
{
	char digits[24];
	int nr = digits_of(digits, (uintptr_t)p, 16, false);

	s->precision = 2 * (int)sizeof(p);
	out_field(o, s, "0x", digits, nr);
}

static unsigned int flag_of(char c)
{
	switch (c) {
	case '-':
		return FLAG_LEFT;
	case '+':
		return FLAG_PLUS;
	case ' ':
		return FLAG_SPACE;
	case '#':
		return FLAG_ALT;
	case '0':
		return FLAG_ZERO;
	default:
		return 0;
	}
}

/* A decimal number, held at INT_MAX where it is larger. */
static const char *parse_number(const char *fmt, int *n)
{
	int v = 0;

	for (; *fmt >= '0' && *fmt <= '9'; fmt++) {
		int digit = *fmt - '0';

		v = v > (INT_MAX - digit) / 10 ? INT_MAX : v * 10 + digit;
	}
	*n = v;
	return fmt;
}

static const char *parse_length(const char *fmt, enum length *length)
{
	*length = LEN_INT;
	switch (*fmt) {
	case 'h':
		*length = fmt[1] == 'h' ? LEN_CHAR : LEN_SHORT;
		return fmt + (*length == LEN_CHAR ? 2 : 1);
	case 'l':
		*length = fmt[1] == 'l' ? LEN_LLONG : LEN_LONG;
		return fmt + (*length == LEN_LLONG ? 2 : 1);
	case 'j':
		*length = LEN_LLONG;
		return fmt + 1;
	case 'z':
		*length = LEN_SIZE;
		return fmt + 1;
	case 't':
		*length = LEN_PTRDIFF;
		return fmt + 1;
	default:
		return fmt;
	}
}

/* A va_list may be an array type, so that its address is passed inside a structure. */
struct args {
	va_list ap;
};

/* Parse what stands between '%' and the conversion, fmt behind the '%'. */
static const char *parse_spec(const char *fmt, struct spec *s, struct args *args)
{
	s->flags = 0;
	s->width = 0;
	s->precision = -1;
	for (; flag_of(*fmt); fmt++)
		s->flags |= flag_of(*fmt);
	if (*fmt == '*') {
		s->width = va_arg(args->ap, int);
		if (s->width < 0) {
			s->flags |= FLAG_LEFT;
			s->width = s->width == INT_MIN ? INT_MAX : -s->width;
		}
		fmt++;
	} else {
		fmt = parse_number(fmt, &s->width);
	}
	if (*fmt == '.') {
		fmt++;
		if (*fmt == '*') {
			s->precision = va_arg(args->ap, int);
			fmt++;
		} else {
			fmt = parse_number(fmt, &s->precision);
		}
	}
	return parse_length(fmt, &s->length);
}

static int64_t take_signed(enum length length, struct args *args)
{
	switch (length) {
	case LEN_CHAR:
		return (signed char)va_arg(args->ap, int);
	case LEN_SHORT:
		return (short)va_arg(args->ap, int);
	case LEN_LONG:
		return va_arg(args->ap, long);
	case LEN_LLONG:
		return va_arg(args->ap, long long);
	case LEN_SIZE:
	case LEN_PTRDIFF:
		return va_arg(args->ap, ptrdiff_t);
	default:
		return va_arg(args->ap, int);
	}
}

static uint64_t take_unsigned(enum length length, struct args *args)
{
	switch (length) {
	case LEN_CHAR:
		return (unsigned char)va_arg(args->ap, unsigned int);
	case LEN_SHORT:
		return (unsigned short)va_arg(args->ap, unsigned int);
	case LEN_LONG:
		return va_arg(args->ap, unsigned long);
	case LEN_LLONG:
		return va_arg(args->ap, unsigned long long);
	case LEN_SIZE:
	case LEN_PTRDIFF:
		return va_arg(args->ap, size_t);
	default:
		return va_arg(args->ap, unsigned int);
	}
}

/* Print one conversion; false if it is none of ours. */
static bool convert(struct out *o, struct spec *s, char conversion, struct args *args)
{
	char chars[1];

	switch (conversion) {
	case 'd':
	case 'i':
		out_signed(o, s, take_signed(s->length, args));
		return true;
	case 'u':
		s->flags &= ~(unsigned int)FLAG_ALT;
		out_unsigned(o, s, take_unsigned(s->length, args), 10, "");
		return true;
	case 'o':
		out_unsigned(o, s, take_unsigned(s->length, args), 8, "");
		return true;
	case 'X':
		s->flags |= FLAG_UPPER;
		out_unsigned(o, s, take_unsigned(s->length, args), 16, "");
		return true;
	case 'x':
		out_unsigned(o, s, take_unsigned(s->length, args), 16, "");
		return true;
	case 'p':
		out_pointer(o, s, va_arg(args->ap, void *));
		return true;
	case 's':
		out_string(o, s, va_arg(args->ap, const char *));
		return true;
	case 'c':
		chars[0] = (char)va_arg(args->ap, int);
		s->precision = -1;
		s->flags &= ~(unsigned int)FLAG_ZERO;
		out_field(o, s, "", chars, 1);
		return true;
	case '%':
		out_char(o, '%');
		return true;
	default:
		return false;
	}
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct out o = {buf, size, 0};
	struct args args;

	va_copy(args.ap, ap);
	while (*fmt) {
		const char *start = fmt;
		struct spec s;

		if (*fmt++ != '%') {
			out_char(&o, *start);
			continue;
		}
		fmt = parse_spec(fmt, &s, &args);
		if (*fmt && convert(&o, &s, *fmt, &args)) {
			fmt++;
			continue;
		}
		for (; start < fmt; start++)
			out_char(&o, *start);
	}
	va_end(args.ap);
	if (size)
		buf[o.count < size ? o.count : size - 1] = '\0';
	return (int)o.count;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return len;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	int len = vsnprintf(buf, size, fmt, ap);

	if ((size_t)len < size)
		return len;
	return size ? (int)size - 1 : 0;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vscnprintf(buf, size, fmt, ap);
	va_end(ap);
	return len;
}
