import { describe, expect, test } from 'vitest';
import {
  judgeGuardrails,
  type DecisionEvidence,
  type FailurePeriod,
  type NewGuardrail,
} from '@liftgate/rollout';
import { exampleEvidence, examplePlan, failures, hits, metric, share } from './support/rollout.ts';

const errors: NewGuardrail = {
  kind: 'share',
  key: 'errors',
  name: 'Errors',
  what: 'error',
  limit: 0.05,
  margin: 1,
};

function judged(
  guardrails: readonly NewGuardrail[],
  evidence: DecisionEvidence['guardrails'],
  splitWrong = false,
) {
  const plan = examplePlan({ guardrails: [...guardrails] });
  return judgeGuardrails(plan, exampleEvidence({ guardrails: evidence }), { splitWrong });
}

function verdictOf(period: FailurePeriod, guardrail: NewGuardrail = errors) {
  return judged([guardrail], { errors: share(period) })[0]?.verdict;
}

describe('errors', () => {
  test.each([
    ['the same in both arms', failures(10_000, 100, 100), 'ok'],
    ['three times control', failures(10_000, 100, 300), 'broken'],
    ['twice control, among few', failures(2_000, 20, 44), 'suspicious'],
    ['nobody counted', failures(0, 0, 0), 'no_data'],
    ['8 % in both arms: not the feature', failures(2_000, 160, 160), 'systemic'],
    ['8 % in both arms, by chance a little more in treatment', failures(2_000, 160, 170), 'systemic'],
    ['a broken control, and a treatment far worse still', failures(2_000, 160, 500), 'broken'],
    ['a limit exceeded by both, but only one of 3 in control', failures(3, 1, 3), 'suspicious'],
    ['all of three failed, before anybody was counted in control', failures(3, 0, 3), 'suspicious'],
  ])('%s', (_, period, verdict) => {
    const nobody = { units: 0, failed: 0 };
    const early =
      period.treatment.units === 3 && period.control.failed === 0 ? { ...period, control: nobody } : period;
    expect(verdictOf(early)).toBe(verdict);
  });

  test('without any control the limit decides alone', () => {
    const alone = {
      treatmentShare: 1,
      control: { units: 0, failed: 0 },
      treatment: { units: 40, failed: 12 },
    };
    expect(judged([errors], { errors: share(alone) })[0]).toMatchObject({
      verdict: 'broken',
      brokenBy: 'limit',
    });
  });

  test('a margin tolerates what a strict comparison does not', () => {
    expect(verdictOf(failures(20_000, 200, 300))).toBe('broken');
    expect(verdictOf(failures(20_000, 200, 300), { ...errors, margin: 1.25 })).not.toBe('broken');
  });

  test('a limit alone does not compare, a comparison alone has no limit', () => {
    expect(verdictOf(failures(10_000, 10, 300), { ...errors, margin: null })).toBe('ok');
    expect(judged([{ ...errors, limit: null }], { errors: share(failures(100, 50, 50)) })[0]).toMatchObject({
      verdict: 'ok',
      circuitLogE: null,
    });
  });

  test('a fault after two good weeks is seen within hours, not days', () => {
    const good = [failures(14_000, 140, 140), failures(35_000, 350, 350)];
    const hour = failures(417, 4, 42);
    const hours = (count: number) =>
      share(...good, failures(417 * count, 4 * count, hour.treatment.failed * count));
    const broken = (count: number) => judged([errors], { errors: hours(count) })[0]?.verdict === 'broken';
    expect([1, 2, 3, 4].find(broken)).toBeLessThanOrEqual(2);
    expect(judged([errors], { errors: hours(2) })[0]?.numbers).toMatchObject({
      lately: true,
      control: { units: 834, failed: 8 },
      treatment: { units: 834, failed: 84 },
    });
  });
});

describe('several guardrails', () => {
  const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key): NewGuardrail => ({
    ...errors,
    key,
    name: key,
  }));

  test('share one error rate: what breaks one alone is not enough among eight', () => {
    const period = failures(4_000, 40, 80);
    const evidence = Object.fromEntries(many.map(({ key }) => [key, share(failures(4_000, 40, 40))]));
    expect(judged(many.slice(0, 1), { a: share(period) })[0]?.verdict).toBe('broken');
    expect(judged(many, { ...evidence, a: share(period) })[0]?.verdict).toBe('suspicious');
  });

  test('only those are blamed that reach the level by themselves', () => {
    const evidence = { a: share(failures(10_000, 100, 300)), b: share(failures(10_000, 100, 101)) };
    expect(judged(many.slice(0, 2), evidence).map(({ verdict }) => verdict)).toEqual(['broken', 'ok']);
  });

  test('a signal and a rehearsal have families of their own', () => {
    const [a, b, c] = many as [NewGuardrail, NewGuardrail, NewGuardrail];
    const bad = share(failures(10_000, 100, 300));
    const all = [a, { ...b, severity: 'signal' as const }, { ...c, dryRun: true }];
    const fine = share(failures(10_000, 100, 100));
    expect(judged(all, { a: fine, b: bad, c: bad }).map(({ verdict }) => verdict)).toEqual([
      'ok',
      'broken',
      'broken',
    ]);
  });
});

describe('a metric that must not drop', () => {
  const revenue: NewGuardrail = {
    kind: 'metric',
    key: 'revenue',
    name: 'Revenue',
    metric: 'revenue',
    direction: 'up',
    baseline: 0.1,
    maximumDrop: 0.1,
  };
  const verdict = (control: number, treatment: number, n = 10_000, guardrail = revenue) =>
    judged([guardrail], { revenue: metric(hits(n, control, treatment)) })[0];

  test('a proven drop beyond the limit is broken, and says when even the limit is proven', () => {
    expect(verdict(1_000, 800)).toMatchObject({ verdict: 'broken', numbers: { confirmed: false } });
    expect(verdict(1_000, 600)).toMatchObject({ verdict: 'broken', numbers: { confirmed: true } });
  });
  test('a proven drop within the limit is only suspicious', () => {
    expect(verdict(20_000, 18_500, 200_000)).toMatchObject({ verdict: 'suspicious' });
  });
  test('which way is good turns it round', () => {
    const churn = { ...revenue, direction: 'down' as const };
    expect(verdict(1_000, 1_250, 10_000, churn)).toMatchObject({ verdict: 'broken' });
    expect(verdict(1_000, 750, 10_000, churn)).toMatchObject({ verdict: 'ok' });
  });
  test('nothing is said before 30 people an arm and 10 who are not zero', () => {
    expect(verdict(29, 0, 29)).toMatchObject({ verdict: 'ok', logE: 0 });
    expect(verdict(9, 0, 5_000)).toMatchObject({ verdict: 'ok', logE: 0 });
  });
});
