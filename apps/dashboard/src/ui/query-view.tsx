import { RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { problemOf } from '../api/errors.ts';
import { copy } from '../copy.ts';
import { Notice } from './notice.tsx';
import { Loading } from './skeleton.tsx';

interface Answer<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isFetching: boolean;
  readonly refetch: () => unknown;
}

interface QueryViewProps<T> {
  readonly query: Answer<T>;
  /** What is being loaded, as the sentence begins: "The experiments". */
  readonly what: string;
  readonly skeleton: ReactNode;
  readonly notFound?: ReactNode;
  readonly children: (data: T) => ReactNode;
}

/** Loading, failed, not allowed, not found, and old data after a failure: the same on every page. */
export function QueryView<T>({ query, what, skeleton, notFound, children }: QueryViewProps<T>) {
  const { data, error } = query;
  if (error === null && data === undefined) return <Loading>{skeleton}</Loading>;
  if (error === null) return children(data as T);

  const problem = problemOf(error);
  if (problem.kind === 'not_found' && notFound !== undefined) return notFound;
  const retry = (
    <button type="button" className="button" disabled={query.isFetching} onClick={() => void query.refetch()}>
      <RotateCw size={15} aria-hidden="true" />
      {copy.state.retry}
    </button>
  );
  const title = problem.kind === 'unreachable' ? copy.state.unreachable(what) : copy.state.failed(what);
  const request = problem.requestId === undefined ? '' : ` ${copy.state.request(problem.requestId)}`;

  if (data !== undefined) {
    return (
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
        <Notice tone="negative" title={title} action={retry} announce>
          {copy.state.oldKept}
          {request}
        </Notice>
        <div className="grayscale-90">{children(data)}</div>
      </div>
    );
  }
  if (problem.kind === 'forbidden') {
    return <Statement title={copy.state.forbidden(lowerFirst(what))} detail={copy.state.forbiddenNext} />;
  }
  return (
    <Statement title={title} detail={`${copy.state.othersWork}${request}`} alert>
      {retry}
    </Statement>
  );
}

interface StatementProps {
  readonly title: string;
  readonly detail?: string;
  readonly alert?: boolean;
  /** It is the page's title too. */
  readonly heading?: boolean;
  readonly children?: ReactNode;
}

/** A page that has only one thing to say. */
export function Statement({ title, detail, alert = false, heading = false, children }: StatementProps) {
  const Title = heading ? 'h1' : 'p';
  return (
    <div
      className="panel grid justify-items-center gap-4 px-5 py-12 text-center"
      {...(alert ? { role: 'alert' } : {})}
    >
      <div className="grid gap-1.5">
        <Title className="text-[17px] leading-snug font-[600] text-balance">{title}</Title>
        {detail !== undefined && <p className="text-ink-2">{detail}</p>}
      </div>
      {children}
    </div>
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
