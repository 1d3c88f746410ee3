import {
  addIntegerSums,
  confidenceSequence,
  meanEstimate,
  momentsFromIntegers,
  NO_SUMS,
  sequentialSampleRatioMismatch,
  shareProcess,
  type IntegerSums,
} from '@liftgate/stats';
import type { Random } from '../random.ts';
import { percentOf, type Scenario } from '../scenario.ts';

/** The same events in order once, and shuffled with a third of them delivered twice: every e-value must have the same bits. */
export const delivery: Scenario = {
  name: 'events delivered twice and out of order',
  runs: 5000,
  simulate,
  rows: [
    {
      what: '9. e-values changed by duplicates and order',
      unit: '%',
      target: '0',
      atMost: 0,
      measure: percentOf('changed'),
    },
    {
      what: '9. self-check: without removing duplicates',
      unit: '%',
      target: '≥ 99',
      atLeast: 99,
      measure: percentOf('naive'),
    },
  ],
};

interface Event {
  readonly id: number;
  readonly treated: boolean;
  readonly cents: bigint;
  readonly failed: boolean;
}

function simulate(random: Random) {
  const events = Array.from({ length: 200 }, (_, id): Event => ({
    id,
    treated: random.uniform() < 0.5,
    cents: BigInt(Math.floor(random.gamma(0.5) * 1e7)),
    failed: random.uniform() < 0.2,
  }));
  const twice = [...events, ...events.filter(() => random.uniform() < 1 / 3)];
  for (let i = twice.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    const [a, b] = [twice[i], twice[j]];
    if (a && b) [twice[i], twice[j]] = [b, a];
  }
  const original = evidence(events);
  return {
    changed: sameBits(original, evidence(firstOfEach(twice))) ? 0 : 1,
    naive: sameBits(original, evidence(twice)) ? 0 : 1,
  };
}

function firstOfEach(events: readonly Event[]): Event[] {
  const seen = new Set<number>();
  return events.filter(({ id }) => !seen.has(id) && seen.add(id));
}

function evidence(events: readonly Event[]): Float64Array {
  const sums: [IntegerSums, IntegerSums] = [NO_SUMS, NO_SUMS];
  const failed: [number, number] = [0, 0];
  for (const event of events) {
    const arm = event.treated ? 1 : 0;
    sums[arm] = addIntegerSums(sums[arm], { n: 1n, s1: event.cents, s2: event.cents * event.cents });
    if (event.failed) failed[arm] += 1;
  }
  const [control, treatment] = [
    meanEstimate(momentsFromIntegers(sums[0], 2)),
    meanEstimate(momentsFromIntegers(sums[1], 2)),
  ];
  if (!control || !treatment) throw new Error('200 units leave no arm empty');
  const sequence = confidenceSequence({
    estimate: treatment.mean - control.mean,
    se: Math.sqrt(control.varianceOfMean + treatment.varianceOfMean),
    tauSquared: 1e8,
  });
  const share = shareProcess([{ treatmentShare: 0.5, treatmentUnits: failed[1], controlUnits: failed[0] }]);
  const split = sequentialSampleRatioMismatch([{ observed: [control.n, treatment.n], weights: [1, 1] }]);
  return Float64Array.of(
    sequence.status === 'ok' ? sequence.logE : NaN,
    share.status === 'ok' ? share.logE : NaN,
    split.status === 'ok' ? split.logBayesFactor : NaN,
  );
}

function sameBits(a: Float64Array, b: Float64Array): boolean {
  const [left, right] = [new BigUint64Array(a.buffer), new BigUint64Array(b.buffer)];
  return left.every((bits, i) => bits === right[i]);
}
