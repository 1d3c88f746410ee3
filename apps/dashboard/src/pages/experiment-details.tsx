import { Link, getRouteApi } from '@tanstack/react-router';
import type { ExperimentItem, ExperimentResult, MetricResult } from '../api/types.ts';
import { EffectOverTime } from '../charts/effect-over-time.tsx';
import { copy } from '../copy.ts';
import { stageName } from '../format/flag.ts';
import { Panel } from '../ui/panel.tsx';
import { goalOf, isMeasured, tellingComparison } from './effect.ts';
import { PeoplePanel } from './experiment-people.tsx';

const route = getRouteApi('/$env/experiments/$key');
const text = copy.experiment;

/** How the effect was read day by day, and who was counted. */
export function Details({ item, result }: { item: ExperimentItem; result: ExperimentResult }) {
  const goal = goalOf(item);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      {goal !== null && <SeriesPanel item={item} result={result} goal={goal} />}
      <PeoplePanel result={result} />
    </div>
  );
}

function SeriesPanel({
  item,
  result,
  goal,
}: {
  item: ExperimentItem;
  result: ExperimentResult;
  goal: MetricResult;
}) {
  const { env, key } = route.useParams();
  const search = route.useSearch();
  const metric = result.metrics.find((one) => one.metric === search.metric) ?? goal;
  const comparison =
    metric.comparisons.find((one) => one.treatment === search.variant) ?? tellingComparison(metric);
  return (
    <Panel title={text.series.title(metric.name)} note={text.series.note}>
      {metric.comparisons.length > 1 && (
        <nav aria-label={text.series.variant} className="mb-4 flex flex-wrap gap-1.5">
          {metric.comparisons.map(({ treatment }) => (
            <Link
              key={treatment}
              to="/$env/experiments/$key"
              params={{ env, key }}
              search={{ ...search, variant: treatment }}
              replace
              resetScroll={false}
              aria-current={treatment === comparison?.treatment ? 'true' : undefined}
              className={`rounded-full border px-3 py-1 text-[13px] ${treatment === comparison?.treatment ? 'border-accent bg-accent-soft font-semibold text-accent' : 'border-line-2 text-ink-2 hover:bg-well'}`}
            >
              {treatment}
            </Link>
          ))}
        </nav>
      )}
      {comparison === null || !isMeasured(comparison) ? (
        <p className="py-10 text-center text-ink-2">
          {comparison === null ? text.series.empty : comparison.reason}
        </p>
      ) : (
        <EffectOverTime
          metric={metric.name}
          points={comparison.series}
          marks={item.flag.epochs
            .filter(({ share }) => share > 0)
            .map(({ startedAt, stage }) => ({ at: startedAt, label: stageName(stage) }))}
        />
      )}
    </Panel>
  );
}
