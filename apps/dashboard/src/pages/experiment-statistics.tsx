import type { Comparison, MetricResult } from '../api/types.ts';
import { copy } from '../copy.ts';
import {
  count,
  differenceInterval,
  liftInterval,
  metricDifference,
  metricValue,
  pValue,
  percent,
} from '../format/number.ts';
import { isMeasured } from './effect.ts';

const text = copy.experiment.statistics;

interface StatisticsProps {
  readonly metric: MetricResult;
  readonly comparison: Comparison;
  readonly control: string;
  readonly alpha: number;
}

/** The numbers behind one row, for those who want to check them. */
export function StatisticsOf({ metric, comparison, control, alpha }: StatisticsProps) {
  const confidence = percent(1 - alpha, 1);
  const armsOf = [control, comparison.treatment].map((name) =>
    metric.arms.find(({ variant }) => variant === name),
  );
  const pair = (read: (arm: NonNullable<(typeof armsOf)[number]>) => string) =>
    armsOf.map((arm) => (arm === undefined ? 'none' : read(arm))).join(' and ');
  return (
    <dl className="grid grid-cols-1 gap-x-6 gap-y-2.5 rounded-control bg-well px-4 py-3 text-[13px] sm:grid-cols-2 lg:grid-cols-4">
      <Item name={text.n} value={pair(({ n }) => count(n))} />
      <Item
        name={text.sd}
        value={pair(({ sd }) => (sd === null ? 'none yet' : metricValue(sd, metric.unit)))}
      />
      {isMeasured(comparison) ? (
        <>
          <Item name={text.difference} value={metricDifference(comparison.absolute.estimate, metric.unit)} />
          <Item
            name={text.always(confidence)}
            value={differenceInterval(comparison.absolute.alwaysValid.interval, metric.unit)}
          />
          <Item name={text.alwaysP} value={pValue(comparison.absolute.alwaysValid.p)} />
          <Item
            name={text.fixed(confidence)}
            value={differenceInterval(comparison.absolute.fixed.interval, metric.unit)}
          />
          <Item name={text.fixedP} value={pValue(comparison.absolute.fixed.p)} />
          {comparison.relative?.fixed != null && (
            <Item name={text.fieller} value={liftInterval(comparison.relative.fixed)} />
          )}
          {comparison.proportion !== null && (
            <>
              <Item
                name={text.newcombe}
                value={differenceInterval(comparison.proportion.interval, metric.unit)}
              />
              <Item
                name={text.proportionP[comparison.proportion.test]}
                value={pValue(comparison.proportion.p)}
              />
            </>
          )}
        </>
      ) : (
        <Item name={text.difference} value={comparison.reason} />
      )}
    </dl>
  );
}

function Item({ name, value }: { name: string; value: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-[12px] text-ink-2">{name}</dt>
      <dd className="m-0 font-medium">{value}</dd>
    </div>
  );
}
