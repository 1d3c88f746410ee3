import { logGamma } from '@liftgate/stats';

/** A stream of random numbers that depends on its seed alone, so that a simulation prints the same table on every machine. */
export interface Random {
  /** Uniform in (0, 1). */
  uniform(): number;
  normal(): number;
  binomial(n: number, p: number): number;
  poisson(mean: number): number;
  gamma(shape: number): number;
  beta(a: number, b: number): number;
}

export function randomFrom(...seed: readonly number[]): Random {
  const uniform = sfc32(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const gamma = (shape: number): number => gammaFrom(shape, uniform, normal);
  return {
    uniform,
    normal,
    binomial: (n, p) => binomialFrom(n, p, uniform),
    poisson: (mean) => poissonFrom(mean, uniform),
    gamma,
    beta: (a, b) => {
      const x = gamma(a);
      return x / (x + gamma(b));
    },
  };
}

/** Small fast counter generator of Chris Doty-Humphrey, seeded through a 32-bit mix. */
function sfc32(seed: readonly number[]): () => number {
  let mix = 0x9e3779b9;
  for (const part of seed) mix = Math.imul(mix ^ (part + 0x7f4a7c15 + (mix << 6)), 0x85ebca6b) ^ (mix >>> 13);
  let [a, b, c, counter] = [mix, Math.imul(mix, 0xc2b2ae35), mix ^ 0x27d4eb2f, 1];
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    return (t >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 16; i++) next();
  return () => (Math.floor(next() * 2 ** 26) * 2 ** 26 + Math.floor(next() * 2 ** 26) + 0.5) / 2 ** 52;
}

/** By inversion for small n·p, by Hörmann's transformed rejection (1993, BTRS) above. */
function binomialFrom(n: number, p: number, uniform: () => number): number {
  if (n <= 0 || p <= 0) return 0;
  if (p > 0.5) return n - binomialFrom(n, 1 - p, uniform);
  const q = 1 - p;
  if (n * p < 10) {
    let k = 0;
    let probability = q ** n;
    let rest = uniform() - probability;
    while (rest > 0 && k < n) {
      probability *= ((n - k) / (k + 1)) * (p / q);
      k += 1;
      rest -= probability;
    }
    return k;
  }
  const sd = Math.sqrt(n * p * q);
  const b = 1.15 + 2.53 * sd;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const center = n * p + 0.5;
  const vr = 0.92 - 4.2 / b;
  const alpha = (2.83 + 5.1 / b) * sd;
  const mode = Math.floor((n + 1) * p);
  const logMode = logGamma(mode + 1) + logGamma(n - mode + 1);
  for (;;) {
    const u = uniform() - 0.5;
    const v = uniform();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + center);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || k > n) continue;
    const limit = logMode - logGamma(k + 1) - logGamma(n - k + 1) + (k - mode) * Math.log(p / q);
    if (Math.log((v * alpha) / (a / (us * us) + b)) <= limit) return k;
  }
}

function poissonFrom(mean: number, uniform: () => number): number {
  const limit = Math.exp(-mean);
  let k = 0;
  let product = uniform();
  while (product > limit) {
    k += 1;
    product *= uniform();
  }
  return k;
}

/** Marsaglia and Tsang (2000). */
function gammaFrom(shape: number, uniform: () => number, normal: () => number): number {
  if (shape < 1) return gammaFrom(shape + 1, uniform, normal) * uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
