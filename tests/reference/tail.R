#!/usr/bin/env Rscript
# SPDX-License-Identifier: GPL-3.0-or-later
# Reference values for tests/unit/test_tail.c, calculated by R out of the definitions:
#
#     Rscript tests/reference/tail.R >tests/golden/tail.tsv
#
# A line a data set: name, values, the data. The values are the number of candidates, how many of the first are rejected, the
# threshold, the number above it, shape and scale there, the P value, and the quantiles 0.999 and 0.9999. Where all
# are rejected, only the first two are numbers.
source("tests/reference/gpd.R")
set.seed(20260304)
cat("#", R.version.string, "\n")
at <- function(x, above) {
	u <- x[length(x) - above]
	x[x > u] - u
}
tail.reference <- function(name, x, digits = 6) {
	x <- sort(signif(x, digits))
	n <- length(x)
	above <- n %/% 5
	counts <- c()
	while (above >= 50) {
		counts <- c(counts, above)
		above <- (above * 4) %/% 5
	}
	p <- sapply(counts, function(k) {
		e <- at(x, k)
		par <- if (length(unique(e)) > 1) fit(e)
		if (is.null(par)) 0 else min(1, max(0, chance(statistic(e, par), par[1])))
	})
	rejected <- sum(cumprod(p < 0.1))
	out <- c(length(counts), rejected, rep(NA, 7))
	if (rejected < length(counts)) {
		e <- at(x, counts[rejected + 1])
		par <- fit(e)
		u <- x[n - counts[rejected + 1]]
		share <- (1 - c(0.999, 0.9999)) * n / length(e)
		out <- c(out[1:2], u, length(e), par, chance(statistic(e, par), par[1]),
		         u + par[2] * expm1(-par[1] * log(share)) / par[1])
	}
	cat(name, paste(say(out), collapse = " "), paste(sprintf("%.17g", x), collapse = " "), sep = "\t")
	cat("\n")
}
tail.reference("shape-0.42", 15 + rgpd(500, 0.42, 8.3))
tail.reference("shape-0.42-from-10%", c(rnorm(720, 10, 1), 15 + rgpd(80, 0.42, 8.3)))
tail.reference("uniform-then-pareto", c(runif(500), 1 + rgpd(300, 0.5, 1)))
tail.reference("exponential", rexp(400))
tail.reference("normal", rnorm(900))
tail.reference("lognormal", rlnorm(700))
tail.reference("lognormal-heavy", rlnorm(700, 0, 2))
tail.reference("cauchy", abs(rcauchy(600)))
tail.reference("student-3", rt(800, 3))
tail.reference("weibull", rweibull(500, 0.6))
tail.reference("gamma", rgamma(500, 2))
tail.reference("two-modes", c(rnorm(700), rnorm(150, 20)))
tail.reference("two-modes-near", c(rnorm(600), rnorm(120, 5)))
tail.reference("plateau-then-outliers", c(runif(880), 5 + rexp(60)))
tail.reference("shape-1.2", rgpd(400, 1.2))
tail.reference("shape-minus-0.2", rgpd(400, -0.2))
tail.reference("ties", rgpd(900, 0.3, 5), 2)
tail.reference("more-ties", ceiling(rgpd(900, 0.3, 5)))
tail.reference("tiny", 1e-9 * rgpd(300, 0.42))
tail.reference("huge", 1e12 * rgpd(300, 0.42))
tail.reference("least", rexp(250))
