import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  againstTarget,
  annualCost,
  annualValue,
  backtest,
  costSchema,
  dollarsPerEffect,
  forecast,
  holdbackDay,
  ledgerEntry,
  modelledValue,
  netValue,
  NO_COST,
  PHASE_3,
  portfolio,
  reconcile,
  riskBudget,
  sensitivity,
  thousands,
  valueFunctionSchema,
  type PortfolioFeature,
  type ValueFunction,
} from '@liftgate/value';

const dollars: ValueFunction = {
  kind: 'per_unit',
  metric: 'spend',
  rate: { low: 1, mode: 1, high: 1 },
  version: 1,
  owner: 'growth',
  since: '2026-11-01',
  currency: 'USD',
};
const presetOf = (flag: string): ValueFunction => {
  const preset = PHASE_3.find((one) => one.flag === flag);
  if (preset === undefined) throw new Error(flag);
  return { ...preset.valueFunction, version: 1, owner: 'team', since: '2026-11-01' };
};

describe('annual value', () => {
  it('of the Hillstrom e-mail experiment is its measured effect times the customers of a year', () => {
    // Mens e-mail against none: +$0.769827 a customer, 95 % 0.485140 to 1.054515, se 0.145246560249 (published, recomputed).
    const value = annualValue({
      effect: { estimate: 0.769827155895, se: 0.145246560249, alwaysValid: [0.31, 1.23] },
      valueFunction: dollars,
      forecast: { annualUnits: 100_000, annualUnitsSe: 0 },
    });
    if (value.status !== 'ok') throw new Error(value.message);
    expect(value.valueUsd).toBeCloseTo(76_982.7155895, 6);
    expect(value.fixed[0]).toBeCloseTo(48_514.91, 0);
    expect(value.fixed[1]).toBeCloseTo(105_450.52, 0);
    expect(value.alwaysValid).toEqual([31_000, 123_000]);
    expect(value.provenUsd).toBe(31_000);
    expect(value.label).toBe('measured');
  });

  it('a loss is never proven value', () => {
    const value = annualValue({
      effect: { estimate: -0.5, se: 0.1, alwaysValid: [-0.8, -0.2] },
      valueFunction: dollars,
      forecast: { annualUnits: 1_000, annualUnitsSe: 0 },
    });
    expect(value).toMatchObject({ status: 'ok', valueUsd: -500, provenUsd: 0 });
  });

  it('an error of the forecast widens the fixed interval', () => {
    const of = (annualUnitsSe: number) => {
      const value = annualValue({
        effect: { estimate: 1, se: 0.1, alwaysValid: [null, null] },
        valueFunction: dollars,
        forecast: { annualUnits: 1_000, annualUnitsSe },
      });
      if (value.status !== 'ok') throw new Error(value.message);
      return value.fixed[1] - value.fixed[0];
    };
    expect(of(300)).toBeGreaterThan(of(0) * 2);
  });

  it('minutes saved are worth money, seconds and hours alike', () => {
    expect(dollarsPerEffect(presetOf('realtime_intelligence'), 50) * -900).toBeCloseTo(12.5, 12);
    expect(dollarsPerEffect(presetOf('ai_coaching'), 75) * -20).toBe(1_500);
  });

  it('a satisfaction point is worth its price once, however many units there are', () => {
    const value = (annualUnits: number) =>
      annualValue({
        effect: { estimate: 0.05, se: 0.01, alwaysValid: [0.01, 0.09] },
        valueFunction: presetOf('property_intelligence'),
        forecast: { annualUnits, annualUnitsSe: 0 },
      });
    expect(value(10)).toMatchObject({ status: 'ok', valueUsd: expect.closeTo(25_000, 6) });
    expect(value(10_000)).toEqual(value(10));
  });

  it('each prevented churn counts, and the interval turns round with the sign', () => {
    const value = annualValue({
      effect: { estimate: -0.15, se: 0.03, alwaysValid: [-0.25, -0.05] },
      valueFunction: presetOf('churn_prevention'),
      forecast: { annualUnits: 100, annualUnitsSe: 0 },
    });
    expect(value).toMatchObject({ status: 'ok', valueUsd: expect.closeTo(45_000, 6) });
    if (value.status === 'ok') {
      expect(value.alwaysValid[0]).toBeCloseTo(15_000, 6);
      expect(value.alwaysValid[1]).toBeCloseTo(75_000, 6);
    }
  });

  it('against a static baseline it is only modelled', () => {
    const modelled = modelledValue({
      treatmentMean: 30,
      baseline: 900,
      valueFunction: presetOf('realtime_intelligence'),
      forecast: { annualUnits: 1_000, annualUnitsSe: 0 },
    });
    expect(modelled).toMatchObject({ label: 'modelled', currency: 'USD' });
    expect(modelled?.valueUsd).toBeCloseTo((870 / 3600) * 50 * 1000, 6);
  });

  it('nothing that is not a number comes out', () => {
    const value = annualValue({
      effect: { estimate: Number.NaN, se: 1, alwaysValid: [null, null] },
      valueFunction: dollars,
      forecast: { annualUnits: 1, annualUnitsSe: 0 },
    });
    expect(value.status).toBe('invalid_input');
  });
});

describe('a value function', () => {
  it('is refused with the field when its range is not ordered or its currency is no code', () => {
    expect(
      valueFunctionSchema.safeParse({ ...dollars, rate: { low: 2, mode: 1, high: 3 } }).error?.issues[0]
        ?.path,
    ).toEqual(['rate']);
    expect(valueFunctionSchema.safeParse({ ...dollars, currency: 'dollars' }).error?.issues[0]?.path).toEqual(
      ['currency'],
    );
  });
});

describe('cost', () => {
  const cost = {
    ...NO_COST,
    buildUsd: 24_000,
    amortiseMonths: 24,
    runPerUnitUsd: 0.01,
    runPerMonthUsd: 100,
    platformPerMonthUsd: 50,
  };

  it('of a year is the share of the build, the run and the platform', () => {
    expect(annualCost(cost, 100_000)).toEqual({
      buildUsd: 12_000,
      runUsd: 2_200,
      platformUsd: 600,
      totalUsd: 14_800,
    });
  });

  it('gives net value, return and payback', () => {
    const net = netValue({ valueUsd: 50_000, seUsd: 10_000, cost, annualUnits: 100_000 });
    expect(net.netUsd).toBe(35_200);
    expect(net.roiPercent).toBeCloseTo((50_000 / 14_800 - 1) * 100, 9);
    expect(net.paybackMonths).toBeCloseTo(24_000 / ((50_000 - 2_800) / 12), 9);
    expect(net.probabilityRoiPositive).toBeCloseTo(0.99978, 4);
    expect(net.netInterval[0]).toBeCloseTo(35_200 - 19_599.64, 1);
  });

  it('that the value never earns back has no payback, and a free feature has no return on cost', () => {
    expect(netValue({ valueUsd: 1_000, seUsd: 1, cost, annualUnits: 100_000 }).paybackMonths).toBeNull();
    expect(netValue({ valueUsd: 1_000, seUsd: 1, cost: NO_COST, annualUnits: 1 }).roiPercent).toBeNull();
  });

  it('cannot be negative', () => {
    expect(costSchema.safeParse({ ...NO_COST, buildUsd: -1 }).error?.issues[0]?.path).toEqual(['buildUsd']);
  });
});

describe('a target', () => {
  const band = { lowUsd: 45_000, highUsd: 60_000 };
  it.each([
    [
      { valueUsd: 70_000, seUsd: 5_000, alwaysValid: [50_000, 90_000] as const },
      'validated',
      'Validated: at least $50K a year, the target was $45K.',
    ],
    [
      { valueUsd: 50_000, seUsd: 9_000, alwaysValid: [20_000, 80_000] as const },
      'on_track',
      'On track: $50K a year so far, not yet certain to reach $45K.',
    ],
    [
      { valueUsd: 30_000, seUsd: 9_000, alwaysValid: [5_000, 55_000] as const },
      'short',
      'Short: $30K a year so far, the target is $45K.',
    ],
    [
      { valueUsd: 20_000, seUsd: 5_000, alwaysValid: [9_000, 31_000] as const },
      'out_of_reach',
      'Target out of reach: at most $31K a year, below $45K.',
    ],
    [
      { valueUsd: 50_000, seUsd: 9_000, alwaysValid: [null, null] as const },
      'on_track',
      'On track: $50K a year so far, not yet certain to reach $45K.',
    ],
  ])('%o reads %s', (value, reading, sentence) => {
    expect(againstTarget(value, band)).toMatchObject({ reading, sentence });
  });

  it('money is short and has a true minus', () => {
    expect([999, 1_234, 75_000, 999_900, 1_250_000, -12_300, 0].map(thousands)).toEqual([
      '$999',
      '$1.23K',
      '$75K',
      '$1M',
      '$1.25M',
      '\u2212$12.3K',
      '$0',
    ]);
  });
});

describe('sensitivity', () => {
  it('names the assumption that moves net value most first', () => {
    const bars = sensitivity({
      effect: { low: 0.3, mode: 0.7, high: 1.1 },
      valueFunction: dollars,
      annualUnits: { low: 95_000, mode: 100_000, high: 105_000 },
      cost: { ...NO_COST, buildUsd: 10_000 },
      costUncertainty: 0.2,
    });
    expect(bars.map(({ assumption }) => assumption)).toEqual(['effect', 'units', 'build', 'rate', 'run']);
    expect(bars[0]).toMatchObject({ lowUsd: expect.closeTo(20_000, 6), highUsd: expect.closeTo(100_000, 6) });
  });
});

describe('a portfolio', () => {
  const feature = (over: Partial<PortfolioFeature>): PortfolioFeature => ({
    flag: 'f',
    valueUsd: 50_000,
    seUsd: 10_000,
    provenUsd: 20_000,
    costUsd: 5_000,
    currency: 'USD',
    state: 'live',
    ...over,
  });

  it('adds what is live, keeps avoided loss apart, and never mixes currencies', () => {
    const result = portfolio(
      [
        feature({}),
        feature({ flag: 'g', valueUsd: 30_000 }),
        feature({ flag: 'bad', valueUsd: -12_000, state: 'rolled_back' }),
        feature({ flag: 'eur', currency: 'EUR' }),
      ],
      { finished: [], target: { lowUsd: 60_000, highUsd: 90_000 } },
    );
    if (result.status !== 'ok') throw new Error(result.message);
    const [eur, usd] = result.byCurrency;
    expect(eur).toMatchObject({ currency: 'EUR', rawUsd: 50_000, target: null });
    expect(usd).toMatchObject({
      currency: 'USD',
      rawUsd: 80_000,
      shrunkUsd: 80_000,
      avoidedLossUsd: 12_000,
      provenUsd: 40_000,
      netUsd: 70_000,
    });
    expect(usd?.target?.reading).toBe('on_track');
  });

  it('shrinks the estimates of sixty features with known truth towards it', () => {
    const draw = random(42);
    const truth = Array.from({ length: 60 }, () => 20_000 * normal(draw));
    const features = truth.map((value, index) =>
      feature({ flag: `f${index}`, valueUsd: value + 30_000 * normal(draw), seUsd: 30_000, provenUsd: 0 }),
    );
    const finished = features.map(({ valueUsd, seUsd }) => ({ estimate: valueUsd, se: seUsd }));
    const winners = features
      .map((one, index) => ({ one, truth: truth[index] ?? 0 }))
      .filter(({ one }) => one.valueUsd > 0);
    const result = portfolio(
      winners.map(({ one }) => one),
      { finished },
    );
    if (result.status !== 'ok') throw new Error(result.message);
    const [total] = result.byCurrency;
    const real = winners.reduce((sum, winner) => sum + winner.truth, 0);
    expect(Math.abs((total?.shrunkUsd ?? 0) - real)).toBeLessThan(Math.abs((total?.rawUsd ?? 0) - real) / 2);
  });

  it('says how much of what was claimed the holdout supports', () => {
    expect(
      reconcile({ claimedUsd: 100_000, shrunkUsd: 72_000, holdoutUsd: 70_000, holdoutSeUsd: 5_000 }),
    ).toEqual({ realisationRate: 0.7, withinError: true });
  });
});

describe('a holdback', () => {
  it('is released once withholding costs more than measuring can still save', () => {
    const day = (annualValueUsd: number, seUsd: number, daysMeasured: number) =>
      holdbackDay({ annualValueUsd, seUsd, holdback: 0.05, daysMeasured, horizonYears: 2 });
    expect(day(1_000, 50_000, 10).release).toBe(false);
    expect(day(80_000, 10_000, 60).release).toBe(true);
  });

  it('is worth less the more certain the value is', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1_000, max: 1e6, noNaN: true }),
        fc.double({ min: 100, max: 1e5, noNaN: true }),
        (value, se) => {
          const at = (error: number) =>
            holdbackDay({
              annualValueUsd: value,
              seUsd: error,
              holdback: 0.05,
              daysMeasured: 20,
              horizonYears: 1,
            }).informationUsd;
          expect(at(se)).toBeLessThanOrEqual(at(se * 2));
          expect(at(se)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

describe('a risk budget', () => {
  const budget = (effect: readonly [number | null, number | null], treatedUnits: number) =>
    riskBudget({
      budgetUsd: 1_000,
      valueFunction: dollars,
      effect,
      worstEffect: -1,
      treatedUnits,
      comingUnits: 10_000,
      annualUnits: 1e6,
    });

  it('allows a share by the worst case while nothing is measured', () => {
    expect(budget([null, null], 0)).toMatchObject({ lossPerUnitUsd: 1, largestShare: 0.1, stop: false });
  });
  it('opens up when a loss is ruled out, and stops when it is used up', () => {
    expect(budget([0.1, 0.9], 5_000)).toMatchObject({ lossPerUnitUsd: 0, largestShare: 1, stop: false });
    expect(budget([-0.5, 0.2], 2_000)).toMatchObject({
      spentUsd: 1_000,
      leftUsd: 0,
      largestShare: 0,
      stop: true,
    });
  });
});

describe('a forecast', () => {
  it('follows the stages of the plan, and its errors add up instead of averaging out', () => {
    const months = forecast({
      annualValueUsd: 120_000,
      seUsd: 12_000,
      stages: [
        { fromMonth: 1, share: 0.1 },
        { fromMonth: 3, share: 1 },
      ],
      months: 4,
    });
    expect(months.map(({ valueUsd }) => Math.round(valueUsd))).toEqual([1_000, 1_000, 10_000, 10_000]);
    const last = months.at(-1);
    expect(last?.cumulativeUsd).toBeCloseTo(22_000, 6);
    expect((last?.interval[1] ?? 0) - (last?.interval[0] ?? 0)).toBeCloseTo(
      2 * 1.959964 * 12_000 * (2.2 / 12),
      1,
    );
  });

  it('is held against what really came', () => {
    expect(
      backtest([
        { forecastUsd: 110, actualUsd: 100, interval: [90, 130] },
        { forecastUsd: 90, actualUsd: 100, interval: [80, 95] },
      ]),
    ).toEqual({ months: 2, bias: 0, meanAbsoluteError: 0.1, coverage: 0.5 });
    expect(backtest([])).toBeNull();
  });
});

describe('the ledger', () => {
  const entry = (controlUnits: number) =>
    ledgerEntry({
      flag: 'checkout',
      day: '2026-11-24',
      treatedUnits: 1_000,
      controlUnits,
      annualUnits: 365_000,
      effect: { estimate: 0.5, se: 0.1, alwaysValid: [0.1, null] },
      valueFunction: dollars,
    });

  it('says realised while somebody was on control, and projected when nobody is', () => {
    expect(entry(50)).toMatchObject({
      valueUsd: 500,
      interval: [100, null],
      basis: 'realised',
      valueFunctionVersion: 1,
    });
    expect(entry(0).basis).toBe('projected');
  });
});

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function normal(draw: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}
