#!/usr/bin/env Rscript
# SPDX-License-Identifier: GPL-3.0-or-later
# Reference values for tests/unit/test_two_samples.c, calculated by R out of the definitions:
#
#     Rscript tests/reference/two_samples.R >tests/golden/two_samples.tsv
#
# A line a data set, tabs between: name; U and P of Mann and Whitney (wilcox.test), statistic, P and its standard error of the
# studentised permutation test of means, and of medians ("-": unknown; error 0: all arrangements were tried); the samples.
set.seed(20260216)
cat("#", R.version.string, "\n")
DRAWS <- 10000
say <- function(x) if (is.na(x)) "-" else sprintf("%.17g", x)
# The chance that the i-th smallest value is the middle one of a bootstrap sample; of an even count: the mean for both.
chances <- function(n) {
	of <- function(k) -diff(pbinom(k - 1, n, (0:n) / n))
	(of((n + 1) %/% 2) + of(n %/% 2 + 1)) / 2
}
square_mean <- function(v) var(v) / length(v)
square_median <- function(v) sum(chances(length(v)) * (sort(v) - median(v))^2)
studentised <- function(middle, square) function(x, y) {
	scale <- max(abs(c(x, y) - median(c(x, y))))
	off <- middle(x) - middle(y)
	error <- sqrt(square(x) + square(y))
	if (abs(off) <= 1e-13 * scale) return(0)
	if (error <= 1e-13 * scale) return(sign(off) * Inf)
	off / error
}
permutation <- function(x, y, of) {
	m <- length(x)
	if (m < 2 || length(y) < 2) return(c(NA, NA, NA))
	all <- c(x, y)
	observed <- of(x, y)
	extreme <- function(first) abs(of(all[first], all[-first])) >= abs(observed) * (1 - 1e-9)
	if (choose(length(all), m) <= 2e5)
		return(c(observed, mean(combn(length(all), m, extreme)), 0))
	p <- (1 + sum(replicate(DRAWS, extreme(sample(length(all), m))))) / (1 + DRAWS)
	c(observed, p, sqrt(p * (1 - p) / DRAWS))
}
reference <- function(name, x, y) {
	exact <- !anyDuplicated(c(x, y)) && length(x) < 50 && length(y) < 50
	test <- suppressWarnings(wilcox.test(x, y, exact = exact))
	# All are equal: R has no P value; none is off.
	p <- if (is.nan(test$p.value)) 1 else test$p.value
	results <- c(test$statistic, p, permutation(x, y, studentised(mean, square_mean)),
		     permutation(x, y, studentised(median, square_median)))
	row <- function(numbers) paste(sapply(numbers, say), collapse = " ")
	cat(name, row(results), row(x), row(y), sep = "\t")
	cat("\n")
}
laplace <- function(n) rexp(n) - rexp(n)
reference("one-one", 1, 2)
reference("one-five", 0.5, rnorm(5))
reference("two-two", c(1, 2), c(3, 5))
reference("two-three", rnorm(2), rnorm(3))
reference("constant", rep(0.1, 6), rep(0.1, 5))
reference("two-constants", rep(0.1, 5), rep(0.3, 5))
reference("constant-and-not", rep(0.25, 6), rnorm(6))
reference("apart", 1:6 + 0.5, 11:17)
reference("ties-5-6", c(1, 1, 2, 2, 3), c(2, 2, 3, 3, 4, 4))
reference("ties-8", round(rnorm(8, 0, 2)), round(rnorm(8, 2, 2)))
reference("normal-5", rnorm(5), rnorm(5, 1))
reference("normal-8", rnorm(8), rnorm(8, 1))
reference("normal-9-7", rnorm(9), rnorm(7, -1))
reference("spreads-6-10", rnorm(6, 0, 5), rnorm(10))
reference("cauchy-7", rcauchy(7), rcauchy(7, 2))
reference("pareto-8", runif(8)^(-1 / 0.42), runif(8)^(-1 / 0.42))
reference("lognormal-8", rlnorm(8, 0, 2), rlnorm(8, 1, 2))
reference("laplace-9", laplace(9), laplace(9))
reference("huge-6", rnorm(6) * 1e12, rnorm(6, 1) * 1e12)
reference("far-off-7", 1e6 + rnorm(7), 1e6 + rnorm(7, 1))
reference("tiny-8", rnorm(8) * 1e-12, rnorm(8, 1) * 1e-12)
reference("normal-20", rnorm(20), rnorm(20, 0.5))
reference("spreads-15-40", rnorm(15, 0, 4), rnorm(40))
reference("cauchy-30", rcauchy(30), rcauchy(30, 0.5))
reference("ties-40", round(rnorm(40, 0.4), 1), round(rnorm(40), 1))
reference("normal-49", rnorm(49, 0.3), rnorm(49))
reference("normal-60", rnorm(60, 0.3), rnorm(60))
reference("lognormal-25-26", rlnorm(25), rlnorm(26, 0.5))
