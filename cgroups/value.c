/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cgroups/value.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/units.h"

static int number(const char **at, uint64_t *out)
{
	char *end;

	if (!isdigit((unsigned char)**at))
		return -1;
	errno = 0;
	*out = strtoull(*at, &end, 10);
	*at = end;
	return errno ? -1 : 0;
}

static bool at_end(const char *at)
{
	return *at == '\0' || strcmp(at, "\n") == 0;
}

static bool take_max(const char **at)
{
	if (strncmp(*at, "max", 3) != 0)
		return false;
	*at += 3;
	return true;
}

/* "QUOTA PERIOD", "max PERIOD" or "max". */
static int read_quota(const char *at, struct cg_value *v)
{
	v->max = take_max(&at);
	if (!v->max && number(&at, &v->number) < 0)
		return -1;
	if (at_end(at))
		return v->max ? 0 : -1;
	if (*at++ != ' ' || number(&at, &v->period) < 0)
		return -1;
	return at_end(at) ? 0 : -1;
}

static int read_number(const char *at, struct cg_value *v)
{
	v->max = take_max(&at);
	if (!v->max && number(&at, &v->number) < 0)
		return -1;
	return at_end(at) ? 0 : -1;
}

/* "root", or "root invalid (REASON)"; of a long reason the beginning, and "...". */
static int read_word(const char *text, struct cg_value *v)
{
	int len = snprintf(v->word, sizeof(v->word), "%.*s", (int)strcspn(text, "\n"), text);

	if (len >= (int)sizeof(v->word))
		memcpy(v->word + sizeof(v->word) - 4, "...", 4);
	return 0;
}

/* The set is what is compared; its text is kept too, for making one anew takes longer than the
 * system call that it is for. */
static int read_list(const char *text, struct cg_value *v, struct error *err)
{
	size_t len = strcspn(text, "\n");

	if (cpulist_parse(text, &v->set, err) < 0)
		return -1;
	if (len < sizeof(v->word)) {
		memcpy(v->word, text, len);
		v->word[len] = '\0';
	}
	return 0;
}

int cg_value_read(const struct cg_knob_row *row, const char *text, struct cg_value *v)
{
	*v = (struct cg_value){.max = false};
	switch (row->unit) {
	case CG_UNIT_CPULIST:
		return read_list(text, v, NULL);
	case CG_UNIT_BYTES:
	case CG_UNIT_COUNT:
		return read_number(text, v);
	case CG_UNIT_QUOTA:
		return read_quota(text, v);
	case CG_UNIT_IO:
		return cg_value_read_io(text, v);
	case CG_UNIT_WORD:
		return read_word(text, v);
	}
	return -1;
}

static int ask_list(const char *text, struct cg_value *v, struct error *err)
{
	if (read_list(text, v, err) < 0)
		return -1;
	if (CPU_COUNT(&v->set) == 0)
		return error_input(err, "\"%s\": an empty list; write it as 0-3,7", text);
	return 0;
}

static int ask_bytes(const char *text, struct cg_value *v, struct error *err)
{
	v->max = strcmp(text, "max") == 0;
	v->number = UNITS_MAX;
	return v->max ? 0 : units_bytes(text, &v->number, err);
}

static int ask_count(const struct cg_knob_row *row, const char *text, struct cg_value *v,
		     struct error *err)
{
	bool weight = row->knob == CG_KNOB_CPU_WEIGHT;

	if (!weight && strcmp(text, "max") == 0) {
		v->max = true;
		return 0;
	}
	if (units_count(text, &v->number, err) < 0)
		return -1;
	if (weight && (v->number < 1 || v->number > 10000))
		return error_input(err, "\"%s\": out of range; use 1 to 10000 (100 is the default)",
				   text);
	return 0;
}

/* "50%" of one CPU, "200%" of two: of the kernel's default period. */
static int ask_share(const char *text, struct cg_value *v, struct error *err)
{
	char number[32];
	double percent;

	snprintf(number, sizeof(number), "%.*s", (int)strlen(text) - 1, text);
	if (units_number(number, &percent, NULL) < 0 || percent < 1 || percent > 1e6)
		return error_input(err, "\"%s\": not a share; write 1%% or more, as in 50%%", text);
	v->number = (uint64_t)(percent * 1000 + 0.5);
	v->period = 100000;
	return 0;
}

/* In microseconds, as the kernel takes them (kernel/sched: tg_set_cfs_bandwidth()). */
#define QUOTA_MIN  UINT64_C(1000)
#define QUOTA_MAX  ((UINT64_C(1) << 44) - 1)
#define PERIOD_MIN UINT64_C(1000)
#define PERIOD_MAX UINT64_C(1000000)

static int check_quota(const char *text, const struct cg_value *v, struct error *err)
{
	if (!v->max && (v->number < QUOTA_MIN || v->number > QUOTA_MAX))
		return error_input(err,
				   "\"%s\": the quota is out of range; use %" PRIu64 " to %" PRIu64
				   " microseconds",
				   text, QUOTA_MIN, QUOTA_MAX);
	/* without one, it is the kernel's */
	if (!v->period && v->max && strcmp(text, "max") == 0)
		return 0;
	if (v->period < PERIOD_MIN || v->period > PERIOD_MAX)
		return error_input(err,
				   "\"%s\": the period is out of range; use %" PRIu64 " to %" PRIu64
				   " microseconds",
				   text, PERIOD_MIN, PERIOD_MAX);
	return 0;
}

static int ask_quota(const char *text, struct cg_value *v, struct error *err)
{
	if (text[0] && text[strlen(text) - 1] == '%')
		return ask_share(text, v, err);
	if (strchr(text, '\n') || read_quota(text, v) < 0)
		return error_input(err,
				   "\"%s\": not a quota; write a share of a CPU such as 50%%, "
				   "QUOTA_US PERIOD_US such as 50000 100000, or max",
				   text);
	return check_quota(text, v, err);
}

static int ask_word(const char *text, struct cg_value *v, struct error *err)
{
	static const char *const words[] = {"member", "root", "isolated"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i], text) == 0) {
			snprintf(v->word, sizeof(v->word), "%s", text);
			return 0;
		}
	return error_input(err, "\"%s\": unknown; use member, root or isolated", text);
}

int cg_value_ask(const struct cg_knob_row *row, const char *text, struct cg_value *v,
		 struct error *err)
{
	int rc = -1;

	*v = (struct cg_value){.max = false};
	switch (row->unit) {
	case CG_UNIT_CPULIST:
		rc = ask_list(text, v, err);
		break;
	case CG_UNIT_BYTES:
		rc = ask_bytes(text, v, err);
		break;
	case CG_UNIT_COUNT:
		rc = ask_count(row, text, v, err);
		break;
	case CG_UNIT_QUOTA:
		rc = ask_quota(text, v, err);
		break;
	case CG_UNIT_IO:
		rc = cg_value_ask_io(text, v, err);
		break;
	case CG_UNIT_WORD:
		rc = ask_word(text, v, err);
		break;
	}
	return rc;
}

const char *cg_value_text(const struct cg_knob_row *row, const struct cg_value *v,
			  char buf[static CPULIST_SIZE])
{
	const size_t size = CPULIST_SIZE;
	char amount[32] = "max";

	if (!v->max)
		snprintf(amount, sizeof(amount), "%" PRIu64, v->number);
	switch (row->unit) {
	case CG_UNIT_CPULIST:
		if (!*v->word)
			return cpulist_format(&v->set, buf);
		snprintf(buf, size, "%s", v->word);
		break;
	case CG_UNIT_WORD:
		snprintf(buf, size, "%s", v->word);
		break;
	case CG_UNIT_QUOTA:
		if (v->period)
			snprintf(buf, size, "%s %" PRIu64, amount, v->period);
		else
			snprintf(buf, size, "%s", amount);
		break;
	case CG_UNIT_IO:
		return cg_value_text_io(v, buf, size);
	case CG_UNIT_BYTES:
	case CG_UNIT_COUNT:
		snprintf(buf, size, "%s", amount);
		break;
	}
	return buf;
}

bool cg_v1_unlimited(uint64_t bytes, uint64_t page)
{
	return bytes >= (uint64_t)LONG_MAX / page * page;
}

static bool same_bytes(const struct cg_value *asked, const struct cg_value *got, uint64_t page)
{
	bool unlimited = asked->max || cg_v1_unlimited(asked->number, page);

	if (unlimited || got->max)
		return unlimited == got->max;
	return asked->number / page == got->number / page;
}

bool cg_value_held(const struct cg_knob_row *row, const struct cg_value *asked,
		   const struct cg_value *got, uint64_t page)
{
	switch (row->unit) {
	case CG_UNIT_CPULIST:
		return CPU_EQUAL(&asked->set, &got->set);
	case CG_UNIT_BYTES:
		return same_bytes(asked, got, page);
	case CG_UNIT_WORD:
		return strcmp(asked->word, got->word) == 0;
	case CG_UNIT_IO:
		return cg_value_held_io(asked, got);
	case CG_UNIT_QUOTA:
		if (asked->period && asked->period != got->period)
			return false;
		break;
	case CG_UNIT_COUNT:
		break;
	}
	return asked->max == got->max && (asked->max || asked->number == got->number);
}

uint64_t cg_shares_of_weight(uint64_t weight)
{
	uint64_t shares = weight * 1024 / 100;

	return shares < 2 ? 2 : shares > 262144 ? 262144 : shares;
}

uint64_t cg_weight_of_shares(uint64_t shares)
{
	uint64_t weight = (shares * 100 + 512) / 1024;

	return weight < 1 ? 1 : weight > 10000 ? 10000 : weight;
}
