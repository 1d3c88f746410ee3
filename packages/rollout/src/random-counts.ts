/** Seeded chance for simulations: the same seed gives the same draws on every machine. */
export interface Chance {
  /** Uniform in [0, 1). */
  readonly uniform: () => number;
  readonly normal: () => number;
  readonly binomial: (n: number, p: number) => number;
  readonly poisson: (mean: number) => number;
}

export function chanceFrom(seed: number): Chance {
  const uniform = mulberry32(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

  /** Exact while few successes are expected (waiting times between them); the rounded normal where it is indistinguishable. */
  const binomial = (n: number, p: number): number => {
    if (n <= 0 || p <= 0) return 0;
    if (p >= 1) return n;
    if (p > 0.5) return n - binomial(n, 1 - p);
    if (n * p > 50) {
      const draw = Math.round(n * p + Math.sqrt(n * p * (1 - p)) * normal());
      return Math.min(n, Math.max(0, draw));
    }
    let successes = -1;
    let position = 0;
    while (position <= n) {
      position += Math.floor(Math.log(1 - uniform()) / Math.log1p(-p)) + 1;
      successes += 1;
    }
    return successes;
  };

  const poisson = (mean: number): number => {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    const limit = Math.exp(-mean);
    let count = -1;
    for (let product = 1; product > limit; product *= uniform()) count += 1;
    return Math.max(0, count);
  };
  return { uniform, normal, binomial, poisson };
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
