# SPDX-License-Identifier: GPL-3.0-or-later
# One Makefile, not recursive. `make help` lists the targets. V=1 shows the commands.
# The user's CFLAGS, LDFLAGS and LDLIBS are appended to ours, never overwritten.

MODE     ?= release
B        := build/$(MODE)
PREFIX   ?= /usr/local
DESTDIR  ?=
CC       ?= gcc
CXX      ?= g++
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
NO_BUILD := help install-deps clean uninstall run check check-quick check-vm check-asan check-tsan check-native bench bench-pool fuzz torture
PKGS := libnl-route-3.0 yaml-0.1 jansson sqlite3 hwloc libsystemd zlib gsl
PKG_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(PKGS))
PKG_LIBS   = $(shell $(PKG_CONFIG) --libs $(PKGS)) -lcgroup

MODE_FLAGS_release := -O2
MODE_FLAGS_asan    := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# -Wno-tsan: fences are not seen by it, and what data depend on is ordered without them (pool/queue/eventcount.h).
MODE_FLAGS_tsan    := -O1 -fsanitize=thread -fno-omit-frame-pointer -Wno-tsan
MODE_FLAGS_coverage := -O0 --coverage
# By clang (make fuzz), which has no -Wformat-truncation, and other warnings.
MODE_FLAGS_fuzz    := -O1 -fsanitize=fuzzer-no-link,address,undefined,float-cast-overflow -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -Wno-unknown-warning-option -Wno-error
MODE_FLAGS := $(MODE_FLAGS_$(MODE))

# Texts for people are cut to fit on purpose (base/error.h): hence -Wno-format-truncation.
OUR_CFLAGS = -std=c17 -D_GNU_SOURCE -DPOOLRIG_VERSION='"$(VERSION)"' -I. -g -pthread \
	-Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
	-Wvla -fno-common -Wno-format-truncation $(MODE_FLAGS) $(PKG_CFLAGS)
# What a child calls first would otherwise be looked up anew in every cell (-z now).
OUR_LDFLAGS = -pthread -Wl,-z,now $(MODE_FLAGS)

# -- sources ----------------------------------------------------------------------------------
BASE_SRC      := $(wildcard base/*.c)
CGROUPS_SRC   := $(wildcard cgroups/*.c)
NETNS_SRC     := $(wildcard netns/*.c)
POOL_SRC      := $(wildcard pool/*.c pool/*/*.c)
LINK_SRC      := $(wildcard workloads/link/*.c)
POOLBENCH_SRC := $(wildcard workloads/poolbench/*.c)
RIG_SRC       := $(wildcard rig/*.c rig/*/*.c rig/*/*/*.c)
RIG_MAIN      := rig/main.c
DOCS_SRC      := $(wildcard rig/docs/*.c)
PROBES        := $(filter-out probes cpu_events,$(basename $(notdir $(wildcard rig/probe/*.c))))
UNIT_SRC      := $(wildcard tests/unit/test_*.c)
UNIT_HELP_SRC := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c))
RACE_SRC      := $(wildcard tests/race/test_*.c)
MODEL_SRC     := $(wildcard tests/model/test_*.c)
MODEL_HELP_SRC := $(filter-out $(MODEL_SRC),$(wildcard tests/model/*.c))
MODEL_POOL_SRC := $(wildcard pool/queue/*.c)
RACE_HELP_SRC := $(filter-out $(RACE_SRC),$(wildcard tests/race/*.c))
HELPER_SRC    := $(wildcard tests/helpers/*.c)
FUZZ_SRC      := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_HELP_SRC := tests/fuzz/fuzz.c
GO_SRC        := $(shell find workloads/go -name '*.go' -o -name '*.mod' -o -name '*.sum')
BENCH_SRC     := $(wildcard tests/bench/bench_*.c)
BENCH_HELP_SRC := $(filter-out $(BENCH_SRC),$(wildcard tests/bench/*.c))
STATS_MAIN    := tests/stats/validate.c
STATS_HELP_SRC := $(filter-out $(STATS_MAIN),$(wildcard tests/stats/*.c))

C_SRC := $(BASE_SRC) $(CGROUPS_SRC) $(NETNS_SRC) $(POOL_SRC) $(wildcard workloads/*/*.c) $(RIG_SRC) \
	$(wildcard tests/unit/*.c tests/race/*.c tests/model/*.c tests/helpers/*.c tests/bench/*.c tests/fuzz/*.c tests/stats/*.c)

obj = $(patsubst %.c,$(B)/%.o,$(1))

LIBRIG_OBJ := $(call obj,$(BASE_SRC) $(CGROUPS_SRC) $(NETNS_SRC) $(filter-out $(RIG_MAIN) $(DOCS_SRC),$(RIG_SRC)))
UNIT_BIN   := $(patsubst %.c,$(B)/%,$(UNIT_SRC))
RACE_BIN   := $(patsubst %.c,$(B)/%,$(RACE_SRC))
MODEL_BIN  := $(if $(filter release,$(MODE)),$(patsubst %.c,$(B)/%,$(MODEL_SRC)))
HELPER_BIN := $(patsubst %.c,$(B)/%,$(HELPER_SRC))
FUZZ_BIN   := $(if $(filter release asan fuzz,$(MODE)),$(patsubst %.c,$(B)/%,$(FUZZ_SRC)))
BENCH_BIN  := $(patsubst %.c,$(B)/%,$(BENCH_SRC))

# C workloads: each is a folder of workloads/ and a program of the same name.
WORKLOADS := poolbench poolsim queuebench
PROGRAMS := $(B)/poolrig $(WORKLOADS:%=$(B)/%)
# Whatever the mode: Go has no sanitizers of ours.
GO_PROGRAMS := build/release/gopool build/release/gopool-published
GO_TESTS    := build/release/tests/go/bench.test

# -- targets ----------------------------------------------------------------------------------
.PHONY: all programs tests help
all: poolrig $(PROGRAMS) $(GO_PROGRAMS) ## build ./poolrig and its workloads (gopool if Go is installed)

programs: $(PROGRAMS)
tests: $(UNIT_BIN) $(RACE_BIN) $(MODEL_BIN) $(FUZZ_BIN) $(HELPER_BIN) $(BENCH_BIN) $(B)/tests/stats/validate $(GO_TESTS) $(if $(filter release,$(MODE)),$(B)/docgen)

poolrig: build/release/poolrig
	$(Q)ln -sf build/release/poolrig $@

$(B)/poolrig: $(B)/rig/main.o $(B)/librig.a
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm $(LDLIBS)

# Prints what of the documentation is made from the program's tables; scripts/gen-docs runs it.
$(B)/docgen: $(call obj,$(DOCS_SRC)) $(B)/librig.a
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm $(LDLIBS)

$(B)/librig.a: $(LIBRIG_OBJ)
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/libpool.a: $(call obj,$(POOL_SRC))
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# A workload links the pool and what is common, never the rig's libraries.
define workload
$(B)/$(1): $(call obj,$(wildcard workloads/$(1)/*.c) $(LINK_SRC) $(BASE_SRC)) $(B)/libpool.a
	$$(say) LD $$@
	$$(Q)$$(CC) $$(OUR_LDFLAGS) $$(LDFLAGS) -o $$@ $$^ -ljansson -lz -lm $$(LDLIBS)
endef
$(foreach name,$(WORKLOADS),$(eval $(call workload,$(name))))

# The Go peers, twice: with the newest libraries, and with those that the published comparison had. They
# are optional: without Go or its module proxy build-go says so and makes nothing.
build/release/gopool: $(GO_SRC) scripts/build-go scripts/find-go
	$(say) GO $@
	$(Q)scripts/build-go go.mod $(VERSION) $@

build/release/gopool-published: $(GO_SRC) scripts/build-go scripts/find-go | build/release/gopool
	$(say) GO $@
	$(Q)scripts/build-go published.mod $(VERSION) $@

$(GO_TESTS): $(GO_SRC) scripts/build-go scripts/find-go | build/release/gopool
	$(say) GO $(@D)
	$(Q)scripts/build-go --tests $(@D)

$(B)/%.o: %.c
	$(say) CC $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(OUR_CFLAGS) $(CFLAGS) $(CPPFLAGS) -MMD -MP -c -o $@ $<

# The table of probes: each file of rig/probe but those they share is one, and defines probe_NAME. The folder changes with its files.
PROBES_FLAG := -DPROBES='$(foreach name,$(PROBES),X($(name)))'
$(B)/rig/probe/probes.o: OUR_CFLAGS += $(PROBES_FLAG)
$(B)/rig/probe/probes.o: rig/probe

# A stack of 64 KiB (ulimit -s 64) is enough for the rig, with 25 KiB for libcgroup. Sanitizers have larger frames.
ifeq ($(MODE),release)
$(LIBRIG_OBJ) $(B)/rig/main.o: OUR_CFLAGS += -Wframe-larger-than=10240
endif

# Unit tests link everything but the mains; poolbench's parts are linked for its own tests.
POOLBENCH_TESTABLE := $(call obj,$(LINK_SRC) $(filter-out workloads/poolbench/main.c workloads/poolbench/malloc_count.c,$(POOLBENCH_SRC)) \
	workloads/queuebench/params.c)
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(call obj,$(UNIT_HELP_SRC) $(STATS_HELP_SRC)) $(POOLBENCH_TESTABLE) $(B)/librig.a $(B)/libpool.a
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka -lm $(LDLIBS)

$(B)/tests/race/%: $(B)/tests/race/%.o $(call obj,$(RACE_HELP_SRC)) $(B)/libpool.a $(call obj,$(BASE_SRC))
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka -ljansson -lz -lm $(LDLIBS)

# What a model test explores reports each access to the checker, which stands in for the sanitizer's library
# and for the headers in tests/model/include (tests/model/model.h). In mode release only. Segments of a list
# are tiny there, so that a few items go through some of them.
$(B)/model/%.o: %.c
	$(say) CC "$< (model)"
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -Itests/model/include $(OUR_CFLAGS) -O1 -fsanitize=thread -Wno-tsan -DPOOL_SEGLIST_LAP=4 $(CFLAGS) $(CPPFLAGS) -MMD -MP -c -o $@ $<

$(B)/tests/model/%: $(B)/model/tests/model/%.o $(call obj,$(MODEL_HELP_SRC)) $(patsubst %.c,$(B)/model/%.o,$(MODEL_POOL_SRC))
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

$(B)/tests/helpers/%: $(B)/tests/helpers/%.o $(call obj,$(UNIT_HELP_SRC)) $(B)/librig.a
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka -lm $(LDLIBS)

# A fuzz target: with libFuzzer in mode fuzz, else with what feeds it its corpus.
FUZZ_MAIN := $(if $(filter fuzz,$(MODE)),,$(B)/tests/fuzz/replay.o)
$(B)/tests/fuzz/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(call obj,$(FUZZ_HELP_SRC) $(UNIT_HELP_SRC)) $(FUZZ_MAIN) $(B)/librig.a
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(if $(filter fuzz,$(MODE)),-fsanitize=fuzzer) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lcmocka -lm $(LDLIBS)

# A program that tells its own first and last instant: no C library comes before or after them.
$(B)/tests/bench/life: tests/bench/life/life.c
	$(say) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -O2 -Wall -Wextra -Werror -ffreestanding -nostdlib -static -o $@ $<

# What the queues are measured beside is optional: ck_ring.h is looked for in bench_queues.c, oneTBB here.
ifneq ($(and $(wildcard /usr/include/tbb/concurrent_queue.h),$(shell command -v $(CXX))),)
$(B)/tests/bench/bench_queues.o: OUR_CFLAGS += -DHAVE_TBB
$(B)/tests/bench/bench_queues: PKG_LIBS += -ltbb -lstdc++
$(B)/tests/bench/bench_queues: $(B)/tests/bench/tbb_queue.o
endif
$(B)/tests/bench/tbb_queue.o: tests/bench/tbb_queue.cpp
	$(say) CXX $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) -std=c++17 -O2 -I. -g -pthread -Wall -Wextra -Werror $(MODE_FLAGS) -MMD -MP -c -o $@ $<

$(B)/tests/bench/bench_wall_time: | $(B)/tests/bench/life
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(call obj,$(BENCH_HELP_SRC)) $(B)/librig.a $(B)/libpool.a
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm $(LDLIBS)

$(B)/tests/stats/validate: $(call obj,$(STATS_MAIN) $(STATS_HELP_SRC)) $(B)/librig.a
	$(say) LD $@
	$(Q)$(CC) $(OUR_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -lm $(LDLIBS)

.PRECIOUS: $(B)/%.o $(B)/model/%.o

# -- running, testing ---------------------------------------------------------------------------
# These targets work on a machine that has make and nothing else: install-deps comes first, and a
# second make then sees what it has installed. Only apt-get, the system tests and a run need root.
.PHONY: run install-deps check check-quick check-stages check-tree check-native check-asan check-tsan check-vm check-skips bench bench-pool

EXPERIMENT ?=
RESULTS    := build/results
TESTS_RUN  := tests/run
SYSTEM_TESTS := $(sort $(wildcard tests/system/[0-9]*.sh))
# In the VM: those that say what another kernel changes for them. It is slow there.
BESIDE_TESTS := $(if $(SYSTEM_TESTS),$(shell grep -l '^\# Beside others:' $(SYSTEM_TESTS)))
VM_TESTS     := $(if $(SYSTEM_TESTS),$(shell grep -l '^\# In the VM:' $(SYSTEM_TESTS)))
# Of each verb something, and of what goes wrong: what takes a few seconds.
QUICK_TESTS  := $(foreach name,00-tree 10-cgroup-tree 40-broken-experiments 50-store 55-findings 60-exec-basic \
	60-exec-refused 61-exec-isolation 62-exec-memory 63-exec-detach 65-run-short 66-run-workload-failures 67-kill9 \
	68-signals 71-artefacts,$(wildcard tests/system/$(name).sh))
# A make that already runs with -j hands its job slots down.
JOBS = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))
SUBMAKE = $(MAKE) $(if $(Q),-s) --no-print-directory
# What root has made in build belongs to the person who called sudo, or whom we called sudo for.
OWNER = $(if $(SUDO),$(shell id -u):$(shell id -g),$(SUDO_UID):$(SUDO_GID))
OWN = $(if $(SUDO)$(SUDO_UID),$(SUDO) chown -Rh $(OWNER) build poolrig 2>/dev/null || true,:)

run: ## install missing packages, build, and run the first experiment (EXPERIMENT=file)
	$(Q)scripts/install-deps --run
	$(Q)$(SUBMAKE) $(JOBS) all
	$(Q)$(OWN)
	@# Where gopool could not be built, which has been said by then, the first one runs without it.
	$(Q)file="$(EXPERIMENT)"; if [ -z "$$file" ]; then file=experiments/seed-100k.yaml; \
		[ -x build/release/gopool ] || file=experiments/c-pools-100k.yaml; fi; \
	$(SUDO) ./poolrig run "$$file"

install-deps: ## install the packages to build, run and test (apt)
	$(Q)scripts/install-deps --check

check: ## all checks and tests: natively, under sanitizers, in a VM
	$(Q)scripts/install-deps --check
	$(Q)$(SUBMAKE) $(JOBS) all tests
	$(Q)$(SUBMAKE) check-stages

check-quick: ## unit tests and some system tests, natively: two minutes
	$(Q)scripts/install-deps --check
	$(Q)$(SUBMAKE) $(JOBS) MODE=release all tests
	$(Q)rm -rf $(RESULTS)/quick; bad=; \
	$(TESTS_RUN) --jobs $$(nproc) --results $(RESULTS)/quick/units.tsv $(call in_mode,release,$(UNIT_SRC)) || bad=1; \
	$(SUDO) $(TESTS_RUN) --results $(RESULTS)/quick/system.tsv $(QUICK_TESTS) || bad=1; \
	$(OWN); echo "== total"; $(TESTS_RUN) --total $(RESULTS)/quick/*.tsv && [ -z "$$bad" ]

# Each stage runs, whatever became of the one before; the last line adds them all up.
CHECK_STAGES := check-tree check-native check-asan check-tsan check-vm check-skips
check-stages:
	$(Q)rm -rf $(RESULTS) build/test-logs
	$(Q)bad=; for stage in $(CHECK_STAGES); do \
		echo "== $$stage"; $(SUBMAKE) $$stage || bad="$$bad $$stage"; done; \
	echo "== total$${bad:+ (failed:$$bad)}"; \
	$(TESTS_RUN) --total $(RESULTS)/*.tsv && [ -z "$$bad" ]

check-tree: ## the rules of the tree (includes, licences, generated documents)
	$(Q)scripts/install-deps --check
	$(Q)$(SUBMAKE) $(JOBS) build/release/docgen
	$(Q)$(TESTS_RUN) --results $(RESULTS)/tree.tsv scripts/check-deps

check-native: ## unit, race and system tests on this host
	$(Q)scripts/install-deps --check
	$(Q)$(SUBMAKE) $(JOBS) MODE=release all tests
	$(Q)bad=; $(TESTS_RUN) --jobs $$(nproc) --results $(RESULTS)/units.tsv \
		$(call in_mode,release,$(UNIT_SRC) $(RACE_SRC) $(MODEL_SRC) $(FUZZ_SRC)) || bad=1; \
	$(SUDO) $(TESTS_RUN) --jobs $$(nproc) --results $(RESULTS)/beside.tsv $(BESIDE_TESTS) || bad=1; \
	$(SUDO) $(TESTS_RUN) --results $(RESULTS)/system.tsv $(filter-out $(BESIDE_TESTS),$(SYSTEM_TESTS)) || bad=1; \
	$(OWN); [ -z "$$bad" ]

check-asan: ## unit and race tests under the address and undefined behaviour sanitizers
	$(Q)scripts/install-deps --check
	$(Q)$(SUBMAKE) $(JOBS) MODE=asan programs tests
	$(Q)$(TESTS_RUN) --jobs $$(nproc) --logs build/test-logs/asan --results $(RESULTS)/asan.tsv $(call in_mode,asan,$(UNIT_SRC) $(RACE_SRC) $(FUZZ_SRC))

# gcc 12's thread sanitizer needs the address space where it was before kernels randomised more of it.
NO_ASLR = $(shell setarch -R true 2>/dev/null && echo setarch -R)
THREADED_SRC = $(RACE_SRC) $(if $(UNIT_SRC),$(shell grep -lE 'pthread|"pool/' $(UNIT_SRC)))
check-tsan: ## tests with threads under the thread sanitizer
	$(Q)scripts/install-deps --check
	$(Q)$(SUBMAKE) $(JOBS) MODE=tsan programs tests
	$(Q)$(TESTS_RUN) --jobs $$(nproc) --wrap "$(NO_ASLR)" --logs build/test-logs/tsan --results $(RESULTS)/tsan.tsv \
		$(call in_mode,tsan,$(THREADED_SRC))

# In two VMs: the system tests that say so, and the programs of which something skipped itself natively.
check-vm: ## system tests in a disposable VM with full cgroup v2
	$(Q)scripts/install-deps --check
	$(Q)$(SUBMAKE) $(JOBS) MODE=release all tests
	$(Q)bad=; $(SUDO) $(TESTS_RUN) --where vm --jobs 2 --logs build/test-logs/vm --results $(RESULTS)/vm.tsv $(VM_TESTS) \
		$$(awk -F'\t' '$$2 == "SKIP" || $$4 ~ /^skipped: / {print "build/release/tests/" $$1}' $(RESULTS)/units.tsv 2>/dev/null) || bad=1; \
	$(OWN); [ -z "$$bad" ]

.PHONY: torture
INSTANTS ?= 1000
torture: ## kill the rig, and give it errors, at INSTANTS=1000 system calls of each kind: an hour
	$(Q)scripts/install-deps --check
	$(Q)$(SUBMAKE) $(JOBS) MODE=release all
	$(Q)$(SUDO) env INSTANTS=$(INSTANTS) SEED=$(SEED) $(TESTS_RUN) --timeout 86400 --logs build/test-logs/torture tests/system/72-injected-errors.sh

check-skips: # what was skipped natively must have run in the VM; needs the results of both
	$(Q)$(TESTS_RUN) --results $(RESULTS)/skips.tsv scripts/check-skips

in_mode = $(patsubst %.c,build/$(1)/%,$(2))

# Each target for FUZZ_SECONDS, one after the other, from its corpus and the experiments that there are. What fails is in
# build/fuzz/found: when it is mended, it goes into tests/fuzz/corpus.
.PHONY: fuzz
FUZZ_CC      ?= clang
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= $(patsubst tests/fuzz/fuzz_%.c,%,$(FUZZ_SRC))
FUZZ_SEEDS_experiment := experiments tests/broken
fuzz: ## feed what reads files and messages with made-up ones (clang; FUZZ_SECONDS=60 for each of FUZZ_TARGETS)
	$(Q)scripts/install-deps --fuzz
	$(Q)$(SUBMAKE) $(JOBS) MODE=fuzz CC="$(FUZZ_CC)" $(FUZZ_TARGETS:%=build/fuzz/tests/fuzz/fuzz_%)
	$(Q)mkdir -p build/fuzz/found build/fuzz/tmp; bad=; export TEST_TMP=build/fuzz/tmp; \
	$(foreach name,$(FUZZ_TARGETS),echo "== $(name)"; mkdir -p build/fuzz/corpus/$(name); \
	build/fuzz/tests/fuzz/fuzz_$(name) -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=2048 -verbosity=0 \
		-artifact_prefix=build/fuzz/found/$(name)- build/fuzz/corpus/$(name) tests/fuzz/corpus/$(name) \
		$(FUZZ_SEEDS_$(name)) || bad="$$bad $(name)";) \
	rm -rf build/fuzz/tmp; [ -z "$$bad" ] || { echo "fuzz: failed:$$bad; build/fuzz/found has the inputs"; exit 1; }

bench: ## measure the rig and its pools against their goals
	$(Q)scripts/install-deps --run
	$(Q)$(SUBMAKE) $(JOBS) MODE=release all $(call in_mode,release,$(BENCH_SRC))
	$(Q)$(SUDO) scripts/bench

bench-pool: ## measure the pools and their queues against those of others
	$(Q)scripts/install-deps --run --bench
	$(Q)$(SUBMAKE) $(JOBS) MODE=release all $(call in_mode,release,$(BENCH_SRC))
	$(Q)$(SUDO) scripts/bench-pool

# The same tables each time, so that a change of a statistic shows in them.
.PHONY: stats-validation
stats-validation: build/release/tests/stats/validate ## simulate what the statistics promise, and write docs/statistics.md: a minute
	$(Q)build/release/tests/stats/validate >build/stats-validation.md
	$(Q)sed -i -e '/^<!-- stats-validation:/,/^<!-- .stats-validation -->/{//!d}' \
		-e '/^<!-- stats-validation:/r build/stats-validation.md' docs/statistics.md

# What the results of experiments/seed-*.yaml are in one page. A run without them, or that can't go on, ends it; trials
# that fail or are void are results too. SEED_SET= runs the first of them as long as it asks for.
.PHONY: seed-doc
SEED_STORE := build/seed.db
SEED_SET   ?= --set load.warmup=1s --set load.measure=3s --set trials.count=3
seed-doc: all ## run experiments/seed-*.yaml, seed-100k shortened, and write docs/seed.md
	$(Q)rm -f $(SEED_STORE)*
	$(Q)for file in experiments/seed-*.yaml; do set --; \
		[ $$file != experiments/seed-100k.yaml ] || set -- $(SEED_SET); \
		$(SUDO) ./poolrig run $$file --store $(SEED_STORE) --quiet "$$@" || case $$? in 4|5) ;; *) exit 1;; esac; done
	$(Q)./poolrig findings --markdown --store $(SEED_STORE) >$(SEED_STORE).md
	$(Q)mv $(SEED_STORE).md docs/seed.md; $(OWN)

# -- installing ---------------------------------------------------------------------------------
# The one list that install and uninstall share: mode, file, place below PREFIX.
.PHONY: install uninstall clean config compile_commands
# What a program that uses the pools, or speaks the protocol, includes.
PUBLIC_HEADERS := base/protocol.h pool/pool.h pool/language.h \
	$(addprefix pool/queue/,$(addsuffix .h,queue item relax futex eventcount deque ring_spsc ring_mpmc seglist channel priority)) \
	$(addprefix pool/policy/,$(addsuffix .h,autoscale breaker clock degrade guard history overload trend window)) \
	$(addprefix pool/resource/,$(addsuffix .h,connection_pool socket_connection object_pool))
INSTALLED = \
	755:build/release/poolrig:bin/poolrig \
	$(foreach name,$(WORKLOADS),755:build/release/$(name):libexec/poolrig/$(name)) \
	$(foreach program,$(wildcard $(GO_PROGRAMS)),755:$(program):libexec/poolrig/$(notdir $(program))) \
	644:COPYING:share/doc/poolrig/COPYING \
	$(foreach page,$(wildcard docs/man/*),644:$(page):share/man/man$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
	644:docs/completion/poolrig.bash:share/bash-completion/completions/poolrig \
	644:docs/completion/_poolrig:share/zsh/site-functions/_poolrig \
	$(foreach file,$(wildcard docs/*.md docs/examples/*.c experiments/*.yaml),644:$(file):share/poolrig/$(file)) \
	$(foreach file,$(wildcard workloads/examples/*),755:$(file):share/poolrig/$(file)) \
	644:build/release/libpool.a:lib/libpoolrig-pool.a \
	644:build/release/poolrig-pool.pc:lib/pkgconfig/poolrig-pool.pc \
	$(foreach header,$(PUBLIC_HEADERS),644:$(header):include/poolrig/$(header))

# Anew each time: PREFIX may be another one.
.PHONY: build/release/poolrig-pool.pc
build/release/poolrig-pool.pc: pool/poolrig-pool.pc.in
	$(Q)mkdir -p $(@D)
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' $< >$@

install: build/release/poolrig $(WORKLOADS:%=build/release/%) build/release/libpool.a build/release/poolrig-pool.pc ## install below PREFIX (/usr/local), with prefix DESTDIR
	$(Q)set -e; for item in $(INSTALLED); do mode=$${item%%:*}; item=$${item#*:}; \
		install -D -m $$mode "$${item%%:*}" "$(DESTDIR)$(PREFIX)/$${item#*:}"; \
		echo "  INSTALL $(DESTDIR)$(PREFIX)/$${item#*:}"; done

uninstall: ## remove the installed files
	$(Q)for item in $(INSTALLED); do rm -f "$(DESTDIR)$(PREFIX)/$${item##*:}"; done
	$(Q)for dir in libexec/poolrig share/poolrig/experiments share/poolrig/docs/examples share/poolrig/docs \
		share/poolrig/workloads/examples share/poolrig/workloads share/poolrig share/doc/poolrig \
		include/poolrig/pool/queue include/poolrig/pool/policy include/poolrig/pool/resource include/poolrig/pool include/poolrig/base include/poolrig; do \
		[ ! -d "$(DESTDIR)$(PREFIX)/$$dir" ] || rmdir --ignore-fail-on-non-empty "$(DESTDIR)$(PREFIX)/$$dir"; done

clean: ## remove all build results and the VM's kernel
	$(Q)rm -rf build poolrig compile_commands.json

config: ## print the compiler, its flags and the libraries found
	@echo "version   $(VERSION), mode $(MODE)"
	@echo "compiler  $$($(CC) --version 2>/dev/null | head -n 1 || echo $(CC): not found)"
	@echo "cflags   $(OUR_CFLAGS) $(CFLAGS) $(CPPFLAGS)" | tr -s '\t ' ' '
	@echo "ldflags  $(OUR_LDFLAGS) $(LDFLAGS) $(PKG_LIBS) $(LDLIBS)" | tr -s '\t ' ' '
	@for name in $(PKGS); do printf 'library   %-18s %s\n' $$name \
		"$$($(PKG_CONFIG) --modversion $$name 2>/dev/null || echo 'not found: make install-deps')"; done
	@echo "go        $$(scripts/find-go 2>&1)"

# For editors and language servers.
compile_commands: export COMPILE = $(CC) $(OUR_CFLAGS) $(PROBES_FLAG) $(CFLAGS) $(CPPFLAGS)
compile_commands: ## write compile_commands.json
	$(Q)command=$$(printf '%s' "$$COMPILE" | sed 's/[\\"]/\\&/g' | tr '\t' ' '); separator='['; \
	for file in $(C_SRC); do \
		printf '%s\n{"directory": "%s", "file": "%s", "command": "%s -c %s"}' \
			"$$separator" "$(CURDIR)" "$$file" "$$command" "$$file"; separator=,; \
	done >compile_commands.json; echo ']' >>compile_commands.json

.PHONY: docs
docs: build/release/docgen ## write the generated parts of docs/: tables, man pages, completions
	$(Q)scripts/gen-docs

help: ## print this list
	@awk -F':.*## ' '/^[a-z_-]+:.*## /{printf "  %-16s %s\n", $$1, $$2}' Makefile

-include $(shell find build -name '*.d' 2>/dev/null)
