#!/usr/bin/env Rscript
# SPDX-License-Identifier: GPL-3.0-or-later
# Reference values for tests/unit/test_sequential.c, calculated by R out of the definitions:
#
#     Rscript tests/reference/sequential.R >tests/golden/sequential.tsv
#
# A line a data set: name, level, median, low, high, P, the differences. "-": there is no interval.
set.seed(20260215)
cat("#", R.version.string, "\n")
say <- function(x) if (is.na(x)) "-" else sprintf("%.17g", x)
evidence <- function(n, s) n * log(2) + lbeta(0.5 + s, 0.5 + n - s) - lbeta(0.5, 0.5)
reference <- function(name, d, level = 0.95) {
	n <- length(d)
	bound <- -log(1 - level)
	k <- sum(evidence(n, 0:(n %/% 2)) >= bound)
	low <- high <- NA
	if (k > 0) {
		low <- sort(d)[k]
		high <- sort(d, decreasing = TRUE)[k]
	}
	seen <- d[d != 0]
	p <- if (length(seen)) min(1, exp(-evidence(length(seen), sum(seen < 0)))) else 1
	cat(name, level, say(median(d)), say(low), say(high), say(p),
	    paste(sprintf("%.17g", d), collapse = " "), sep = "\t")
	cat("\n")
}
reference("one", 0.3)
reference("six-of-one-sign", abs(rnorm(6)))
reference("seven-of-one-sign", abs(rnorm(7)))
reference("seven", rnorm(7))
reference("nine-99", abs(rnorm(9)), 0.99)
reference("ten", rnorm(10, 0.5))
reference("ten-ties", c(1, 1, 1, 2, 2, -1, -1, 3, 3, 3))
reference("zeros", c(0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8))
reference("constant", rep(0.25, 12))
reference("constant-zero", rep(0, 12))
reference("all-below", -rexp(9))
reference("first-half-above", c(rexp(20), -rexp(20)))
reference("normal-20", rnorm(20, 0.1))
reference("normal-50", rnorm(50, -0.2))
reference("normal-90", rnorm(50, -0.2), 0.9)
reference("cauchy-30", rcauchy(30, 1))
reference("cauchy-100", rcauchy(100))
reference("pareto-40", log(runif(40)^(-1 / 0.42)) - 2)
reference("rounded-80", round(rnorm(80, 0.2), 1))
reference("two-modes-121", c(rnorm(60, -1, 0.1), rnorm(61, 1.2, 0.1)))
reference("normal-600", rnorm(600, 0.1))
