import gammaln from '@stdlib/math-base-special-gammaln';

const HALF_LOG_TWO_PI = 0.9189385332046728;
const STIRLING_COEFFICIENTS = [
  1 / 12,
  -1 / 360,
  1 / 1260,
  -1 / 1680,
  1 / 1188,
  -691 / 360360,
  1 / 156,
  -3617 / 122400,
];

/** ln Γ(x) for x > 0; Infinity at 0 and where the answer leaves the range of a double. */
export function logGamma(x: number): number {
  return gammaln(x);
}

/**
 * δ(x) = ln Γ(x) − [(x − ½) ln x − x + ½ ln 2π]: what Stirling's formula leaves.
 * Differences of large log-gammas are written with it, because the large terms then cancel on paper and not in the machine.
 */
export function stirlingError(x: number): number {
  if (x < 10) return gammaln(x) - ((x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI);
  const inverse = 1 / x;
  const square = inverse * inverse;
  return inverse * STIRLING_COEFFICIENTS.reduceRight((sum, coefficient) => sum * square + coefficient, 0);
}

/**
 * x ln(x/m) + m − x ≥ 0, the deviance of a count x with expectation m, without cancellation when x ≈ m.
 * Source: C. Loader, Fast and Accurate Computation of Binomial Probabilities (2000), bd0.
 */
export function deviance(x: number, m: number): number {
  if (x === 0) return m;
  const v = (x - m) / (x + m);
  if (Math.abs(v) >= 0.1) return x * Math.log(x / m) + m - x;
  let sum = (x - m) * v;
  let term = 2 * x * v;
  for (let odd = 3; odd < 1000; odd += 2) {
    term *= v * v;
    const next = sum + term / odd;
    if (next === sum) break;
    sum = next;
  }
  return sum;
}

/** ln B(a, b) for a, b > 0; Infinity at 0, NaN beyond. */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  const total = a + b;
  if (large < 10) return gammaln(a) + gammaln(b) - gammaln(total);
  const share = -Math.log1p(small / large);
  if (small < 10) {
    return (
      gammaln(small) +
      (large - 0.5) * share +
      small * (1 - Math.log(total)) +
      stirlingError(large) -
      stirlingError(total)
    );
  }
  return (
    (large - 0.5) * share +
    small * Math.log(small / total) -
    0.5 * Math.log(small) +
    HALF_LOG_TWO_PI +
    stirlingError(small) +
    stirlingError(large) -
    stirlingError(total)
  );
}

/** ln[x^a (1 − x)^b / B(a, b)], the kernel in front of both beta tails; `complement` is 1 − x, to full precision. */
export function logBetaKernel(x: number, complement: number, a: number, b: number): number {
  const n = a + b;
  return (
    0.5 * Math.log(a / n) +
    0.5 * Math.log(b) -
    HALF_LOG_TWO_PI -
    deviance(a, n * x) -
    deviance(b, n * complement) -
    (stirlingError(a) + stirlingError(b) - stirlingError(n))
  );
}
