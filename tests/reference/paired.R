#!/usr/bin/env Rscript
# SPDX-License-Identifier: GPL-3.0-or-later
# Reference values for tests/unit/test_paired.c, calculated by R out of the definitions:
#
#     Rscript tests/reference/paired.R >tests/golden/paired.tsv
#
# A line a data set: name, level, shift, low, high, P, the differences. "-": there is no interval.
set.seed(20260214)
cat("#", R.version.string, "\n")
say <- function(x) if (is.na(x)) "-" else sprintf("%.17g", x)
reference <- function(name, d, level = 0.95) {
	n <- length(d)
	all <- outer(d, d, "+") / 2
	walsh <- sort(all[upper.tri(all, diag = TRUE)])
	total <- n * (n + 1) / 2
	k <- qsignrank((1 - level) / 2, n)
	# The quantile's chance may equal the level's half: then the next one bounds the interval, too.
	if (psignrank(k, n) <= (1 - level) / 2) k <- k + 1
	low <- high <- NA
	if (k > 0) {
		low <- walsh[k]
		high <- walsh[total + 1 - k]
	}
	w <- min(sum(walsh >= 0), sum(walsh <= 0))
	p <- min(1, 2 * psignrank(w, n))
	cat(name, level, say(median(walsh)), say(low), say(high), say(p),
	    paste(sprintf("%.17g", d), collapse = " "), sep = "\t")
	cat("\n")
}
reference("one", 0.3)
reference("two", c(-1, 2))
reference("five", rnorm(5, 1))
reference("six-of-one-sign", abs(rnorm(6)))
reference("six", rnorm(6))
reference("seven-99", rnorm(7, 2), 0.99)
reference("eight-99", abs(rnorm(8)), 0.99)
reference("ten", rnorm(10, 0.5))
reference("ten-ties", c(1, 1, 1, 2, 2, -1, -1, 3, 3, 3))
reference("ten-zeros", c(0, 0, 0, 0, 1, 2, 3, 4, 5, 6))
reference("constant", rep(0.25, 12))
reference("constant-zero", rep(0, 12))
reference("all-below", -rexp(9))
reference("normal-20", rnorm(20, 0.1))
reference("normal-50", rnorm(50, -0.2))
reference("normal-90", rnorm(50, -0.2), 0.9)
reference("cauchy-30", rcauchy(30, 1))
reference("cauchy-100", rcauchy(100))
reference("pareto-40", log(runif(40)^(-1 / 0.42)) - 2)
reference("lognormal-60", rlnorm(60, 0, 2) - 1)
reference("rounded-80", round(rnorm(80, 0.2), 1))
reference("two-modes-120", c(rnorm(60, -1, 0.1), rnorm(60, 1.2, 0.1)))
reference("tiny-15", rnorm(15) * 1e-12)
reference("huge-15", rnorm(15, 0.5) * 1e12)
reference("normal-200", rnorm(200, 0.05))
reference("normal-300", rnorm(300, 0.03))
reference("cauchy-400", rcauchy(400, 0.1))
reference("normal-600", rnorm(600, 0.1))
