import { complainUnlessPositive, complainUnlessCount, firstComplaint, type InvalidInput } from './input.ts';
import { logBeta } from './log-gamma.ts';
import { normalCdf } from './normal-distribution.ts';
import type { Successes } from './proportion-interval.ts';

export interface BetaPosterior {
  readonly status: 'ok';
  readonly posteriorControl: readonly [number, number];
  readonly posteriorTreatment: readonly [number, number];
  readonly meanControl: number;
  readonly meanTreatment: number;
  /** P(p_t > p_c). */
  readonly chanceToWin: number;
  /** E[max(p_c − p_t, 0)]. */
  readonly expectedLossShip: number;
  readonly expectedLossKeep: number;
}

/** Independent beta posteriors of two proportions, by exact sums; the prior's parameters must be whole numbers. */
export function betaPosterior(
  control: Successes,
  treatment: Successes,
  prior: { readonly a: number; readonly b: number } = { a: 1, b: 1 },
): BetaPosterior | InvalidInput {
  const invalid = firstComplaint(
    ...(
      [
        ['control', control],
        ['treatment', treatment],
      ] as const
    ).flatMap(([name, arm]) => [
      complainUnlessCount(`${name}.n`, arm.n),
      complainUnlessCount(`${name}.successes`, arm.successes),
      arm.successes <= arm.n
        ? null
        : `${name}.successes must not exceed ${name}.n, got ${arm.successes} of ${arm.n}`,
    ]),
    complainUnlessCount('prior.a', prior.a) ?? complainUnlessPositive('prior.a', prior.a),
    complainUnlessCount('prior.b', prior.b) ?? complainUnlessPositive('prior.b', prior.b),
  );
  if (invalid) return invalid;
  const c: Beta = [prior.a + control.successes, prior.b + control.n - control.successes];
  const t: Beta = [prior.a + treatment.successes, prior.b + treatment.n - treatment.successes];
  return {
    status: 'ok',
    posteriorControl: c,
    posteriorTreatment: t,
    meanControl: meanOf(c),
    meanTreatment: meanOf(t),
    chanceToWin: chanceOfGreater(t, c),
    expectedLossShip: expectedExcess(c, t),
    expectedLossKeep: expectedExcess(t, c),
  };
}

type Beta = readonly [number, number];

function meanOf([a, b]: Beta): number {
  return a / (a + b);
}

/** E[max(x − y, 0)] = E[x]·P(x′ > y) − E[y]·P(x > y′), where a prime adds one success. */
function expectedExcess(x: Beta, y: Beta): number {
  const value =
    meanOf(x) * chanceOfGreater([x[0] + 1, x[1]], y) - meanOf(y) * chanceOfGreater(x, [y[0] + 1, y[1]]);
  return Math.max(0, value);
}

/** Above this many terms the posteriors are normal to far beyond the digits anyone reads. */
const MOST_TERMS = 1_000_000;

/** P(x > y), by the shorter of two equivalent sums: over the successes of x or over the failures of y. */
function chanceOfGreater(x: Beta, y: Beta): number {
  if (Math.min(x[0], y[1]) > MOST_TERMS) {
    return normalCdf((meanOf(x) - meanOf(y)) / Math.sqrt(varianceOf(x) + varianceOf(y)));
  }
  return x[0] <= y[1] ? sumOverSuccesses(x, y) : sumOverSuccesses([y[1], y[0]], [x[1], x[0]]);
}

function varianceOf([a, b]: Beta): number {
  return ((a / (a + b)) * (b / (a + b))) / (a + b + 1);
}

/**
 * P(x > y) = Σ_{i < a_x} B(a_y + i, b_x + b_y)/((b_x + i) B(1 + i, b_x) B(a_y, b_y)), for whole a_x, summed with a running scale
 * because its first terms underflow. Source: Miller (2015).
 */
function sumOverSuccesses([ax, bx]: Beta, [ay, by]: Beta): number {
  let logScale = logBeta(ay, bx + by) - logBeta(ay, by);
  let term = 1;
  let sum = 0;
  for (let i = 0; i < ax; i++) {
    sum += term;
    term *= ((ay + i) / (ay + by + bx + i)) * ((bx + i) / (1 + i));
    if (sum > 1e250) {
      sum *= 1e-250;
      term *= 1e-250;
      logScale += 250 * Math.LN10;
    }
  }
  return Math.min(1, Math.exp(logScale + Math.log(sum)));
}
