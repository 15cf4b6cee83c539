# SPDX-License-Identifier: MIT
#
# Octavo: every entry point.  `make help` lists them.
#
# This file holds the targets that people call; the rules behind them are in
# tools/make/, one file for each kind of thing that is built, and each source
# folder has a Makefile that is nothing but lists of files.  All output goes
# to build/.

MAKEFLAGS += --no-builtin-rules --no-builtin-variables
SHELL     := /bin/bash
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:

FLAVOURS := debug release
FLAVOUR  ?= debug
ifeq ($(filter $(FLAVOUR),$(FLAVOURS)),)
$(error FLAVOUR is "$(FLAVOUR)": it may be one of: $(FLAVOURS))
endif

.PHONY: all
all: kernels programs	## everything that runs in a machine: kernels, programs, images

include tools/make/toolchain.mk
include tools/make/kernel.mk
include tools/make/user.mk
include tools/make/images.mk
include tools/make/test.mk
include tools/make/lint.mk

.PHONY: kernels programs iso busybox bash strace stress-ng threads kernel-x86 kernel-arm compile-x86 compile-arm
kernels: $(foreach d,$(foreach a,x86 arm,$(FLAVOURS:%=build/$a-%)),$d/octavo.elf $d/octavo-ktest.elf)	## both kernels in both flavours
programs: build/root-x86.cpio build/root-arm.romfs	## the programs and the root file systems
iso: build/octavo-$(FLAVOUR).iso	## a bootable CD image of the x86 machine
kernel-x86: build/x86-$(FLAVOUR)/octavo.elf	## the x86 kernel
kernel-arm: build/arm-$(FLAVOUR)/octavo.elf	## the ARM kernel without MMU
busybox: build/busybox/bin/busybox	## Debian's busybox for i386, which qemu-x86 then has too
bash: build/bash/bin/bash	## Debian's bash-static for i386
strace: build/strace/usr/bin/strace	## Debian's strace for i386, its library and ld-linux.so.2
stress-ng: build/stress-ng/usr/bin/stress-ng	## Debian's stress-ng for i386, its libraries and ld-linux.so.2
threads: $(thread-programs)	## POSIX thread programs with Debian's glibc and musl
compile-x86: $(x86-$(FLAVOUR)-objs)	## compile the x86 kernel's files, do not link
compile-arm: $(arm-$(FLAVOUR)-objs)	## compile the ARM kernel's files, do not link

# Running a machine: RUN="PROGRAM ARGS" is what runs in it, else its /bin/sh.
# Debian's busybox is in the x86 machine where it has been fetched.
octavo-run = ./octavo run --flavour $(FLAVOUR) $(if $(MEM),--mem $(MEM)) $(if $(CPUS),--cpus $(CPUS)) \
	     $(if $(APPEND),--append '$(subst ','\'',$(APPEND))') $(if $(RUN),-- $(RUN))
qemu-kernel = $(if $(findstring ktest,$(APPEND)),octavo-ktest.elf,octavo.elf)
.PHONY: qemu-x86 qemu-arm-nommu
qemu-x86: build/x86-$(FLAVOUR)/$(qemu-kernel) build/root-x86.cpio	## run the x86 machine (RUN= MEM= CPUS= APPEND=)
	@$(subst octavo run,octavo run $(if $(wildcard build/busybox/bin/busybox),--root build/busybox),$(octavo-run))
qemu-arm-nommu: build/arm-$(FLAVOUR)/$(qemu-kernel) build/root-arm.romfs	## run the ARM board (RUN= APPEND=)
	@$(subst octavo run,octavo run --arch arm-nommu,$(octavo-run))

# Tests.  T="suite ..." runs only some, say T=tests/suites/octavo.t
# The longest come first.
LONGEST := $(addprefix tests/suites/,mutants.t ktest.t failing.t)
T = $(LONGEST) $(filter-out $(LONGEST),$(sort $(wildcard tests/suites/*.t))) $(host-tests)
TEST_JOBS ?= 2
.PHONY: test test-all test-programs host-tests fuzzers
host-tests: $(host-tests)	## build the tests of pure files
fuzzers: $(host-fuzzers)	## build the fuzzers
test-programs: $(test-needs)	## build what the tests need
test: $(test-needs)	## all tests, in a few minutes (T="tests/suites/NAME.t ..." for some)
	@tests/run -j $(TEST_JOBS) $(T)
test-all: $(test-needs)	## every combination, every mutant, long fuzz runs
	@OCTAVO_TEST_ALL=1 tests/run -j $(TEST_JOBS) $(T)

.PHONY: difftest errnotest
difftest: build/linux/vmlinuz build/x86-$(FLAVOUR)/octavo.elf build/root-x86.cpio	## the same calls on Debian's Linux (SEED= COUNT= STEPS=)
	@tools/difftest.py --flavour $(FLAVOUR) $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT)) \
		$(if $(STEPS),--steps $(STEPS))
errnotest: build/linux/vmlinuz build/x86-$(FLAVOUR)/octavo.elf build/root-x86.cpio	## which of several errors comes first, beside Linux (ONLY=)
	@tools/errnotest.py --flavour $(FLAVOUR) $(if $(ONLY),--only $(ONLY))

.PHONY: fuzz mutants lint bench bench-linux requirements size
FUZZ_SECONDS ?= 60
fuzz: $(host-fuzzers)	## run each fuzzer for FUZZ_SECONDS
	@FUZZ_RUNS=-1 FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz/run $(host-fuzzers)
mutants: $(test-needs)	## apply each mutant to a copy: its test must fail
	@tests/mutants/run $(M)
lint: build/.setup-test build/bsd/sys/tree.h build/newlib-x86/lib/libc.a	## layout, sparse and cppcheck
	@tools/lint
bench: build/x86-release/octavo.elf build/root-x86.cpio build/arm-release/octavo.elf build/root-arm.romfs	## measure beside Linux (build/bench.tsv)
	@tools/bench.py
bench-linux: build/linux/vmlinuz build/x86-release/octavo.elf build/root-x86.cpio	## the same programs on Debian's Linux (docs/bench.md)
	@tools/bench_linux.py
requirements:	## write docs/requirements.md: which test shows which requirement
	@tools/requirements.py

size: kernel-x86 kernel-arm	## sizes of both kernels by folder
	@tools/size.py x86 build/x86-$(FLAVOUR) $(x86-cross)nm
	@tools/size.py arm build/arm-$(FLAVOUR) $(arm-cross)nm

.PHONY: setup clean help
setup:	## install what building and testing needs
	@tools/setup

clean:	## remove all output but newlib, which takes long
	rm -rf $(filter-out build/newlib-%,$(wildcard build/*)) build/.setup build/.setup-test

help:	## this list
	@awk -F'##' '/^[a-z][a-zA-Z0-9 _-]*:.*##/ { split($$1, t, ":"); printf "  make %-15s %s\n", t[1], $$2 }' Makefile
	@echo
	@echo "  Variables: FLAVOUR=debug|release  CROSS_COMPILE=PREFIX-  CROSS_COMPILE_ARM=PREFIX-  V=1"
	@echo "  A machine with other options: ./octavo run --help"
