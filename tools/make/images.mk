# SPDX-License-Identifier: MIT
#
# Images: the root file systems, and the x86 machine as a bootable ISO.

# installed NAME: where program PLACE/NAME is in the machine
path-of = $(or $($(notdir $1)-path),/$1)

x86-root-files := $(foreach p,$(x86-programs),$(call path-of,$p)=build/user-x86/$p) $(user-FILES)
arm-root-files := $(foreach p,$(arm-programs),$(call path-of,$p)=build/user-arm/$p) $(user-FILES)
root-sources   := $(foreach f,$(user-FILES),$(lastword $(subst =, ,$f)))

build/root-x86.list build/root-arm.list: build/root-%.list: FORCE
	@mkdir -p build
	@tools/stamp $@ '$($*-root-files)'

build/root-x86.cpio: user/rootfs.list build/root-x86.list $(addprefix build/user-x86/,$(x86-programs)) \
		$(root-sources) tools/mkcpio.py tools/octavo_host/cpio.py tools/octavo_host/rootlist.py
	@$(say) CPIO $@
	$(Q)tools/mkcpio.py -o $@ -l user/rootfs.list $(x86-root-files)

build/root-arm.romfs: user/rootfs.list build/root-arm.list $(addprefix build/user-arm/,$(arm-programs)) \
		$(root-sources) tools/mkromfs.py tools/octavo_host/rootlist.py | build/.setup
	@$(say) ROMFS $@
	$(Q)tools/mkromfs.py -o $@ -l user/rootfs.list $(arm-root-files)

build/octavo-%.iso: build/x86-%/octavo.elf build/root-x86.cpio octavo $(wildcard tools/octavo_host/*.py)
	@$(say) ISO $@
	$(Q)./octavo iso --flavour $* --output $@

# Debian's own busybox for i386, unmodified: build/busybox is laid over the root (--root), so that
# small machines do without its two megabytes.
build/busybox/bin/busybox: build/i386/busybox-static.version
	@mkdir -p $(@D)
	$(Q)cp build/i386/busybox-static/bin/busybox $@
	$(Q)touch $@

# bash-static likewise, as /bin/bash.
build/bash/bin/bash: build/i386/bash-static.version
	@mkdir -p $(@D)
	$(Q)cp build/i386/bash-static/bin/bash-static $@
	$(Q)touch $@

# strace with the C library that it is linked with.
build/strace/usr/bin/strace: build/i386/strace.version build/i386/libc6.version tools/lay-program.py
	$(Q)tools/lay-program.py build/strace usr/bin/strace build/i386/strace build/i386/libc6
	$(Q)touch $@

# stress-ng is linked dynamically: the packages that have its libraries, and theirs, come with it. The
# one of Debian 13 counts what has passed and what was skipped; where the host's archive has no such
# release it is the host's own.
stress-packages := stress-ng libc6 libapparmor1 libbsd0 libcrypt1 libegl1 libgbm1 libgles2 libjpeg62-turbo \
		   libjudydebian1 libkmod2 libsctp1 libxxhash0 zlib1g libmd0 libglvnd0 libdrm2 libexpat1 \
		   liblzma5 libzstd1 libwayland-server0 libffi8
stress-packages-i386   := $(stress-packages) libssl3
stress-packages-trixie := $(stress-packages) libssl3t64 libacl1 libgcc-s1 libgmp10 libmpfr6 libstdc++6
.PHONY: lay-stress-i386 lay-stress-trixie
lay-stress-i386 lay-stress-trixie: lay-stress-%:
	$(Q)$(MAKE) --no-print-directory $(stress-packages-$*:%=build/$*/%.version)
	$(Q)tools/lay-program.py build/stress-ng usr/bin/stress-ng $(stress-packages-$*:%=build/$*/%)
build/stress-ng/usr/bin/stress-ng: tools/make/images.mk tools/lay-program.py
	$(Q)$(MAKE) --no-print-directory lay-stress-trixie || $(MAKE) --no-print-directory lay-stress-i386
	$(Q)touch $@

build/trixie/%.version: tools/fetch-i386
	@mkdir -p $(@D)
	@$(say) FETCH build/trixie/$*
	$(Q)tools/fetch-i386 $* build/trixie/$* trixie

# Debian's own kernel for i386 without PAE, to compare with; LINUX=VERSION says which.
LINUX ?= 6.1.0-50-686
build/linux/vmlinuz: build/i386/linux-image-$(LINUX).version
	@mkdir -p $(@D)
	$(Q)cp build/i386/linux-image-$(LINUX)/boot/vmlinuz-$(LINUX) $@
	$(Q)rm -rf build/i386/linux-image-$(LINUX)/lib
	$(Q)touch $@

build/i386/%.version: tools/fetch-i386
	@mkdir -p $(@D)
	@$(say) FETCH build/i386/$*
	$(Q)tools/fetch-i386 $* build/i386/$*

# POSIX threads as Debian's C libraries make them, from one source: build/threads is laid over the root
# (--root). musl is the i386 package's, with the cross compiler's own headers and libgcc.
musl := build/i386/musl-dev/usr
musl-command = i686-linux-gnu-gcc -O2 -static -nostdinc -nostdlib -no-pie -fno-pie -fno-stack-protector \
	       -isystem $(musl)/include/i386-linux-musl -isystem $$(i686-linux-gnu-gcc -print-file-name=include)
musl-objs := $(addprefix $(musl)/lib/i386-linux-musl/,crt1.o crti.o)

thread-programs := $(foreach p,pthreads pthread_ends pthread_locks,$(foreach l,glibc musl,build/threads/tests/$p_$l))

build/threads/tests/%_glibc: tests/guest/%.c tests/guest/pthread_test.h tests/guest/tap.h tools/make/images.mk | build/.setup
	@mkdir -p $(@D)
	@$(say) LD $@
	$(Q)$(glibc-command) -Wall -Wextra $< -o $@

build/threads/tests/%_musl: tests/guest/%.c tests/guest/pthread_test.h tests/guest/tap.h tools/make/images.mk build/i386/musl-dev.version
	@mkdir -p $(@D)
	@$(say) LD $@
	$(Q)$(musl-command) -Wall -Wextra $(musl-objs) $< -Wl,--start-group $(musl)/lib/i386-linux-musl/libc.a \
		-lgcc -Wl,--end-group $(musl)/lib/i386-linux-musl/crtn.o -o $@
