import { useQuery } from '@tanstack/react-query';
import { Link, getRouteApi } from '@tanstack/react-router';
import { Plus, Search } from 'lucide-react';
import { Suspense, lazy, memo, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useTRPC } from '../api/client.ts';
import type { Flag } from '../api/types.ts';
import { useSwitchFlag } from '../api/use-flag-changes.ts';
import { StageTrack } from '../charts/stage-track.tsx';
import { copy } from '../copy.ts';
import { listCounts, stageName } from '../format/flag.ts';
import { count } from '../format/number.ts';
import { useMayEdit } from '../layout/use-system.ts';
import { Empty } from '../ui/later.tsx';
import { Hint } from '../ui/hint.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { QueryView, Statement } from '../ui/query-view.tsx';
import { RowBones } from '../ui/skeleton.tsx';
import { Switch } from '../ui/switch.tsx';
import { Body, Cell, Head, HeadCell, Row, RowHead, Table } from '../ui/table.tsx';

const NewFlag = lazy(() => import('./new-flag.tsx').then((module) => ({ default: module.NewFlag })));
const route = getRouteApi('/$env/flags');
const text = copy.flags;
const ADDRESS_AFTER_MS = 200;

/** What is on, and for whom. */
export function Flags() {
  const { env } = route.useParams();
  const { new: creating = false } = route.useSearch();
  const navigate = route.useNavigate();
  const mayEdit = useMayEdit();
  const query = useQuery(useTRPC().flags.list.queryOptions({ environment: env }));
  const create = (open: boolean) =>
    void navigate({
      search: ({ q }) => ({ ...(q === undefined ? {} : { q }), ...(open ? { new: true } : {}) }),
      replace: true,
    });
  const button = (
    <Hint text={mayEdit ? null : copy.permission.hint}>
      <button
        type="button"
        className="button button-primary"
        disabled={!mayEdit}
        onClick={() => create(true)}
      >
        <Plus size={16} aria-hidden="true" />
        {text.create}
      </button>
    </Hint>
  );
  return (
    <>
      <PageHead title={text.title}>{button}</PageHead>
      <QueryView query={query} what={`The ${text.title.toLowerCase()}`} skeleton={<FlagBones />}>
        {({ flags }) =>
          flags.length === 0 ? (
            <Empty
              sentence={text.empty}
              action={button}
              snippet={{ environment: env, flag: 'my_flag', metric: 'my_metric' }}
            />
          ) : (
            <FlagList flags={flags} />
          )
        }
      </QueryView>
      {creating && (
        <Suspense fallback={null}>
          <NewFlag onClose={() => create(false)} />
        </Suspense>
      )}
    </>
  );
}

function FlagBones() {
  return (
    <div className="grid gap-4">
      <div className="h-9 max-sm:h-11" />
      <RowBones rows={8} height={61} />
    </div>
  );
}

function FlagList({ flags }: { flags: readonly Flag[] }) {
  const { q = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(q);
  const inAddress = useRef(q);
  // The address follows a moment after the typing; whoever changes the address changes the field.
  useEffect(() => {
    if (typed === inAddress.current) return;
    const timer = setTimeout(() => {
      inAddress.current = typed;
      void navigate({ search: typed === '' ? {} : { q: typed }, replace: true, resetScroll: false });
    }, ADDRESS_AFTER_MS);
    return () => clearTimeout(timer);
  }, [navigate, typed]);
  useEffect(() => {
    if (q === inAddress.current) return;
    inAddress.current = q;
    // oxlint-disable-next-line react/set-state-in-effect
    setTyped(q);
  }, [q]);
  const wanted = useDeferredValue(typed);
  const shown = useMemo(() => flags.filter((flag) => matches(flag, wanted)), [flags, wanted]);

  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
        <label className="relative block w-full sm:w-[340px]">
          <span className="sr-only">{text.search}</span>
          <Search
            size={16}
            aria-hidden="true"
            className="absolute top-1/2 left-3 -translate-y-1/2 text-ink-3"
          />
          <input
            type="search"
            data-page-search
            className="field pl-9"
            placeholder={text.search}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <output className="block text-[13px] text-ink-2">
          {text.shown(count(shown.length), count(flags.length))}
        </output>
      </div>
      {shown.length === 0 ? (
        <Statement title={text.noMatch(wanted)}>
          <button type="button" className="button" onClick={() => setTyped('')}>
            {text.clear}
          </button>
        </Statement>
      ) : (
        <FlagTable flags={shown} />
      )}
    </div>
  );
}

function FlagTable({ flags }: { flags: readonly Flag[] }) {
  return (
    <div className="panel overflow-hidden">
      <Table aria-label={text.title}>
        <Head>
          <HeadCell className="h-10 pl-5">{text.columns.flag}</HeadCell>
          <HeadCell>{text.columns.on}</HeadCell>
          <HeadCell className="max-md:hidden">{text.columns.lists}</HeadCell>
          <HeadCell className="max-md:hidden">{text.columns.owner}</HeadCell>
          <HeadCell className="pr-8 text-right max-lg:hidden">{text.columns.version}</HeadCell>
          <HeadCell className="w-24 pr-5">{text.columns.enabled}</HeadCell>
        </Head>
        <Body>
          {flags.map((flag) => (
            <FlagRow key={flag.key} flag={flag} />
          ))}
        </Body>
      </Table>
    </div>
  );
}

const FlagRow = memo(function FlagRow({ flag }: { flag: Flag }) {
  const { env } = route.useParams();
  const mayEdit = useMayEdit();
  const change = useSwitchFlag(env);
  const { always, never } = listCounts(flag);
  const lists = always + never === 0 ? text.none : text.lists(always, never);
  return (
    <Row className="relative border-b border-line last:border-0 hover:bg-well max-sm:grid max-sm:grid-cols-[minmax(0,1fr)_auto_auto] max-sm:items-center max-sm:gap-x-4 max-sm:px-4 max-sm:py-3">
      <RowHead className="max-w-0 py-2.5 pr-4 pl-5 max-sm:max-w-none max-sm:p-0">
        <Link
          to="/$env/flags/$key"
          params={{ env, key: flag.key }}
          className="block truncate font-semibold after:absolute after:inset-0 after:content-[''] hover:text-accent"
        >
          {flag.name}
        </Link>
        <span className="key block truncate">{flag.key}</span>
      </RowHead>
      <Cell className="w-[190px] max-sm:w-auto">
        <span className="flex items-center gap-3">
          <span className="max-sm:hidden">
            <StageTrack stage={flag.stage} enabled={flag.enabled} />
          </span>
          <span className={flag.enabled ? '' : 'text-ink-3'}>
            {flag.enabled ? stageName(flag.stage) : text.switchedOff}
          </span>
        </span>
      </Cell>
      <Cell className={`w-[170px] max-md:hidden ${always + never === 0 ? 'text-ink-3' : 'text-ink-2'}`}>
        {lists}
      </Cell>
      <Cell className="w-[150px] truncate text-ink-2 max-md:hidden">{flag.owner}</Cell>
      <Cell className="w-[90px] pr-8 text-right text-ink-3 max-lg:hidden">{count(flag.version)}</Cell>
      <Cell className="pr-5 max-sm:p-0">
        <span className="relative z-10 flex">
          <Hint text={mayEdit ? null : copy.permission.hint}>
            <Switch
              label={text.switch(flag.name)}
              checked={flag.enabled}
              disabled={!mayEdit}
              onChange={(enabled) => change(flag, enabled)}
            />
          </Hint>
        </span>
      </Cell>
    </Row>
  );
});

function matches({ name, key, owner, tags }: Flag, wanted: string): boolean {
  const haystack = `${name} ${key} ${owner} ${tags.join(' ')}`.toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}
