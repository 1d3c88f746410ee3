import { useQuery } from '@tanstack/react-query';
import { Link, getRouteApi } from '@tanstack/react-router';
import { ArrowRight, ChevronLeft } from 'lucide-react';
import { useTRPC } from '../api/client.ts';
import type { Flag } from '../api/types.ts';
import { useSwitchFlag } from '../api/use-flag-changes.ts';
import { copy } from '../copy.ts';
import { dateTime } from '../format/date.ts';
import { count, percent } from '../format/number.ts';
import { useMayEdit } from '../layout/use-system.ts';
import { Hint } from '../ui/hint.tsx';
import { NearestNames, UseIt } from '../ui/later.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryView } from '../ui/query-view.tsx';
import { Bone } from '../ui/skeleton.tsx';
import { Switch } from '../ui/switch.tsx';
import { FlagLists } from './flag-lists.tsx';
import { FlagStage } from './flag-stage.tsx';

const route = getRouteApi('/$env/flags/$key');
const text = copy.flag;

/** One flag: the switch, who gets it, who always or never gets it. */
export function FlagPage() {
  const { env, key } = route.useParams();
  const query = useQuery(useTRPC().flags.get.queryOptions({ environment: env, key }));
  return (
    <>
      <PageHead
        title={query.data?.name ?? key}
        lead={<span className="key text-ink-2">{key}</span>}
        above={
          <Link
            to="/$env/flags"
            params={{ env }}
            className="-ml-1 mb-1 inline-flex min-h-6 items-center gap-1 text-[13px] text-ink-2 hover:text-ink"
          >
            <ChevronLeft size={15} aria-hidden="true" />
            {text.back}
          </Link>
        }
      >
        {query.data !== undefined && (
          <Link to="/$env/experiments/$key" params={{ env, key }} className="button">
            {text.results}
            <ArrowRight size={15} aria-hidden="true" />
          </Link>
        )}
      </PageHead>
      <QueryView
        query={query}
        what="The flag"
        skeleton={<FlagBones />}
        notFound={<NearestNames kind="flags" wanted={key} />}
      >
        {(flag) => (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
            <Facts flag={flag} />
            <FlagStage flag={flag} />
            <FlagLists key={flag.key} flag={flag} />
            <div className="grid grid-cols-[minmax(0,1fr)] gap-5 xl:grid-cols-2">
              <Variants flag={flag} />
              <Panel title={text.use.title}>
                <UseIt environment={flag.environment} flag={flag.key} metric="my_metric" />
              </Panel>
            </div>
          </div>
        )}
      </QueryView>
    </>
  );
}

function Facts({ flag }: { flag: Flag }) {
  const { env } = route.useParams();
  const mayEdit = useMayEdit();
  const change = useSwitchFlag(env);
  return (
    <section
      className="panel flex flex-wrap items-center justify-between gap-x-8 gap-y-3 px-5 py-4"
      aria-label={text.enabled}
    >
      <div className="flex items-center gap-3">
        <Hint text={mayEdit ? null : copy.permission.hint}>
          <Switch
            label={copy.flags.switch(flag.name)}
            checked={flag.enabled}
            disabled={!mayEdit}
            onChange={(enabled) => change(flag, enabled)}
          />
        </Hint>
        <div>
          <p className="leading-5 font-semibold">{flag.enabled ? text.enabled : copy.flags.switchedOff}</p>
          <p className="text-[12.5px] text-ink-3">{text.enabledHint}</p>
        </div>
      </div>
      <dl className="flex flex-wrap gap-x-6 gap-y-1 text-[13px]">
        {flag.owner !== '' && <Fact name={text.facts.owner} value={flag.owner} />}
        <Fact name={text.facts.unit} value={flag.unit} />
        <Fact name={text.facts.type} value={flag.type} />
        <Fact name={text.facts.version} value={count(flag.version)} />
        <Fact name={text.facts.changed} value={dateTime(flag.updatedAt)} />
      </dl>
      {flag.description !== '' && <p className="basis-full text-ink-2">{flag.description}</p>}
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className="flex gap-1.5">
      <dt className="text-ink-3">{name}</dt>
      <dd className="m-0 font-medium">{value}</dd>
    </div>
  );
}

function Variants({ flag }: { flag: Flag }) {
  const total = flag.variants.reduce((sum, { weight }) => sum + weight, 0);
  const { columns } = text.variants;
  return (
    <Panel title={text.variants.title} flush>
      <div className="overflow-x-auto pb-2">
        <table className="w-full border-collapse">
          <thead>
            <tr className="border-b border-line">
              <th scope="col" className="th h-9 pl-5">
                {columns.variant}
              </th>
              <th scope="col" className="th pr-4">
                {columns.value}
              </th>
              <th scope="col" className="th pr-5 text-right whitespace-normal">
                {columns.weight}
              </th>
            </tr>
          </thead>
          <tbody>
            {flag.variants.map(({ name, value, weight }) => (
              <tr key={name} className="border-b border-line last:border-0">
                <th scope="row" className="py-2.5 pr-4 pl-5 text-left font-medium">
                  {name}
                  {name === flag.control && name !== text.variants.control && (
                    <span className="ml-2 text-[12px] font-normal text-ink-3">{text.variants.control}</span>
                  )}
                </th>
                <td className="max-w-60 truncate pr-4 font-mono text-[12.5px] text-ink-2">
                  {JSON.stringify(value)}
                </td>
                <td className="pr-5 text-right">{percent(weight / total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function FlagBones() {
  return (
    <div className="grid gap-5">
      <Bone className="h-[74px] rounded-panel" />
      <Bone className="h-[196px] rounded-panel" />
      <Bone className="h-[380px] rounded-panel" />
    </div>
  );
}
