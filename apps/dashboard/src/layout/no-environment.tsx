import { Link } from '@tanstack/react-router';
import { copy } from '../copy.ts';
import { Statement } from '../ui/query-view.tsx';
import { useSystemInfo } from './use-system.ts';

/** An address with an environment that does not exist, or that this key may not see. */
export function NoEnvironment({ wanted }: { wanted: string }) {
  const { data: info } = useSystemInfo();
  return (
    <Statement heading title={copy.state.notFound.environment(wanted)} detail={copy.state.notFound.nearest}>
      <ul className="flex flex-wrap justify-center gap-2">
        {info?.environments.map(({ key, name }) => (
          <li key={key}>
            <Link className="button" to="/$env/experiments" params={{ env: key }}>
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </Statement>
  );
}
