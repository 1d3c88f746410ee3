import { useQuery } from '@tanstack/react-query';
import { Link, getRouteApi } from '@tanstack/react-router';
import { ArrowRight, ChevronLeft } from 'lucide-react';
import { Suspense, lazy } from 'react';
import { useTRPC } from '../api/client.ts';
import type { ExperimentItem } from '../api/types.ts';
import { copy } from '../copy.ts';
import { PanelBoundary } from '../ui/boundary.tsx';
import { Empty, NearestNames } from '../ui/later.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { QueryView } from '../ui/query-view.tsx';
import { Bone } from '../ui/skeleton.tsx';
import { EffectTable } from './experiment-effects.tsx';
import { HealthStrip } from './experiment-health.tsx';
import { VerdictPanel } from './experiment-verdict.tsx';

// Below the fold: the charts come after the answer.
const Details = lazy(() =>
  import('./experiment-details.tsx').then((module) => ({ default: module.Details })),
);
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
            {wayOn(query.data.verdict.state)}
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

function wayOn(state: string): string {
  if (state === 'ready') return text.decide;
  return NEEDS_MOVE.has(state) ? text.goBack : text.openFlag;
}

function ExperimentBody({ item }: { item: ExperimentItem }) {
  const { result, flag } = item;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <PanelBoundary>
        <VerdictPanel item={item} />
      </PanelBoundary>
      {result === null ? (
        <Empty
          sentence={text.noData}
          snippet={{
            environment: flag.environment,
            flag: flag.key,
            metric: item.experiment.metrics[0]?.metric ?? 'my_metric',
          }}
        />
      ) : (
        <>
          <PanelBoundary>
            <HealthStrip result={result} />
          </PanelBoundary>
          <EffectTable item={item} result={result} />
          <Suspense
            fallback={
              <div aria-busy="true">
                <Bone className="h-[342px] rounded-panel" />
              </div>
            }
          >
            <Details item={item} result={result} />
          </Suspense>
        </>
      )}
    </div>
  );
}

function ExperimentBones() {
  return (
    <div className="grid gap-5">
      <Bone className="h-[214px] rounded-panel" />
      <Bone className="h-[58px] rounded-panel" />
      <Bone className="h-[360px] rounded-panel" />
    </div>
  );
}
