import { burnIn, oneSidedSequence, shareProcess, tauSquaredFor } from '@liftgate/stats';
import type { Random } from '../random.ts';
import { percentOf, quantileOfKey, type Scenario } from '../scenario.ts';
import { variance } from './continuous-looking.ts';

/** S3: one request per unit, a look after every batch of 100, half of them treatment, at α = 1 %. */
const LOOKS = 1000;
const LIMIT = Math.log(100);

function falseAlarms(rate: number): Scenario {
  const tauSquared = tauSquaredFor({ alpha: 0.01, minimumEffect: rate, sides: 1 });
  const percent = `${100 * rate} %`;
  return {
    name: `A/A guardrail at ${percent} errors`,
    runs: 5000,
    briefRuns: 500,
    simulate: (random) => {
      let [control, treatment, share, normal] = [0, 0, 0, 0];
      for (let n = 50; n <= 50 * LOOKS; n += 50) {
        control += random.binomial(50, rate);
        treatment += random.binomial(50, rate);
        if (shareLogE(treatment, control) >= LIMIT) share = 1;
        if (!burnIn({ control: n, treatment: n, nonZero: control + treatment }).ready) continue;
        const se = Math.sqrt(variance(control, n) + variance(treatment, n));
        const estimate = (treatment - control) / n;
        const look = oneSidedSequence({ estimate, se, tauSquared, alpha: 0.01, direction: 'increase' });
        if (look.status === 'ok' && look.logE >= LIMIT) normal = 1;
      }
      return { share, normal };
    },
    rows: [
      {
        what: `2. share e-process, 1,000 looks, base ${percent}`,
        unit: '%',
        target: '≤ 1.2',
        atMost: 1.2,
        measure: percentOf('share'),
      },
      {
        what: `2. one-sided normal, 1,000 looks, base ${percent}`,
        unit: '%',
        target: '≤ 1.2',
        atMost: 1.2,
        measure: percentOf('normal'),
      },
    ],
  };
}

function detection(rate: number, limits: { readonly median: number; readonly p90?: number }): Scenario {
  const name = `3. errors 1 % → ${100 * rate} %, treatment units to detect`;
  return {
    name,
    runs: 5000,
    briefRuns: 1000,
    simulate: (random) => ({ units: unitsToDetect(random, rate) }),
    rows: [
      {
        what: `${name}, median`,
        unit: 'units',
        target: `≤ ${limits.median}`,
        atMost: limits.median,
        measure: quantileOfKey('units', 0.5),
      },
      ...(limits.p90 === undefined
        ? []
        : [
            {
              what: `${name}, p90`,
              unit: 'units' as const,
              target: `≤ ${limits.p90}`,
              atMost: limits.p90,
              measure: quantileOfKey('units', 0.9),
            },
          ]),
    ],
  };
}

export const guardrailScenarios: readonly Scenario[] = [
  ...[0.001, 0.01, 0.03, 0.05].map(falseAlarms),
  detection(0.02, { median: 3400 }),
  detection(0.03, { median: 1150, p90: 2300 }),
  detection(0.1, { median: 180 }),
];

function unitsToDetect(random: Random, rate: number): number {
  let [control, treatment] = [0, 0];
  for (let n = 50; n < 1_000_000; n += 50) {
    control += random.binomial(50, 0.01);
    treatment += random.binomial(50, rate);
    if (shareLogE(treatment, control) >= LIMIT) return n;
  }
  return 1_000_000;
}

function shareLogE(treatmentUnits: number, controlUnits: number): number {
  const r = shareProcess([{ treatmentShare: 0.5, treatmentUnits, controlUnits }]);
  return r.status === 'ok' ? r.logE : 0;
}
