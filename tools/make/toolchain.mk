# SPDX-License-Identifier: MIT
#
# Which compilers, and the flags that all code of a machine shares.
#
# CROSS_COMPILE      overrides the prefix of the x86 tools
# CROSS_COMPILE_ARM  overrides the prefix of the ARM tools
# V=1                shows each command

ifeq ($(origin CROSS_COMPILE),undefined)
CROSS_COMPILE := $(if $(shell command -v i686-elf-gcc),i686-elf-,i686-linux-gnu-)
endif
CROSS_COMPILE_ARM ?= arm-none-eabi-

x86-cross := $(CROSS_COMPILE)
arm-cross := $(CROSS_COMPILE_ARM)

HOST_CC    ?= gcc
HOST_CLANG ?= clang-14

ifeq ($(V),1)
Q    :=
say   = :
else
Q    := @
say   = printf '  %-8s%s\n'
endif

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef \
	    -Wpointer-arith -Wwrite-strings -Wvla -Wold-style-definition -Wno-unused-parameter \
	    -Werror

# The tools are looked for once (and again when the list in tools/setup
# changes), not on every run.
build/.setup: tools/setup
	@mkdir -p build
	@tools/setup build
	@touch $@

build/.setup-test: tools/setup build/.setup
	@tools/setup test
	@touch $@

# BSD's lists and trees, from newlib's source.
NEWLIB_SOURCE ?= /usr/src/newlib/newlib-3.3.0.tar.xz

build/bsd/sys/tree.h: build/bsd/sys/queue.h
	@touch -c $@

build/bsd/sys/queue.h: tools/bsd-headers | build/.setup
	@$(say) EXTRACT build/bsd
	$(Q)tools/bsd-headers $(NEWLIB_SOURCE) build/bsd

# newlib, once for each machine: NEWLIB_X86_DIR and NEWLIB_ARM_DIR have include/ and lib/.
NEWLIB_X86_DIR := build/newlib-x86
NEWLIB_ARM_DIR := build/newlib-arm

# The headers that stand in front of newlib's own are part of it; those it does not have are not.
newlib-headers := $(addprefix libc/include/,sched.h time.h unistd.h machine/_types.h \
			$(addprefix sys/,_default_fcntl.h dirent.h errno.h signal.h stat.h wait.h)) \
		  $(addprefix include/uapi/octavo/,errno.h fcntl.h signal.h stat.h time.h wait.h)

build/newlib-x86/lib/libc.a: tools/build-newlib $(newlib-headers) | build/.setup
	@$(say) NEWLIB build/newlib-x86
	$(Q)tools/build-newlib x86 $(x86-cross) $(NEWLIB_SOURCE) build/newlib-x86

build/newlib-arm/lib/libc.a: tools/build-newlib $(newlib-headers) | build/.setup
	@$(say) NEWLIB build/newlib-arm
	$(Q)tools/build-newlib arm $(arm-cross) $(NEWLIB_SOURCE) build/newlib-arm
