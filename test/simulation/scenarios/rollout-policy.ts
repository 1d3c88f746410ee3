import {
  combineStrata,
  groupSequentialBounds,
  meanOfLogE,
  oneSidedSequence,
  shareProcess,
  tauSquaredFor,
  thresholdProcess,
  type Moments,
} from '@liftgate/stats';
import type { Random } from '../random.ts';
import { percentOf, quantileOfKey, type Scenario } from '../scenario.ts';

/**
 * S9: a whole rollout, 10 → 25 → 50 %, seven days each, 20,000 units a day, control slice as large as the treatment slice, looked at every
 * hour. Rolls back on the mean e-value of the error and latency guardrails (α 1 %), on the circuit breaker (0.1 %, and only where treatment is
 * the worse arm), and on goal harm (1 %); ships on an O'Brien–Fleming bound at 2.5 % on a daily look of the last stage.
 */
const STAGES = [0.1, 0.25, 0.5];
const HOURS_PER_STAGE = 168;
const UNITS_PER_HOUR = 20_000 / 24;
const GOAL = 0.1;
const SLOW = 0.03;
const ERRORS = 0.01;
const tauSquared = tauSquaredFor({ alpha: 0.01, minimumEffect: 0.05 * GOAL, sides: 1 });
const [, , last] = STAGES.map((share) => share * UNITS_PER_HOUR * HOURS_PER_STAGE);
const before = (0.1 + 0.25) * UNITS_PER_HOUR * HOURS_PER_STAGE;
const planned = before + (last ?? 0);
const designed = groupSequentialBounds({
  fractions: Array.from({ length: 7 }, (_, day) => (before + ((day + 1) / 7) * (last ?? 0)) / planned),
  alpha: 0.025,
});
const shipBounds = designed.status === 'ok' ? designed.bounds : [];

interface Truth {
  readonly goal: number;
  readonly errors: number;
}

interface StageCounts {
  n: number;
  readonly goal: [number, number];
  readonly errors: [number, number];
  readonly slow: [number, number];
}

export const policyScenarios: readonly Scenario[] = [
  {
    name: 'rollout of a feature that does nothing',
    runs: 5000,
    simulate: (random) => rollout(random, { goal: GOAL, errors: ERRORS }),
    rows: [
      {
        what: '8. policy A/A, rolled back',
        unit: '%',
        target: '≤ 2.0',
        atMost: 2,
        measure: percentOf('rolledBack'),
      },
      {
        what: '8. policy A/A, shipped',
        unit: '%',
        target: '≤ 3.2',
        atMost: 3.2,
        measure: percentOf('shipped'),
      },
    ],
  },
  {
    name: 'rollout with errors 1 % → 3 %',
    runs: 5000,
    simulate: (random) => rollout(random, { goal: GOAL, errors: 0.03 }),
    rows: [
      {
        what: '8. policy, errors 1 → 3 %, rolled back',
        unit: '%',
        target: '≥ 99',
        atLeast: 99,
        measure: percentOf('rolledBack'),
      },
      {
        what: '8. policy, errors 1 → 3 %, median time',
        unit: 'hours',
        target: '≤ 16',
        atMost: 16,
        measure: quantileOfKey('hours', 0.5),
      },
    ],
  },
  {
    name: 'rollout of a feature worth +5 %',
    runs: 5000,
    simulate: (random) => rollout(random, { goal: GOAL * 1.05, errors: ERRORS }),
    rows: [
      {
        what: '8. policy, goal +5 %, shipped',
        unit: '%',
        target: '≥ 96',
        atLeast: 96,
        measure: percentOf('shipped'),
      },
    ],
  },
];

function rollout(random: Random, truth: Truth) {
  const stages: StageCounts[] = [];
  for (const share of STAGES) {
    const stage: StageCounts = { n: 0, goal: [0, 0], errors: [0, 0], slow: [0, 0] };
    stages.push(stage);
    for (let hour = 1; hour <= HOURS_PER_STAGE; hour++) {
      arrive(random, stage, Math.round(share * UNITS_PER_HOUR), truth);
      const hours = (stages.length - 1) * HOURS_PER_STAGE + hour;
      if (mustRollBack(stages)) return { rolledBack: 1, shipped: 0, hours };
      const bound =
        stages.length === STAGES.length && hour % 24 === 0 ? (shipBounds[hour / 24 - 1] ?? null) : null;
      if (bound !== null && goalZ(stages) >= bound) return { rolledBack: 0, shipped: 1, hours };
    }
  }
  return { rolledBack: 0, shipped: 0, hours: Infinity };
}

function arrive(random: Random, stage: StageCounts, units: number, truth: Truth): void {
  stage.n += units;
  stage.goal[0] += random.binomial(units, GOAL);
  stage.goal[1] += random.binomial(units, truth.goal);
  stage.errors[0] += random.binomial(units, ERRORS);
  stage.errors[1] += random.binomial(units, truth.errors);
  stage.slow[0] += random.binomial(units, SLOW);
  stage.slow[1] += random.binomial(units, SLOW);
}

function mustRollBack(stages: readonly StageCounts[]): boolean {
  const guards = (['errors', 'slow'] as const).map((key) => {
    const r = shareProcess(
      stages.map((s) => ({ treatmentShare: 0.5, treatmentUnits: s[key][1], controlUnits: s[key][0] })),
    );
    if (r.status !== 'ok') throw new Error(r.message);
    return { key, ...r };
  });
  if (meanOfLogE(guards.map((guard) => guard.logE)) >= Math.log(100)) return true;
  const tripped = guards.some(({ key, treatmentWorse }) => {
    const failed = stages.reduce((sum, s) => sum + s[key][1], 0);
    const units = stages.reduce((sum, s) => sum + s.n, 0);
    const breaker = thresholdProcess({ failed, passed: units - failed, limit: 0.05 });
    return treatmentWorse && breaker.status === 'ok' && breaker.logE >= Math.log(1000);
  });
  return tripped || goalHarm(stages);
}

function goalHarm(stages: readonly StageCounts[]): boolean {
  const { estimate, se } = goalEffect(stages);
  const harm = oneSidedSequence({ estimate, se, tauSquared, alpha: 0.01, direction: 'decrease' });
  return harm.status === 'ok' && harm.logE >= Math.log(100);
}

function goalZ(stages: readonly StageCounts[]): number {
  const { estimate, se } = goalEffect(stages);
  return estimate / se;
}

function goalEffect(stages: readonly StageCounts[]) {
  const combined = combineStrata(
    stages.map((s) => ({ control: bernoulli(s.goal[0], s.n), treatment: bernoulli(s.goal[1], s.n) })),
  );
  if (!combined) return { estimate: 0, se: 1 };
  const { control, treatment } = combined;
  return {
    estimate: treatment.mean - control.mean,
    se: Math.sqrt(control.varianceOfMean + treatment.varianceOfMean),
  };
}

function bernoulli(successes: number, n: number): Moments {
  const mean = successes / n;
  return { n, mean, m2: n * mean * (1 - mean) };
}
