#!/usr/bin/env Rscript
# SPDX-License-Identifier: GPL-3.0-or-later
# Reference values for tests/unit/test_shift.c, calculated by R out of the definitions:
#
#     Rscript tests/reference/shift.R >tests/golden/shift.tsv
#
# A line a pair of groups: name, values, the baseline, the variant. The values are nine deciles of the baseline, nine of the
# variant (Harrell and Davis), nine standard errors of their differences by 4,000 resamples of R's own, the critical value.
set.seed(20260303)
cat("#", R.version.string, "\n")
weights <- function(n, q) {
	at <- pbeta((0:n) / n, (n + 1) * q, (n + 1) * (1 - q))
	diff(at)
}
deciles <- function(x) sapply(1:9 / 10, function(q) sum(weights(length(x), q) * sort(x)))
variances <- function(x) {
	w <- sapply(1:9 / 10, function(q) weights(length(x), q))
	apply(replicate(4000, as.vector(crossprod(w, sort(sample(x, replace = TRUE))))), 1, var)
}
reference <- function(name, x, y) {
	out <- c(deciles(x), deciles(y), sqrt(variances(x) + variances(y)), 80.1 / min(length(x), length(y))^2 + 2.73)
	text <- function(v) paste(sprintf("%.17g", v), collapse = " ")
	cat(name, text(out), text(x), text(y), sep = "\t")
	cat("\n")
}
reference("two", c(1, 2), c(3, 5))
reference("five", rnorm(5), rnorm(5, 1))
reference("ten", rnorm(10), rnorm(10))
reference("unequal-counts", rnorm(20), rnorm(50, 0.5))
reference("normal", rnorm(60), rnorm(60, 0.3))
reference("spread", rnorm(60), rnorm(60, 0, 3))
reference("exponential", rexp(50), rexp(50, 0.5))
reference("lognormal", rlnorm(80), rlnorm(80, 0.2))
reference("student-3", rt(100, 3), rt(100, 3))
reference("two-modes", c(rnorm(30), rnorm(30, 5)), rnorm(60, 2.5))
reference("ties", rep(1:4, c(5, 5, 5, 5)), rep(1:4, c(2, 8, 8, 2)))
reference("rounded", round(rnorm(70), 1), round(rnorm(70), 1))
reference("constant", rep(3, 10), rep(5, 12))
reference("one-constant", rep(3, 10), rnorm(20, 3))
reference("shifted", 1:30, 1:30 + 7)
reference("uniform", runif(40), runif(40))
reference("tiny", 1e-9 * rexp(40), 1e-9 * rexp(40))
reference("huge", 1e12 * rexp(40), 1e12 * rexp(40))
reference("pareto", runif(80)^-0.42, 1.2 * runif(80)^-0.42)
reference("negative", -rexp(40), rexp(40))
reference("large", rexp(300), 1.1 * rexp(400))
