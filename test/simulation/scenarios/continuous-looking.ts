import { confidenceSequence, normalIsf, tauSquaredFor } from '@liftgate/stats';
import type { Random } from '../random.ts';
import { percentOf, type Scenario } from '../scenario.ts';

/** S1: nothing works; a 10 % conversion is looked at daily for 30 days, 1,000 units per arm and day. */
const RATE = 0.1;
const tauSquared = tauSquaredFor({ alpha: 0.05, power: 0.8, minimumEffect: 0.0686 * RATE });
const critical = normalIsf(0.025);

export const continuousLooking: Scenario = {
  name: 'A/A looked at daily',
  runs: 20_000,
  briefRuns: 4000,
  simulate,
  rows: [
    {
      what: '1. confidence sequence, 30 daily looks, 5 %',
      unit: '%',
      target: '≤ 2.0',
      atMost: 2,
      measure: percentOf('sequence'),
    },
    {
      what: '1. self-check: a naive test at each look',
      unit: '%',
      target: '26–31',
      atLeast: 26,
      atMost: 31,
      measure: percentOf('naive'),
    },
  ],
};

function simulate(random: Random) {
  let control = 0;
  let treatment = 0;
  let sequence = 0;
  let naive = 0;
  for (let n = 1000; n <= 30_000; n += 1000) {
    control += random.binomial(1000, RATE);
    treatment += random.binomial(1000, RATE);
    const estimate = (treatment - control) / n;
    const se = Math.sqrt(variance(control, n) + variance(treatment, n));
    const look = confidenceSequence({ estimate, se, tauSquared });
    if (look.status === 'ok' && look.p <= 0.05) sequence = 1;
    if (Math.abs(estimate / se) >= critical) naive = 1;
  }
  return { sequence, naive };
}

export function variance(successes: number, n: number): number {
  return ((successes / n) * (1 - successes / n)) / (n - 1);
}
