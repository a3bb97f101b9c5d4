#!/usr/bin/env Rscript
# SPDX-License-Identifier: GPL-3.0-or-later
# Reference values for tests/unit/test_hill.c, calculated by R out of the definition:
#
#     Rscript tests/reference/hill.R >tests/golden/hill.tsv
#
# A line a data set: name, the estimates from the 1, 2, ... largest, the values.
set.seed(20260302)
cat("#", R.version.string, "\n")
reference <- function(name, x) {
	x <- sort(x, decreasing = TRUE)
	out <- sapply(seq_len(length(x) - 1), function(k) mean(log(x[1:k] / x[k + 1])))
	cat(name, paste(sprintf("%.17g", out), collapse = " "), paste(sprintf("%.17g", rev(x)), collapse = " "), sep = "\t")
	cat("\n")
}
for (shape in c(0.1, 0.2, 0.42, 0.7, 1, 1.5, 2, 3)) reference(paste0("pareto-", shape), runif(40)^-shape)
reference("two", c(1, 3))
reference("three", c(1, 3, 20))
reference("constant", rep(2.5, 10))
reference("ties", rep(c(1, 2, 3, 10), c(5, 4, 3, 2)))
reference("exponential", rexp(50))
reference("lognormal", rlnorm(50, 0, 2))
reference("cauchy", abs(rcauchy(60)))
reference("student-2", abs(rt(60, 2)))
reference("uniform", runif(30))
reference("tiny", 1e-12 * runif(30)^-0.5)
reference("huge", 1e12 * runif(30)^-0.5)
reference("rounded", ceiling(5 * runif(60)^-0.42))
reference("outlier", c(runif(20), 1e6))
reference("hundred", 15 + 8.3 * (runif(100)^-0.42 - 1) / 0.42)
