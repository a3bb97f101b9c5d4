#!/usr/bin/env Rscript
# SPDX-License-Identifier: GPL-3.0-or-later
# Reference values for tests/unit/test_quantile_interval.c, calculated by R out of the definition:
#
#     Rscript tests/reference/quantile_interval.R >tests/golden/quantile_interval.tsv
#
# A line a case: name, number of values, quantile, level, the two ranks ("-": there is no bound), the least number of values
# from which there are both.
cat("#", R.version.string, "\n")
reference <- function(n, q, level) {
	half <- (1 - level) / 2
	low <- qbinom(half, n, q)
	while (low > 0 && pbinom(low - 1, n, q) > half) low <- low - 1
	while (low < n && pbinom(low, n, q) <= half) low <- low + 1
	high <- qbinom(1 - half, n, q) + 1
	while (high > 1 && pbinom(high - 2, n, q) >= 1 - half) high <- high - 1
	while (high <= n && pbinom(high - 1, n, q) < 1 - half) high <- high + 1
	least <- 1
	step <- 2^40
	while (step >= 1) { # the largest number that is too small
		if (max(q, 1 - q)^(least - 1 + step) > half) least <- least + step
		step <- step / 2
	}
	cat(sprintf("%d-at-%s\t%d %s %s %s %s %d\n", n, q, n, q, level, if (low < 1) "-" else sprintf("%d", low),
	            if (high > n) "-" else sprintf("%d", high), least))
}
for (n in c(1L, 2L, 5L, 6L, 9L, 20L, 100L, 1000L, 36886L, 36887L, 36888L, 100000L))
	for (q in c(0.1, 0.5, 0.99, 0.9999)) reference(n, q, 0.95)
for (n in c(10L, 459L, 5000L)) for (level in c(0.8, 0.9, 0.99)) reference(n, 0.99, level)
for (n in c(1000000L, 10000000L, 100000000L)) for (q in c(0.001, 0.002, 0.003, 0.01, 0.03, 0.1, 0.5, 0.8, 0.95, 0.99, 0.9999, 0.99999))
	reference(n, q, 0.95)
