/**
 * Distribution functions. Terms: cdf is P(X ≤ x), sf the upper tail P(X > x), isf its inverse, logSf its natural logarithm.
 * Tails are computed as tails: nothing here is 1 − cdf where that would cancel.
 *
 * This is mathematics with a domain, and unlike the analyses it does not check it. The domain: finite arguments, probabilities in (0, 1), and
 * degrees of freedom and shapes (df, a, b) between 0.01 and 10⁹, where the test suite finds every answer finite. At the edge comes the limit:
 * an isf of 0 or 1 is an infinite number, the logarithm of an impossible event −Infinity. Outside, NaN included, the answer means nothing
 * and may be NaN or infinite. Nothing throws. Check before you call, as every analysis here does.
 */
export * from './normal-distribution.ts';
export * from './t-distribution.ts';
export * from './chi-square-distribution.ts';
export * from './beta-distribution.ts';
export * from './binomial-distribution.ts';
export { logGamma, logBeta } from './log-gamma.ts';
