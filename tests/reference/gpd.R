#!/usr/bin/env Rscript
# SPDX-License-Identifier: GPL-3.0-or-later
# Reference values for tests/unit/test_gpd.c, calculated by R out of the definitions:
#
#     Rscript tests/reference/gpd.R >tests/golden/gpd.tsv
#
# A line a data set: name, values, the excesses. The values are shape and scale by maximum likelihood, the log-likelihood,
# shape and scale by probability-weighted moments, the Anderson-Darling statistic and its P value, the interval of the
# shape, the level that 1 % exceed with its interval. "-": there is no bound.
say <- function(x) ifelse(is.na(x), "-", sprintf("%.17g", x))
loglik <- function(x, shape, scale) {
	y <- shape * x / scale
	if (scale <= 0 || any(y <= -1)) return(-Inf)
	if (abs(shape) < 1e-12) -length(x) * log(scale) - sum(x) / scale
	else -length(x) * log(scale) - (1 + 1 / shape) * sum(log1p(y))
}
# optim() comes near, Newton's steps on the equations of the likelihood go the rest.
score <- function(x, par) {
	y <- x / par[2]
	z <- 1 + par[1] * y
	c(sum(log(z)) / par[1]^2 - (1 + 1 / par[1]) * sum(y / z), -length(x) / par[2] + (1 + par[1]) / par[2] * sum(y / z))
}
fit <- function(x) {
	s <- mean(x)
	best <- NULL
	for (start in c(-0.3, 0.1, 0.5, 1, 2)) {
		o <- optim(c(start, 0), function(p) min(1e10, -loglik(x / s, p[1], exp(p[2]))),
		           control = list(reltol = 1e-15, maxit = 5000))
		if (o$par[1] > -1 && (is.null(best) || o$value < best$value)) best <- o
	}
	if (is.null(best)) return(NULL)
	par <- c(best$par[1], exp(best$par[2]))
	for (i in 1:20) {
		h <- 1e-6 * pmax(abs(par), 1e-3)
		jacobian <- cbind(score(x / s, par + c(h[1], 0)) - score(x / s, par - c(h[1], 0)),
		                  score(x / s, par + c(0, h[2])) - score(x / s, par - c(0, h[2]))) %*% diag(1 / (2 * h))
		par <- par - solve(jacobian, score(x / s, par))
	}
	c(par[1], par[2] * s)
}
moments <- function(x) {
	x <- sort(x)
	n <- length(x)
	a0 <- mean(x)
	a1 <- mean((1 - (1:n - 0.35) / n) * x)
	c(-(a0 / (a0 - 2 * a1) - 2), 2 * a0 * a1 / (a0 - 2 * a1))
}
statistic <- function(x, par) {
	n <- length(x)
	x <- sort(x)
	above <- log1p(par[1] * x / par[2]) / -par[1]
	-n - sum((2 * 1:n - 1) * (log(-expm1(above)) + rev(above))) / n
}
chance <- function(a, shape, points = 100) {
	shape <- max(shape, -0.49)
	angle <- pi * (1:points - 0.5) / points
	s <- (1 - cos(angle)) / 2
	u <- (1 + cos(angle)) / 2
	w <- sqrt(2 * pi / points / sin(angle))
	d1 <- (u^(1 + shape) - u) / shape
	d2 <- u * log(u) / shape + u * (1 - u^shape) / shape^2
	d <- cbind(d1, d2)
	inverse <- (1 + shape) * matrix(c(2, -1, -1, 1 + shape), 2)
	k <- outer(w, w) * (outer(s, s, pmin) - outer(s, s) - d %*% inverse %*% t(d))
	e <- eigen(k, symmetric = TRUE, only.values = TRUE)$values
	f <- Vectorize(function(v) {
		t <- e * v^2
		2 * sin(sum(atan(t)) / 2 - a * v^2 / 2) / v * exp(-sum(log1p(t^2)) / 4)
	})
	ends <- seq(0, 24, by = 0.5)
	0.5 + sum(mapply(function(from, to) integrate(f, from, to, rel.tol = 1e-10, abs.tol = 1e-13)$value,
	                 ends[-length(ends)], ends[-1])) / pi
}
border <- function(f, from, step, end) {
	at <- from
	while (abs(at - from) < abs(end - from)) {
		to <- from + step
		if (abs(to - from) > abs(end - from)) to <- end
		if (f(to) < 0) return(uniroot(f, sort(c(at, to)), tol = 1e-14, maxiter = 10000)$root)
		at <- to
		step <- 2 * step
	}
	NA
}
grid <- function(f, low, high, step) {
	places <- seq(low, high, by = step)
	values <- sapply(places, f)
	at <- places[which.max(values)]
	max(values, optimize(f, c(at - step, at + step), maximum = TRUE, tol = 1e-10)$objective)
}
reference <- function(name, x, level = 0.95) {
	par <- fit(x)
	best <- loglik(x, par[1], par[2])
	least <- best - qchisq(level, 1) / 2
	cut <- function(v) max(v, -1e300)
	by.shape <- function(shape) {
		low <- if (shape < 0) log(-shape * max(x)) else -Inf
		low <- max(low, log(par[2]) - 6)
		grid(function(s) cut(loglik(x, shape, exp(s))), low + 1e-9, max(log(par[2]) + 6, low + 1), 0.1) - least
	}
	l <- log(0.01)
	value <- par[2] * expm1(-par[1] * l) / par[1]
	by.level <- function(z) grid(function(shape) {
		scale <- if (abs(shape) < 1e-9) -exp(z) / l else shape * exp(z) / expm1(-shape * l)
		cut(loglik(x, shape, scale))
	}, -1 + 0.013, 8, 0.25) - least
	a <- statistic(x, par)
	out <- c(par, best, moments(x), a, chance(a, par[1]),
	         border(by.shape, par[1], -0.05, -1), border(by.shape, par[1], 0.05, 8), value,
	         exp(border(by.level, log(value), -0.05, log(value) - 20)),
	         exp(border(by.level, log(value), 0.05, log(value) + 20)))
	cat(name, paste(say(out), collapse = " "), paste(sprintf("%.17g", sort(x)), collapse = " "), sep = "\t")
	cat("\n")
}
rgpd <- function(n, shape, scale = 1) scale * expm1(-shape * log(runif(n))) / shape
if (sys.nframe() == 0) { # not read by tail.R
set.seed(20260301)
cat("#", R.version.string, "\n")
reference("shape-0.42", rgpd(200, 0.42, 8.3))
reference("shape-0.42-few", rgpd(30, 0.42, 8.3))
reference("shape-0.2", rgpd(100, 0.2, 5))
reference("shape-0.8", rgpd(150, 0.8, 1e-3))
reference("shape-1.5", rgpd(100, 1.5))
reference("shape-2.5", rgpd(60, 2.5))
reference("shape-minus-0.2", rgpd(200, -0.2, 3))
reference("shape-minus-0.4", rgpd(120, -0.4, 3))
reference("exponential", rexp(100))
reference("exponential-400", rexp(400, 0.01))
reference("lognormal", rlnorm(80, 0, 1.5))
reference("weibull-heavy", rweibull(90, 0.5))
reference("weibull-light", rweibull(90, 1.4))
reference("cauchy", abs(rcauchy(100)))
reference("student-3", abs(rt(120, 3)))
reference("pareto", runif(100)^(-1 / 1.2) - 1)
reference("mixture", c(rexp(90), rexp(10, 0.02)))
reference("tiny", rgpd(50, 0.3, 1e-9))
reference("huge", rgpd(50, 0.3, 1e12))
reference("rounded", ceiling(rgpd(100, 0.3, 4)))
reference("ties", rep(c(1, 2, 3, 5, 8, 13, 30), c(20, 12, 8, 6, 3, 2, 1)))
reference("twelve", rgpd(12, 0.5))
reference("outlier", c(rexp(60), 500))
reference("shape-0.42-500", rgpd(500, 0.42, 8.3))
}
