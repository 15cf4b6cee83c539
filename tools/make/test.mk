# SPDX-License-Identifier: MIT
#
# What tests are built from: the host tests and fuzzers that tests/host/Makefile
# lists, under sanitizers, and the puppet kernel for the host command.

include tests/host/Makefile

host-include  := -Itests/host -Itests/fuzz -Itests/host/include -Iinclude/debug -Iinclude \
		 -Iarch/x86/include -isystem build/bsd
host-cflags   := -std=gnu11 -O1 -g -fno-omit-frame-pointer -fno-common $(WARNINGS) $(host-include)
host-sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all
host-fuzzer   := -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all

host-tests   := $(addprefix build/host/test_,$(HOST_TESTS))
host-fuzzers := $(addprefix build/host/fuzz_,$(HOST_FUZZ))

build/host/flags: FORCE
	@mkdir -p $(@D)
	@tools/stamp $@ '$(HOST_CC) $(HOST_CLANG) $(host-cflags) $(host-sanitize) $(host-fuzzer)'

# host-object FOLDER,COMPILER,SOURCE,FLAGS: one source to one object under FOLDER
define host-object
$1/$(3:.c=.o): $3 build/host/flags | build/.setup-test build/bsd/sys/tree.h
	@mkdir -p $$(@D)
	@$$(say) HOSTCC $$@
	$$(Q)$2 $$(host-cflags) $4 -MMD -MP -c $$< -o $$@
-include $1/$(3:.c=.d)
endef

host-fuzz-source = $(if $(filter $1,$(HOST_FUZZ)),tests/fuzz/$1.c)

# host-test NAME
define host-test
$(foreach s,$(host-$1),$(eval $(call host-object,build/host/obj/$1,$$(HOST_CC) $$(host-sanitize),$s,$$(host-flags-$1))))
$(foreach s,tests/host/test_$1.c tests/host/env.c $(call host-fuzz-source,$1),$(eval $(call host-object,build/host/obj/$1,$$(HOST_CC) $$(host-sanitize),$s,)))
build/host/test_$1: $(patsubst %.c,build/host/obj/$1/%.o,$(host-$1) tests/host/test_$1.c tests/host/env.c $(call host-fuzz-source,$1))
	@$$(say) HOSTLD $$@
	$$(Q)$$(HOST_CC) $$(host-sanitize) $$^ -lcmocka -o $$@
endef

# fuzz-target NAME
define fuzz-target
$(foreach s,$(host-$1),$(eval $(call host-object,build/host/fuzzobj/$1,$$(HOST_CLANG) $$(host-fuzzer),$s,$$(host-flags-$1))))
$(foreach s,tests/host/env.c tests/fuzz/$1.c,$(eval $(call host-object,build/host/fuzzobj/$1,$$(HOST_CLANG) $$(host-fuzzer),$s,)))
build/host/fuzz_$1: $(patsubst %.c,build/host/fuzzobj/$1/%.o,$(host-$1) tests/host/env.c tests/fuzz/$1.c)
	@$$(say) HOSTLD $$@
	$$(Q)$$(HOST_CLANG) $$(host-fuzzer) $$^ -o $$@
endef

$(foreach t,$(HOST_TESTS),$(eval $(call host-test,$t)))
$(foreach t,$(HOST_FUZZ),$(eval $(call fuzz-target,$t)))

build/host/puppet.elf: tests/host-command/puppet.c tests/host-command/puppet.ld | build/.setup-test
	@mkdir -p $(@D)
	@$(say) LD $@
	$(Q)$(x86-cross)gcc -m32 -march=i686 -O2 -ffreestanding -fno-pic -fno-pie -fno-stack-protector \
		-fno-asynchronous-unwind-tables -fcf-protection=none -nostdlib -static -no-pie \
		-Wl,-melf_i386 -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
		-T tests/host-command/puppet.ld $< -o $@

# What `make test` needs to be built.
test-needs := kernels \
	      build/root-x86.cpio build/root-arm.romfs $(host-tests) $(host-fuzzers) build/host/puppet.elf \
	      $(thread-programs) build/bash/bin/bash build/strace/usr/bin/strace build/stress-ng/usr/bin/stress-ng
