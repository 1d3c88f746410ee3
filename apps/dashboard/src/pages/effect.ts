import type { Comparison, ExperimentItem, MeasuredComparison, MetricResult } from '../api/types.ts';
import type { Estimated } from '../charts/scale.ts';

/** The metric that decides: the goal, or the first one where none is named. */
export function goalOf(item: ExperimentItem): MetricResult | null {
  const metrics = item.result?.metrics ?? [];
  return metrics.find(({ role }) => role === 'goal') ?? metrics[0] ?? null;
}

const FIRST: Record<Comparison['reading'], number> = { worse: 0, better: 1, not_sure: 2, not_enough: 3 };

/** The metric behind the verdict: the broken guardrail where there is one, else the goal. */
export function decidingMetric(item: ExperimentItem): MetricResult | null {
  if (item.verdict.state !== 'guardrail_broken') return goalOf(item);
  const broken = item.result?.metrics.find(
    ({ role, comparisons }) => role === 'guardrail' && comparisons.some(({ reading }) => reading === 'worse'),
  );
  return broken ?? goalOf(item);
}

/** The comparison that says most: harm before good, then the larger effect. */
export function tellingComparison(metric: MetricResult): Comparison | null {
  const ordered = [...metric.comparisons].sort(
    (a, b) => FIRST[a.reading] - FIRST[b.reading] || size(b) - size(a),
  );
  return ordered[0] ?? null;
}

function size(comparison: Comparison): number {
  return isMeasured(comparison) ? Math.abs(comparison.relative?.lift ?? 0) : 0;
}

export function isMeasured(comparison: Comparison): comparison is MeasuredComparison {
  return comparison.status === 'ok';
}

/** What goes on a shared axis: the relative change with its always-valid interval, where there is one. */
export function relativeEffect(comparison: Comparison): Estimated[] {
  if (!isMeasured(comparison) || comparison.relative?.alwaysValid == null) return [];
  return [{ estimate: comparison.relative.lift, interval: comparison.relative.alwaysValid }];
}

/** With a wrong split nobody knows whom the numbers describe: they are shown, but nothing is claimed. */
export function isQuotable(item: ExperimentItem): boolean {
  return item.result?.split.status !== 'mismatch';
}

export function peopleCounted(item: ExperimentItem): number {
  return item.result?.variants.reduce((sum, { exposed }) => sum + exposed, 0) ?? 0;
}

/** The day since when people are compared: of the first share, or of the first events where those are older. */
export function runningSince({ flag, result }: ExperimentItem): string | null {
  const started = flag.epochs.find(({ share }) => share > 0)?.startedAt ?? null;
  const days = (result?.metrics ?? []).flatMap(({ comparisons }) =>
    comparisons.flatMap(({ series }) => series[0]?.day ?? []),
  );
  return [...days, ...(started === null ? [] : [started])].reduce<string | null>(
    (a, b) => (a === null || b < a ? b : a),
    null,
  );
}
