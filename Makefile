# SPDX-License-Identifier: GPL-3.0-or-later
# One Makefile, not recursive. `make help` lists the targets. V=1 shows the commands.
# The user's CFLAGS, LDFLAGS and LDLIBS are appended to ours, never overwritten.

MODE     ?= release
B        := build/$(MODE)
PREFIX   ?= /usr/local
DESTDIR  ?=
CC       ?= gcc
PKG_CONFIG ?= pkg-config
VERSION  := 0.1.0

SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-4s %s\n'
endif

.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules

# -- what is needed ---------------------------------------------------------------------------
# Verbs that build nothing must work before anything is installed.
NO_BUILD := help install-deps clean uninstall run check check-vm check-asan check-tsan check-native bench
PKGS := libnl-route-3.0 libcyaml yaml-0.1 jansson sqlite3 hwloc libsystemd zlib
PKG_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(PKGS))
PKG_LIBS   = $(shell $(PKG_CONFIG) --libs $(PKGS)) -lcgroup

MODE_FLAGS_release := -O2
MODE_FLAGS_asan    := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
MODE_FLAGS_tsan    := -O1 -fsanitize=thread -fno-omit-frame-pointer
MODE_FLAGS_coverage := -O0 --coverage
MODE_FLAGS := $(MODE_FLAGS_$(MODE))

OUR_CFLAGS = -std=c17 -D_GNU_SOURCE -DPOOLRIG_VERSION='"$(VERSION)"' -I. -g -pthread \
	-Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wvla -fno-common $(MODE_FLAGS) $(PKG_CFLAGS)
OUR_LDFLAGS = -pthread $(MODE_FLAGS)

# -- sources ----------------------------------------------------------------------------------
BASE_SRC      := $(wildcard base/*.c)
CGROUPS_SRC   := $(wildcard cgroups/*.c)
NETNS_SRC     := $(wildcard netns/*.c)
POOL_SRC      := $(wildcard pool/*.c)
POOLBENCH_SRC := $(wildcard workloads/poolbench/*.c)
RIG_SRC       := $(wildcard rig/*.c rig/*/*.c)
RIG_MAIN      := rig/main.c
UNIT_SRC      := $(wildcard tests/unit/test_*.c)
UNIT_HELP_SRC := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c))
RACE_SRC      := $(wildcard tests/race/test_*.c)
HELPER_SRC    := $(wildcard tests/helpers/*.c)
BENCH_SRC     := $(wildcard tests/bench/*.c)

obj = $(patsubst %.c,$(B)/%.o,$(1))

LIBRIG_OBJ := $(call obj,$(BASE_SRC) $(CGROUPS_SRC) $(NETNS_SRC) $(filter-out $(RIG_MAIN),$(RIG_SRC)))
UNIT_BIN   := $(patsubst %.c,$(B)/%,$(UNIT_SRC))
RACE_BIN   := $(patsubst %.c,$(B)/%,$(RACE_SRC))
HELPER_BIN := $(patsubst %.c,$(B)/%,$(HELPER_SRC))
BENCH_BIN  := $(patsubst %.c,$(B)/%,$(BENCH_SRC))

PROGRAMS := $(B)/poolrig $(B)/poolbench

# -- targets ----------------------------------------------------------------------------------
.PHONY: all programs tests help
all: poolrig $(B)/poolbench ## build ./poolrig and its workloads

programs: $(PROGRAMS)
tests: $(UNIT_BIN) $(RACE_BIN) $(HELPER_BIN) $(BENCH_BIN)

poolrig: build/release/poolrig
	$(Q)ln -sf build/release/poolrig $@

$(B)/poolrig: $(B)/rig/main.o $(B)/librig.a
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm $(LDLIBS)

$(B)/librig.a: $(LIBRIG_OBJ)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/libpool.a: $(call obj,$(POOL_SRC))
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# A workload links the pool and what is common, never the rig's libraries.
$(B)/poolbench: $(call obj,$(POOLBENCH_SRC) $(BASE_SRC)) $(B)/libpool.a
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ -ljansson -lz -lm $(LDLIBS)

$(B)/%.o: %.c
	$(say) CC $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(OUR_CFLAGS) $(CFLAGS) $(CPPFLAGS) -MMD -MP -c -o $@ $<

# Unit tests link everything but the mains; poolbench's parts are linked for its own tests.
POOLBENCH_TESTABLE := $(call obj,$(filter-out workloads/poolbench/main.c workloads/poolbench/malloc_count.c,$(POOLBENCH_SRC)))
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(call obj,$(UNIT_HELP_SRC)) $(POOLBENCH_TESTABLE) $(B)/librig.a $(B)/libpool.a
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka -lm $(LDLIBS)

$(B)/tests/race/%: $(B)/tests/race/%.o $(B)/libpool.a $(call obj,$(BASE_SRC))
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka -ljansson -lz -lm $(LDLIBS)

$(B)/tests/helpers/%: $(B)/tests/helpers/%.o $(B)/librig.a
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm $(LDLIBS)

$(B)/tests/bench/%: $(B)/tests/bench/%.o $(B)/librig.a
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm $(LDLIBS)

.PRECIOUS: $(B)/%.o

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-16s %s\n", $$1, $$2}' Makefile

-include $(shell find build -name '*.d' 2>/dev/null)
