/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/counter_files.h"
#include "cgroups/counters.h"
#include "tests/unit/cg_fake.h"
#include "tests/unit/cg_test.h"

#define KNOWN(r, c) ((r)->known >> (c)&1)

struct rig {
	struct fake f;
	struct cg_run run;
	struct cg_cell cell;
};

static void up(struct rig *r, enum cg_mode mode)
{
	struct error err = ERROR_INIT;
	char notes[256] = "";

	fake_up(&r->f, mode);
	assert_ok(cg_run_init(&r->run, &r->f.tree, "poolrig-r", notes, sizeof(notes), &err));
	assert_ok(cg_cell_init(&r->cell, &r->run, "c", &err));
}

static void down(struct rig *r)
{
	cg_cell_destroy(&r->cell);
	cg_run_destroy(&r->run);
	fake_down(&r->f);
}

static void put(struct rig *r, int at, const char *file, const char *text)
{
	fake_put(r->cell.fds[at], file, text);
}

static int at(struct rig *r, enum cg_controller c)
{
	return r->f.tree.of_controller[c];
}

static void fill_v2(struct rig *r)
{
	put(r, 0, "cpu.stat",
	    "usage_usec 10\nuser_usec 7\nsystem_usec 3\nnr_periods 9\nnr_throttled 2\n"
	    "throttled_usec 5\nnr_bursts 0\n");
	put(r, 0, "memory.current", "4096\n");
	put(r, 0, "memory.peak", "8192\n");
	put(r, 0, "memory.stat", "anon 11\nfile 12\nkernel_stack 1\nkernel 13\nanon_thp 99\n");
	put(r, 0, "memory.swap.current", "14\n");
	put(r, 0, "memory.events", "low 1\nhigh 2\nmax 3\noom 40\noom_kill 5\n");
	put(r, 0, "memory.events.local", "low 0\nhigh 0\nmax 0\noom 4\noom_kill 0\n");
	put(r, 0, "pids.current", "6\n");
	put(r, 0, "pids.peak", "7\n");
	put(r, 0, "pids.events", "max 8\n");
	put(r, 0, "cpu.pressure", "some avg10=0.00 total=21\nfull avg10=0.00 total=22\n");
	put(r, 0, "memory.pressure", "some avg10=0.00 total=23\nfull avg10=0.00 total=24\n");
	put(r, 0, "io.pressure", "some avg10=0.00 total=25\nfull avg10=0.00 total=26\n");
}

static void v2_reads_them_all(void **state)
{
	static const int64_t want[CG_COUNTERS] = {
	    [CG_CPU_USAGE_NS] = 10000,       [CG_CPU_USER_NS] = 7000,
	    [CG_CPU_SYSTEM_NS] = 3000,       [CG_CPU_THROTTLED_NS] = 5000,
	    [CG_CPU_THROTTLED_PERIODS] = 2,  [CG_MEMORY_CURRENT_BYTES] = 4096,
	    [CG_MEMORY_PEAK_BYTES] = 8192,   [CG_MEMORY_ANON_BYTES] = 11,
	    [CG_MEMORY_FILE_BYTES] = 12,     [CG_MEMORY_KERNEL_BYTES] = 13,
	    [CG_MEMORY_SWAP_BYTES] = 14,     [CG_MEMORY_EVENT_LOW] = 1,
	    [CG_MEMORY_EVENT_HIGH] = 2,      [CG_MEMORY_EVENT_MAX] = 3,
	    [CG_MEMORY_EVENT_OOM] = 4,       [CG_MEMORY_EVENT_OOM_KILL] = 5,
	    [CG_PIDS_CURRENT] = 6,           [CG_PIDS_PEAK] = 7,
	    [CG_PIDS_EVENT_MAX] = 8,         [CG_PSI_CPU_SOME_NS] = 21000,
	    [CG_PSI_CPU_FULL_NS] = 22000,    [CG_PSI_MEMORY_SOME_NS] = 23000,
	    [CG_PSI_MEMORY_FULL_NS] = 24000, [CG_PSI_IO_SOME_NS] = 25000,
	    [CG_PSI_IO_FULL_NS] = 26000,
	};
	struct error err = ERROR_INIT;
	struct cg_counters c;
	struct cg_reading r;
	struct rig rig;

	(void)state;
	up(&rig, CG_MODE_V2);
	fill_v2(&rig);
	assert_ok(cg_counters_init(&c, &rig.cell, &err));
	cg_counters_read(&c, true, &r);
	for (int k = 0; k < CG_COUNTERS; k++) {
		const char *name = cg_counter_row((enum cg_counter)k)->name;

		if (!KNOWN(&r, k) || r.value[k] != want[k] || *c.missing[k])
			fail_msg("%s: %lld, missing \"%s\"", name, (long long)r.value[k],
				 c.missing[k]);
	}
	assert_true(r.at_ns > 0);
	/* A held descriptor gives a fresh reading. */
	put(&rig, 0, "memory.current", "12288\n");
	cg_counters_read(&c, false, &r);
	assert_int_equal(r.value[CG_MEMORY_CURRENT_BYTES], 12288);
	for (int k = 0; k < CG_COUNTERS; k++)
		assert_int_equal(KNOWN(&r, k), cg_counter_row((enum cg_counter)k)->timed);
	cg_counters_destroy(&c);
	down(&rig);
}

static void an_old_kernel_says_what_it_lacks(void **state)
{
	struct error err = ERROR_INIT;
	struct cg_counters c;
	struct cg_reading r;
	struct rig rig;

	(void)state;
	up(&rig, CG_MODE_V2);
	fill_v2(&rig);
	unlinkat(rig.cell.fds[0], "memory.peak", 0);
	unlinkat(rig.cell.fds[0], "pids.peak", 0);
	put(&rig, 0, "memory.stat", "anon 11\nfile 12\n");
	put(&rig, 0, "cpu.pressure", "some avg10=0.00 total=21\n");
	put(&rig, 0, "cpu.stat", "usage_usec 10\nuser_usec 7\nsystem_usec 3\n");
	assert_ok(cg_counters_init(&c, &rig.cell, &err));
	cg_counters_read(&c, true, &r);
	assert_string_equal(c.missing[CG_MEMORY_PEAK_BYTES],
			    "no memory.peak here (needs Linux 5.19)");
	assert_string_equal(c.missing[CG_PIDS_PEAK], "no pids.peak here (needs Linux 6.1)");
	assert_string_equal(c.missing[CG_MEMORY_KERNEL_BYTES],
			    "memory.stat has no \"kernel\" here");
	assert_string_equal(c.missing[CG_PSI_CPU_FULL_NS], "cpu.pressure has no \"full\" here");
	assert_string_equal(c.missing[CG_CPU_THROTTLED_NS],
			    "cpu.stat has no \"throttled_usec\" here");
	assert_string_equal(c.missing[CG_CPU_USAGE_NS], "");
	for (int k = 0; k < CG_COUNTERS; k++)
		assert_int_equal(KNOWN(&r, k), !*c.missing[k]);
	cg_counters_destroy(&c);
	down(&rig);
}

static void fill_v1(struct rig *r)
{
	put(r, at(r, CG_CPUACCT), "cpuacct.usage", "100\n");
	put(r, at(r, CG_CPUACCT), "cpuacct.usage_user", "60\n");
	put(r, at(r, CG_CPUACCT), "cpuacct.usage_sys", "40\n");
	put(r, at(r, CG_CPUACCT), "cpuacct.usage_percpu", "70 30 \n");
	put(r, at(r, CG_CPU), "cpu.stat", "nr_periods 1\nnr_throttled 2\nthrottled_time 3\n");
	put(r, at(r, CG_MEMORY), "memory.usage_in_bytes", "4\n");
	put(r, at(r, CG_MEMORY), "memory.max_usage_in_bytes", "5\n");
	put(r, at(r, CG_MEMORY), "memory.stat",
	    "rss 1\ntotal_rss 6\ntotal_cache 7\ntotal_swap 8\n");
	put(r, at(r, CG_MEMORY), "memory.failcnt", "9\n");
	put(r, at(r, CG_MEMORY), "memory.memsw.failcnt", "20\n");
	put(r, at(r, CG_MEMORY), "memory.oom_control", "oom_kill_disable 0\noom_kill 2\n");
}

/* The file of a host with 1,024 CPUs that has been up for years has 20 KiB. */
static void v1_reads_the_time_on_every_cpu(void **state)
{
	enum { CPUS = 1024 };
	struct error err = ERROR_INIT;
	char text[CPUS * 21 + 2] = "";
	int64_t percpu[CPUS];
	struct cg_counters c;
	size_t used = 0;
	struct rig rig;

	(void)state;
	up(&rig, CG_MODE_HYBRID);
	fill_v1(&rig);
	for (int cpu = 0; cpu < CPUS; cpu++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%lld ",
					 9000000000000000000LL + cpu);
	memcpy(text + used, "\n", 2);
	put(&rig, at(&rig, CG_CPUACCT), "cpuacct.usage_percpu", text);
	assert_ok(cg_counters_init(&c, &rig.cell, &err));
	assert_int_equal(cg_counters_percpu(&c, percpu, CPUS), CPUS);
	assert_true(percpu[CPUS - 1] == 9000000000000000000LL + CPUS - 1);
	cg_counters_destroy(&c);
	down(&rig);
}

static void v1_reads_what_it_has(void **state)
{
	struct error err = ERROR_INIT;
	struct cg_counters c;
	struct cg_reading r;
	struct rig rig;
	int64_t percpu[4];

	(void)state;
	up(&rig, CG_MODE_HYBRID);
	fill_v1(&rig);
	/* The v2 tree has a cpu.stat of its own: its coarser usage must not be added to cpuacct's,
	 * and its user and system times stand for those that cpuacct counts in ticks. */
	put(&rig, 0, "cpu.stat", "usage_usec 1\nuser_usec 8\nsystem_usec 7\n");
	put(&rig, 0, "cpu.pressure", "some total=1\nfull avg10=0 total=2\n");
	assert_ok(cg_counters_init(&c, &rig.cell, &err));
	cg_counters_read(&c, true, &r);
	assert_int_equal(r.value[CG_CPU_USAGE_NS], 100);
	assert_int_equal(r.value[CG_CPU_USER_NS], 8000);
	assert_int_equal(r.value[CG_CPU_SYSTEM_NS], 7000);
	assert_int_equal(r.value[CG_CPU_THROTTLED_PERIODS], 2);
	assert_int_equal(r.value[CG_CPU_THROTTLED_NS], 3);
	assert_int_equal(r.value[CG_MEMORY_CURRENT_BYTES], 4);
	assert_int_equal(r.value[CG_MEMORY_PEAK_BYTES], 5);
	assert_int_equal(r.value[CG_MEMORY_ANON_BYTES], 6);
	assert_int_equal(r.value[CG_MEMORY_FILE_BYTES], 7);
	assert_int_equal(r.value[CG_MEMORY_SWAP_BYTES], 8);
	assert_int_equal(r.value[CG_MEMORY_EVENT_MAX], 29);
	assert_int_equal(r.value[CG_MEMORY_EVENT_OOM_KILL], 2);
	assert_int_equal(r.value[CG_PSI_CPU_FULL_NS], 2000);
	assert_false(KNOWN(&r, CG_MEMORY_EVENT_HIGH));
	assert_string_equal(c.missing[CG_MEMORY_EVENT_HIGH], "cgroup v1 does not count it");
	assert_string_equal(c.missing[CG_MEMORY_EVENT_OOM], "cgroup v1 does not count it");
	assert_string_equal(c.missing[CG_PIDS_PEAK], "no pids.peak here (needs Linux 6.1)");
	assert_string_equal(c.missing[CG_PSI_IO_SOME_NS], "no io.pressure here (needs psi=1)");
	assert_int_equal(cg_counters_percpu(&c, percpu, 4), 2);
	assert_int_equal(percpu[1], 30);
	assert_int_equal(cg_counters_reset_peaks(&c), UINT64_C(1) << CG_MEMORY_PEAK_BYTES);
	cg_counters_destroy(&c);
	down(&rig);
}

static void without_a_controller_or_a_v2_tree(void **state)
{
	struct error err = ERROR_INIT;
	struct cg_counters c;
	struct rig rig;
	int64_t percpu[4];

	(void)state;
	up(&rig, CG_MODE_V1);
	rig.f.tree.of_controller[CG_PIDS] = -1;
	assert_ok(cg_counters_init(&c, &rig.cell, &err));
	assert_string_equal(c.missing[CG_PIDS_CURRENT], "the pids controller is not there");
	assert_string_equal(c.missing[CG_PSI_CPU_SOME_NS], "no v2 tree is mounted");
	assert_int_equal(cg_counters_percpu(&c, percpu, 4), -1);
	cg_counters_destroy(&c);
	cg_counters_destroy(&c);
	down(&rig);
}

/* Where swap is 0, the only file that could count is one that newer kernels leave at 0. */
static void a_dead_failcnt_is_no_zero(void **state)
{
	struct error err = ERROR_INIT;
	struct cg_counters c;
	struct cg_reading r;
	struct rig rig;

	(void)state;
	up(&rig, CG_MODE_V1);
	fill_v1(&rig);
	assert_ok(cg_cell_set(&rig.cell, CG_KNOB_MEMORY_MAX, "64M", &err));
	assert_ok(cg_cell_set(&rig.cell, CG_KNOB_SWAP_MAX, "0", &err));
	assert_ok(cg_counters_init(&c, &rig.cell, &err));
	cg_counters_read(&c, true, &r);
	if (*c.missing[CG_MEMORY_EVENT_MAX]) {
		assert_non_null(strstr(c.missing[CG_MEMORY_EVENT_MAX], "6.15"));
		assert_false(KNOWN(&r, CG_MEMORY_EVENT_MAX));
	} else {
		assert_int_equal(r.value[CG_MEMORY_EVENT_MAX], 29); /* an older kernel counts */
	}
	cg_counters_destroy(&c);
	/* Where the limits say nothing, it is not taken for a 0 that counts. */
	put(&rig, at(&rig, CG_MEMORY), "memory.limit_in_bytes", "x\n");
	assert_ok(cg_counters_init(&c, &rig.cell, &err));
	cg_counters_read(&c, true, &r);
	if (*c.missing[CG_MEMORY_EVENT_MAX])
		assert_non_null(strstr(c.missing[CG_MEMORY_EVENT_MAX], "can't be read"));
	else
		assert_int_equal(r.value[CG_MEMORY_EVENT_MAX], 29);
	cg_counters_destroy(&c);
	down(&rig);
}

static void the_tables_are_whole(void **state)
{
	const struct cg_file_row *rows;
	size_t n = cg_file_rows(&rows);

	(void)state;
	for (int k = 0; k < CG_COUNTERS; k++) {
		bool found = false;

		assert_int_equal(cg_counter_row((enum cg_counter)k)->counter, k);
		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; j < rows[i].count; j++)
				found |= rows[i].fields[j].counter == (enum cg_counter)k;
		assert_true(found);
	}
	assert_null(cg_counter_row(CG_COUNTERS));
	/* A file is read for its first counter's sake: the others must be of its kind. */
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < rows[i].count; j++)
			assert_int_equal(cg_counter_row(rows[i].fields[j].counter)->timed,
					 cg_counter_row(rows[i].fields[0].counter)->timed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(v2_reads_them_all),
	    cmocka_unit_test(an_old_kernel_says_what_it_lacks),
	    cmocka_unit_test(v1_reads_the_time_on_every_cpu),
	    cmocka_unit_test(v1_reads_what_it_has),
	    cmocka_unit_test(without_a_controller_or_a_v2_tree),
	    cmocka_unit_test(a_dead_failcnt_is_no_zero),
	    cmocka_unit_test(the_tables_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
