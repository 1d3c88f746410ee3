import { useQuery } from '@tanstack/react-query';
import { Link, getRouteApi } from '@tanstack/react-router';
import { ArrowRight, ChevronLeft } from 'lucide-react';
import { useTRPC } from '../api/client.ts';
import type { ExperimentItem, ExperimentResult, MetricResult } from '../api/types.ts';
import { EffectOverTime } from '../charts/effect-over-time.tsx';
import { copy } from '../copy.ts';
import { stageName } from '../format/flag.ts';
import { Empty } from '../ui/empty.tsx';
import { NearestNames } from '../ui/nearest-names.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryView } from '../ui/query-view.tsx';
import { Bone } from '../ui/skeleton.tsx';
import { goalOf, isMeasured, tellingComparison } from './effect.ts';
import { EffectTable } from './experiment-effects.tsx';
import { HealthStrip } from './experiment-health.tsx';
import { PeoplePanel } from './experiment-people.tsx';
import { VerdictPanel } from './experiment-verdict.tsx';
import { snippetCode } from './snippet-code.ts';

const route = getRouteApi('/$env/experiments/$key');
const text = copy.experiment;

/** Does it work, and what happens next? First the sentence, then whether to trust it, then the proof. */
export function Experiment() {
  const { env, key } = route.useParams();
  const query = useQuery(useTRPC().experiments.get.queryOptions({ environment: env, flag: key }));
  return (
    <>
      <PageHead
        title={query.data?.flag.name ?? key}
        lead={<span className="key text-ink-2">{key}</span>}
        above={
          <Link
            to="/$env/experiments"
            params={{ env }}
            className="-ml-1 mb-1 inline-flex min-h-6 items-center gap-1 text-[13px] text-ink-2 hover:text-ink"
          >
            <ChevronLeft size={15} aria-hidden="true" />
            {text.back}
          </Link>
        }
      >
        {query.data !== undefined && (
          <Link
            to="/$env/flags/$key"
            params={{ env, key }}
            className={NEEDS_MOVE.has(query.data.verdict.state) ? 'button button-primary' : 'button'}
          >
            {NEEDS_MOVE.has(query.data.verdict.state) ? text.decide : text.openFlag}
            <ArrowRight size={15} aria-hidden="true" />
          </Link>
        )}
      </PageHead>
      <QueryView
        query={query}
        what="The experiment"
        skeleton={<ExperimentBones />}
        notFound={<NearestNames kind="experiments" wanted={key} />}
      >
        {(item) => <ExperimentBody item={item} />}
      </QueryView>
    </>
  );
}

/** The verdicts after which somebody has to move the flag. */
const NEEDS_MOVE: ReadonlySet<string> = new Set(['ready', 'harm', 'guardrail_broken']);

function ExperimentBody({ item }: { item: ExperimentItem }) {
  const { result, flag } = item;
  const goal = goalOf(item);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <VerdictPanel item={item} />
      {result === null ? (
        <Empty sentence={text.noData} code={snippetCode(flag.key, 'my_metric')} />
      ) : (
        <>
          <HealthStrip result={result} />
          <EffectTable item={item} result={result} />
          <div className="grid grid-cols-[minmax(0,1fr)] gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            {goal !== null && <SeriesPanel item={item} result={result} goal={goal} />}
            <PeoplePanel result={result} />
          </div>
        </>
      )}
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

function ExperimentBones() {
  return (
    <div className="grid gap-5">
      <div className="panel grid h-[214px] content-start gap-4 p-5">
        <Bone className="h-6 w-44" />
        <Bone className="h-6 w-full max-w-2xl" />
        <Bone className="h-6 w-full max-w-md" />
      </div>
      <Bone className="h-[58px] rounded-panel" />
      <div className="panel grid h-[360px] content-start gap-5 p-5">
        <Bone className="h-5 w-48" />
        <Bone className="h-9 w-full" />
        <Bone className="h-9 w-full" />
        <Bone className="h-9 w-full" />
      </div>
    </div>
  );
}
