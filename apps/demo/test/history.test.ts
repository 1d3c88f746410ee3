import { describe, expect, it } from 'vitest';
import { eventInputSchema, type EventInput } from '@liftgate/attribution';
import { DAYS, features, historyOf, trueMean, type DemoMetric, type Feature } from '@liftgate/demo';

const until = Date.parse('2026-11-24T12:00:00Z');
const histories = new Map(features.map((feature) => [feature, historyOf(feature, until)]));
const all = [...histories.values()].flat(2);

describe('the history of the demo', () => {
  it('is the same every time, and as large as a start-up of a few seconds allows', () => {
    for (const [feature, people] of histories) expect(historyOf(feature, until)).toEqual(people);
    expect(all.length).toBeGreaterThan(25_000);
    expect(all.length).toBeLessThan(45_000);
  });

  it('holds valid events with ids of their own, in the three weeks', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const event of all) expect(eventInputSchema.safeParse(event).success).toBe(true);
    const times = all.map(({ at }) => at);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(until - DAYS * 86_400_000);
    expect(Math.max(...times)).toBeLessThanOrEqual(until);
  });

  it('tells of each person in the order of time, from the exposure on', () => {
    for (const person of [...histories.values()].flat()) {
      const times = person.map(({ at }) => at);
      expect(person[0]?.kind).toBe('exposure');
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });

  it('is busy in the afternoon and quiet at night', () => {
    const hours = all.filter(({ kind }) => kind === 'exposure').map(({ at }) => new Date(at).getUTCHours());
    const between = (from: number, to: number) => hours.filter((hour) => hour >= from && hour < to).length;
    expect(between(14, 18)).toBeGreaterThan(10 * between(1, 5));
  });

  it('people do the same on whatever day the demo starts', () => {
    const another = until + 17 * 3_600_000 + 123;
    for (const feature of features.filter(({ holdback }) => holdback === 0)) {
      const values = (people: readonly (readonly EventInput[])[]) =>
        new Map(people.flat().flatMap((event) => (event.kind === 'metric' ? [[event.id, event.value]] : [])));
      const here = values(histories.get(feature) ?? []);
      const there = values(historyOf(feature, another));
      for (const [id, value] of there) if (here.has(id)) expect(here.get(id)).toBe(value);
    }
  });

  it.each(
    features
      .filter(({ people }) => people > 1_000)
      .flatMap((feature) => feature.metrics.map((metric) => ({ feature, metric }))),
  )(
    '$feature.key: $metric.key comes out near its true mean with and without the feature',
    ({ feature, metric }) => {
      for (const treated of [false, true]) {
        const { mean, se } = observed(feature, metric, treated);
        expect(Math.abs(mean - trueMean(metric.outcome, treated)), `mean ${mean}, se ${se}`).toBeLessThan(
          4.5 * se + 0.01 * mean,
        );
      }
    },
  );
});

function observed(feature: Feature, { key, kind }: DemoMetric, treated: boolean) {
  const values = (histories.get(feature) ?? []).flatMap((person) => {
    const exposure = person.find(
      (event) => event.kind === 'exposure' && event.variant === (treated ? 'treatment' : 'control'),
    );
    if (exposure === undefined) return [];
    const event = person.find((one) => one.kind === 'metric' && one.metric === key);
    // Whoever came too late to be measured before the end is left out of a mean and counts as 0 elsewhere.
    return event?.kind === 'metric' ? [event.value ?? 1] : kind === 'mean' ? [] : [0];
  });
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, se: Math.sqrt(variance / values.length) };
}
