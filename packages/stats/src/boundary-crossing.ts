import { normalDensity, normalSf } from './normal-distribution.ts';

/**
 * Crossing probabilities of a Brownian motion B(t) with drift, looked at a few times: the engine under group sequential bounds, and under
 * the power of every plan that is looked at more than once. Recursive numerical integration after Armitage, McPherson and Rowe (1969).
 *
 * Not checked here but in `groupSequentialBounds` and `planPower`: times ascend, looks are at least 0.1 % of the information apart (closer ones
 * take ever more nodes), the drift is within ±10⁶, and a level may be infinite but not NaN. Elsewhere masses may be NaN,
 * and nodes too many to be held.
 */

/** The part of the paths that has not crossed anything, as a density on nodes of B(t). */
export interface SurvivingDensity {
  readonly time: number;
  readonly nodes: Float64Array;
  /** Density at the node times its quadrature weight. */
  readonly mass: Float64Array;
}

export const startOfPaths: SurvivingDensity = {
  time: 0,
  nodes: Float64Array.of(0),
  mass: Float64Array.of(1),
};

/** P(no crossing so far and B(time) ≥ level), for paths with drift per unit of time. */
export function probabilityAbove(paths: SurvivingDensity, time: number, level: number, drift = 0): number {
  const sd = Math.sqrt(time - paths.time);
  const shift = drift * (time - paths.time);
  let total = 0;
  for (let i = 0; i < paths.nodes.length; i++) {
    total += (paths.mass[i] ?? 0) * normalSf((level - shift - (paths.nodes[i] ?? 0)) / sd);
  }
  return total;
}

/** P(no crossing so far and B(time) ≤ level). */
export function probabilityBelow(paths: SurvivingDensity, time: number, level: number, drift = 0): number {
  const sd = Math.sqrt(time - paths.time);
  const shift = drift * (time - paths.time);
  let total = 0;
  for (let i = 0; i < paths.nodes.length; i++) {
    total += (paths.mass[i] ?? 0) * normalSf(((paths.nodes[i] ?? 0) + shift - level) / sd);
  }
  return total;
}

/** The paths that stay between lower and upper (in B) at `time`. Nodes reach 8.5 standard deviations, below which nothing counts. */
export function survivingPaths(
  paths: SurvivingDensity,
  time: number,
  bounds: { readonly lower: number; readonly upper: number },
  options: { readonly drift?: number; readonly nextStep?: number } = {},
): SurvivingDensity {
  const { drift = 0, nextStep = time } = options;
  const step = time - paths.time;
  const sd = Math.sqrt(step);
  const shift = drift * step;
  const reach = 8.5 * Math.sqrt(time);
  const lower = Math.max(bounds.lower, drift * time - reach);
  const upper = Math.min(bounds.upper, drift * time + reach);
  if (!(upper > lower)) return { time, nodes: new Float64Array(0), mass: new Float64Array(0) };
  const panels = Math.max(2, Math.ceil((upper - lower) / (2 * Math.min(sd, Math.sqrt(nextStep)))));
  const width = (upper - lower) / panels;
  const nodes = new Float64Array(panels * GAUSS.length);
  const mass = new Float64Array(panels * GAUSS.length);
  for (let panel = 0; panel < panels; panel++) {
    const middle = lower + (panel + 0.5) * width;
    for (const [g, [abscissa, weight]] of GAUSS.entries()) {
      const x = middle + (width / 2) * abscissa;
      let density = 0;
      for (let i = 0; i < paths.nodes.length; i++) {
        density += (paths.mass[i] ?? 0) * normalDensity((x - shift - (paths.nodes[i] ?? 0)) / sd);
      }
      const slot = panel * GAUSS.length + g;
      nodes[slot] = x;
      mass[slot] = (density / sd) * weight * (width / 2);
    }
  }
  return { time, nodes, mass };
}

/** Gauss–Legendre, 12 points on [−1, 1]. */
const GAUSS: readonly (readonly [number, number])[] = [
  [0.1252334085114689, 0.2491470458134028],
  [0.3678314989981802, 0.2334925365383548],
  [0.5873179542866175, 0.2031674267230659],
  [0.7699026741943047, 0.1600783285433462],
  [0.9041172563704749, 0.1069393259953184],
  [0.9815606342467192, 0.0471753363865118],
].flatMap(([x = 0, w = 0]) => [[-x, w] as const, [x, w] as const]);
