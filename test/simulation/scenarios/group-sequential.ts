import { groupSequentialBounds } from '@liftgate/stats';
import type { Random } from '../random.ts';
import { percentOf, type Scenario } from '../scenario.ts';
import { variance } from './continuous-looking.ts';

/** S8: the stream of S1 with an O'Brien–Fleming design of 30 daily looks, two-sided 5 %, at no effect and at the effect planned for. */
const RATE = 0.1;
const designed = groupSequentialBounds({
  fractions: Array.from({ length: 30 }, (_, k) => (k + 1) / 30),
  alpha: 0.025,
});
const bounds = designed.status === 'ok' ? designed.bounds : [];

export const groupSequentialScenarios: readonly Scenario[] = [
  {
    name: 'group sequential A/A',
    runs: 20_000,
    briefRuns: 4000,
    simulate: (random) => run(random, RATE),
    rows: [
      {
        what: '7. group sequential A/A, 5 %',
        unit: '%',
        target: '4.4–5.6',
        atLeast: 4.4,
        atMost: 5.6,
        measure: percentOf('rejected'),
      },
    ],
  },
  {
    name: 'group sequential at the planned effect',
    runs: 5000,
    briefRuns: 1000,
    simulate: (random) => run(random, RATE * 1.0686),
    rows: [
      {
        what: '7. group sequential power at the planned effect',
        unit: '%',
        target: '≥ 75',
        atLeast: 75,
        measure: percentOf('rejected'),
      },
    ],
  },
];

function run(random: Random, treatmentRate: number) {
  let [control, treatment] = [0, 0];
  for (const [day, bound] of bounds.entries()) {
    const n = 1000 * (day + 1);
    control += random.binomial(1000, RATE);
    treatment += random.binomial(1000, treatmentRate);
    const z = (treatment - control) / n / Math.sqrt(variance(control, n) + variance(treatment, n));
    if (bound !== null && Math.abs(z) >= bound) return { rejected: 1 };
  }
  return { rejected: 0 };
}
