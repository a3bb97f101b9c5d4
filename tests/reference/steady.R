#!/usr/bin/env Rscript
# SPDX-License-Identifier: GPL-3.0-or-later
# Reference values for tests/unit/test_steady.c, calculated by R out of the definitions in rig/stats/steady.h; the segments by
# optimal partitioning without pruning:
#
#     Rscript tests/reference/steady.R >tests/golden/steady.tsv
#
# A line a data set, tabs between: name; 1 where lower is better, tolerance, number of the class (enum steady_class), noise,
# number of outliers, where the steady state begins, its level ("-": there is none); the series; the segments' first values,
# counted from 0.
set.seed(20260217)
cat("#", R.version.string, "\n")
say <- function(x) if (length(x) == 0 || is.na(x)) "-" else sprintf("%.17g", x)
# B. Jackson et al., An Algorithm for Optimal Partitioning of Data on an Interval, 2005: each begin of each last segment.
partition <- function(x, penalty) {
	n <- length(x)
	best <- c(-penalty, rep(Inf, n))
	last <- integer(n)
	for (t in 1:n) {
		all <- sapply(1:t, function(b) best[b] + sum((x[b:t] - mean(x[b:t]))^2) + penalty)
		last[t] <- which.min(all)
		best[t + 1] <- min(all)
	}
	starts <- c()
	while (n > 0) {
		starts <- c(last[n], starts)
		n <- last[n] - 1
	}
	starts
}
outlying <- function(x, noise) {
	n <- length(x)
	sapply(1:n, function(i) {
		window <- if (i == 1) x[1] else if (i == 2) x[1:3] else if (i > n - 2) x[(n - 4):n] else x[(i - 2):(i + 2)]
		abs(x[i] - median(window)) > 5 * noise
	})
}
reference <- function(name, x, lower = TRUE, tolerance = 0.01) {
	n <- length(x)
	class <- "unknown"; noise <- 0; outliers <- 0; starts <- c(); from <- NA; level <- NA
	if (n >= 12) {
		apart <- abs(diff(x))
		noise <- median(apart) / (sqrt(2) * qnorm(0.75))
		if (noise == 0) noise <- mean(apart) * sqrt(pi) / 2
		out <- outlying(x, noise)
		places <- which(!out)
		kept <- x[!out]
		outliers <- sum(out)
		first <- if (noise > 0) partition(kept / noise, 4 * log(n)) else 1
		ends <- c(first[-1] - 1, length(kept))
		means <- mapply(function(a, b) mean(kept[a:b]), first, ends)
		off <- means - means[length(means)]
		apart <- abs(off) > max(noise, tolerance * abs(means[length(means)]))
		steady <- if (any(apart)) max(which(apart)) + 1 else 1
		from <- if (steady == 1) 0 else places[first[steady]] - 1
		level <- mean(kept[first[steady]:length(kept)])
		better <- any(apart & (if (lower) off < 0 else off > 0))
		class <- if (steady == 1) "flat" else if (from > n - ceiling(n / 4)) "no steady state" else
			if (better) "slow-down" else "warm-up"
		if (class == "no steady state") from <- level <- NA
		starts <- places[first] - 1
	}
	row <- function(numbers) paste(sapply(numbers, say), collapse = " ")
	number <- match(class, c("unknown", "flat", "warm-up", "slow-down", "no steady state")) - 1
	cat(name, row(c(lower, tolerance, number, noise, outliers, from, level)), row(x), row(starts), sep = "\t")
	cat("\n")
}
laplace <- function(n) rexp(n) - rexp(n)
levels <- function(..., noise = rnorm) { l <- c(...); l + noise(length(l)) }
reference("one", 1)
reference("eleven", rnorm(11))
reference("constant", rep(0.1, 20))
reference("constant-but-one", c(rep(2, 9), 5, rep(2, 10)))
reference("constant-step", c(rep(3, 8), rep(1, 20)))
reference("ties", c(rep(7, 6), rep(5, 9), 6, rep(5, 9)))
reference("flat-12", 100 + rnorm(12))
reference("flat-40", 100 + rnorm(40))
reference("flat-300", 100 + rnorm(300))
reference("flat-laplace-100", 50 + laplace(100))
reference("flat-cauchy-100", 50 + rcauchy(100))
reference("flat-outliers-60", { x <- 100 + rnorm(60); x[c(7, 30, 31, 59, 60)] <- c(400, 300, 350, 500, 20); x })
reference("warm-up-1", levels(140, rep(100, 39)))
reference("warm-up-2", levels(150, 140, rep(100, 39)))
reference("warm-up-3", levels(150, 140, 130, rep(100, 57)))
reference("warm-up-10-of-100", levels(rep(110, 10), rep(100, 90)))
reference("warm-up-rising", levels(rep(90, 15), rep(100, 65)), lower = FALSE)
reference("warm-up-exponential", levels(100 + 60 * exp(-(0:149) / 12)))
reference("slow-down-40-of-80", levels(rep(100, 40), rep(108, 40)))
reference("slow-down-falling", levels(rep(100, 40), rep(92, 60)), lower = FALSE)
reference("slow-down-after-warm-up", levels(rep(120, 10), rep(100, 30), rep(108, 60)))
reference("none-step-in-the-end", levels(rep(100, 80), rep(110, 20)))
reference("none-states", levels(rep(rep(c(26, 60, 275), each = 15), 3)))
reference("none-laplace", levels(rep(c(100, 112), each = 25, times = 4), noise = laplace))
reference("back-again", levels(rep(100, 20), rep(120, 20), rep(100, 60)))
reference("within-tolerance", levels(rep(1004, 30), rep(1000, 50)), tolerance = 0.01)
reference("beyond-tolerance", levels(rep(1004, 30), rep(1000, 50)), tolerance = 0.001)
reference("trend-120", levels(seq(100, 130, length.out = 120)))
reference("autocorrelated-150", 100 + as.vector(arima.sim(list(ar = 0.8), 150)))
reference("rounded-90", round(levels(rep(20, 30), rep(14, 60))))
reference("huge-50", 1e12 * levels(rep(15, 20), rep(10, 30)))
reference("tiny-50", 1e-12 * levels(rep(15, 20), rep(10, 30)))
reference("far-off-60", 1e9 + levels(rep(15, 20), rep(10, 40)), tolerance = 0)
reference("slow-down-from-above", levels(rep(100, 15), rep(130, 15), rep(115, 60)))
reference("pareto-100", runif(100)^(-1 / 0.42))
