/**
 * Distribution functions. Terms: cdf is P(X ≤ x), sf the upper tail P(X > x), isf its inverse, logSf its natural logarithm.
 * Tails are computed as tails: nothing here is 1 − cdf where that would cancel.
 */
export * from './normal-distribution.ts';
export * from './t-distribution.ts';
export * from './chi-square-distribution.ts';
export * from './beta-distribution.ts';
export * from './binomial-distribution.ts';
export { logGamma, logBeta } from './log-gamma.ts';
