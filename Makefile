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

.PHONY: kernels programs kernel-x86 kernel-arm compile-x86 compile-arm size help clean
kernels: $(foreach f,$(FLAVOURS),build/x86-$f/octavo.elf build/arm-$f/octavo.elf)	## both kernels in both flavours
kernel-x86: build/x86-$(FLAVOUR)/octavo.elf	## the x86 kernel (FLAVOUR=debug|release)
kernel-arm: build/arm-$(FLAVOUR)/octavo.elf	## the ARM kernel without MMU (FLAVOUR=debug|release)
programs: build/root-x86.cpio build/root-arm.romfs	## the programs and the root file systems
compile-x86: $(x86-$(FLAVOUR)-objs)	## compile the x86 kernel's files, do not link
compile-arm: $(arm-$(FLAVOUR)-objs)	## compile the ARM kernel's files, do not link

size: kernel-x86 kernel-arm	## sizes of both kernels by folder (FLAVOUR=debug|release)
	@tools/size.py x86 build/x86-$(FLAVOUR)
	@tools/size.py arm build/arm-$(FLAVOUR)

clean:	## remove all output but newlib, which takes long
	rm -rf $(filter-out build/newlib-%,$(wildcard build/*)) build/.setup

help:	## this list
	@awk -F'##' '/^[a-z][a-zA-Z0-9 _-]*:.*##/ { split($$1, t, ":"); printf "  make %-16s %s\n", t[1], $$2 }' Makefile
	@echo
	@echo "  Variables: FLAVOUR=debug|release  CROSS_COMPILE=prefix-  V=1 (show commands)"
