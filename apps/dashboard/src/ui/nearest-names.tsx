import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTRPC } from '../api/client.ts';
import { copy } from '../copy.ts';
import { useEnvironment } from '../layout/use-system.ts';
import { nearest } from './nearest.ts';
import { Statement } from './query-view.tsx';

/** There is no such thing here; perhaps one of these was meant. */
export function NearestNames({ kind, wanted }: { kind: 'flags' | 'experiments'; wanted: string }) {
  const env = useEnvironment();
  const { data } = useQuery(useTRPC().flags.list.queryOptions({ environment: env }));
  const flags = data?.flags ?? [];
  const keys = nearest(
    wanted,
    flags.map(({ key }) => key),
  );
  const title = kind === 'flags' ? copy.state.notFound.flag(wanted) : copy.state.notFound.experiment(wanted);
  return (
    <Statement title={title} {...(keys.length > 0 ? { detail: copy.state.notFound.nearest } : {})}>
      {keys.length > 0 && (
        <ul className="flex flex-wrap justify-center gap-2">
          {keys.map((key) => (
            <li key={key}>
              <Link
                to={kind === 'flags' ? '/$env/flags/$key' : '/$env/experiments/$key'}
                params={{ env, key }}
                className="button"
              >
                {flags.find((flag) => flag.key === key)?.name ?? key}
              </Link>
            </li>
          ))}
        </ul>
      )}
      <Link
        to={kind === 'flags' ? '/$env/flags' : '/$env/experiments'}
        params={{ env }}
        className="text-accent underline underline-offset-3"
      >
        {copy.state.notFound.all(kind)}
      </Link>
    </Statement>
  );
}
