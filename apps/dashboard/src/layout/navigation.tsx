import { Link } from '@tanstack/react-router';
import { Activity, Flag, FlaskConical } from 'lucide-react';
import { copy } from '../copy.ts';
import { useEnvironment } from './use-system.ts';

const ITEM =
  'flex min-h-9 items-center gap-3 rounded-control px-3 text-ink-2 hover:bg-well data-[status=active]:bg-accent-soft data-[status=active]:font-semibold data-[status=active]:text-accent max-lg:min-h-11';

/** Pages appear here when they exist. */
export function Navigation({ onChoose }: { onChoose?: () => void }) {
  const params = { env: useEnvironment() };
  const chosen = onChoose === undefined ? {} : { onClick: onChoose };
  return (
    <nav aria-label={copy.nav.label} className="flex h-full flex-col justify-between gap-6">
      <ul className="grid gap-1">
        <li>
          <Link to="/$env/experiments" params={params} className={ITEM} {...chosen}>
            <FlaskConical size={17} aria-hidden="true" />
            {copy.nav.experiments}
          </Link>
        </li>
        <li>
          <Link to="/$env/flags" params={params} className={ITEM} {...chosen}>
            <Flag size={17} aria-hidden="true" />
            {copy.nav.flags}
          </Link>
        </li>
      </ul>
      <ul className="grid gap-1">
        <li>
          <Link to="/$env/system" params={params} className={ITEM} {...chosen}>
            <Activity size={17} aria-hidden="true" />
            {copy.nav.system}
          </Link>
        </li>
      </ul>
    </nav>
  );
}
