import { sequentialSampleRatioMismatch } from '@liftgate/stats';
import type { Random } from '../random.ts';
import { percentOf, quantileOfKey, type Scenario } from '../scenario.ts';

/** S6: the split check after every 100 units, called at p < 0.001. */
const BATCH = 100;
const LIMIT = Math.log(1000);

export const splitScenarios: readonly Scenario[] = [
  {
    name: 'A/A split looked at 1,000 times',
    runs: 10_000,
    simulate: (random) => ({ called: unitsUntilCalled(random, 0.5, 1000) === null ? 0 : 1 }),
    rows: [
      {
        what: '6. sequential split check, 1,000 looks, 0.1 %',
        unit: '%',
        target: '≤ 0.2',
        atMost: 0.2,
        measure: percentOf('called'),
      },
    ],
  },
  {
    name: 'a 52/48 split',
    runs: 5000,
    simulate: (random) => ({ units: unitsUntilCalled(random, 0.52, 10_000) ?? Infinity }),
    rows: [
      {
        what: '6. 52/48 is called after, median',
        unit: 'units',
        target: '≤ 18000',
        atMost: 18_000,
        measure: quantileOfKey('units', 0.5),
      },
    ],
  },
];

function unitsUntilCalled(random: Random, share: number, looks: number): number | null {
  let [first, total] = [0, 0];
  for (let look = 0; look < looks; look++) {
    first += random.binomial(BATCH, share);
    total += BATCH;
    const r = sequentialSampleRatioMismatch([{ observed: [first, total - first], weights: [1, 1] }]);
    if (r.status === 'ok' && r.logBayesFactor >= LIMIT) return total;
  }
  return null;
}
