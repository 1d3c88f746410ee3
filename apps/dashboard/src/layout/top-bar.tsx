import { Link, useNavigate } from '@tanstack/react-router';
import { Menu, Search } from 'lucide-react';
import { Suspense, lazy, useState } from 'react';
import { useLive, type LiveState } from '../api/live.tsx';
import { copy } from '../copy.ts';
import { ThemeToggle } from './theme-toggle.tsx';
import { useEnvironment, useSystemInfo } from './use-system.ts';

const LogOutButton = lazy(() =>
  import('./log-out-button.tsx').then((module) => ({ default: module.LogOutButton })),
);
const Drawer = lazy(() => import('./drawer.tsx').then((module) => ({ default: module.NavigationDrawer })));

export function TopBar({ onFind }: { onFind: () => void }) {
  const environment = useEnvironment();
  const { data: info } = useSystemInfo();
  const [menu, setMenu] = useState(false);
  const known = info?.environments.find(({ key }) => key === environment);
  const demo = known?.demo === true;

  return (
    <header className="sticky top-0 z-20 border-b border-line bg-surface">
      <div className="mx-auto flex h-14 max-w-[1440px] items-center gap-2 px-3 sm:gap-3 sm:px-4">
        <button
          type="button"
          className="button button-quiet px-2 lg:hidden max-sm:px-3"
          aria-label={copy.nav.open}
          aria-expanded={menu}
          onClick={() => setMenu(true)}
        >
          <Menu size={19} aria-hidden="true" />
        </button>
        <Link
          to="/$env/experiments"
          params={{ env: environment }}
          className="flex items-center gap-2.5 text-[16px] font-[680] tracking-[-0.015em]"
        >
          <Mark />
          <span className="max-sm:sr-only">{copy.product}</span>
        </Link>
        <EnvironmentSelect />
        {demo && (
          <span
            className="rounded-full bg-accent-soft px-2.5 py-0.5 text-[12px] font-semibold whitespace-nowrap text-accent max-sm:hidden"
            title={copy.top.demoHint}
          >
            {copy.top.demo}
          </span>
        )}
        <div className="flex-1" />
        <button
          type="button"
          className="button font-medium text-ink-2 max-sm:px-3"
          aria-label={copy.top.search}
          onClick={onFind}
        >
          <Search size={15} aria-hidden="true" />
          <span className="max-md:hidden">{copy.top.search}</span>
          <kbd className="ml-2 rounded border border-line px-1.5 font-sans text-[11px] text-ink-3 max-md:hidden">
            /
          </kbd>
        </button>
        <LiveDot state={useLive()} />
        <ThemeToggle />
        {info !== undefined && !info.demo && (
          <Suspense fallback={null}>
            <LogOutButton />
          </Suspense>
        )}
      </div>
      {known !== undefined && !known.demo && known.key !== 'production' && (
        <p className="border-t border-line bg-warn-soft px-5 py-1.5 text-[13px] text-warn">
          {copy.top.otherEnvironment(known.name)}
        </p>
      )}
      {menu && (
        <Suspense fallback={null}>
          <Drawer onClose={() => setMenu(false)} />
        </Suspense>
      )}
    </header>
  );
}

function Mark() {
  return (
    <svg width={22} height={22} viewBox="0 0 24 24" aria-hidden="true">
      <rect width={24} height={24} rx={6} fill="var(--accent)" />
      <path d="M7 17v-4M12 17V9M17 17V6" stroke="var(--accent-ink)" strokeWidth={2.4} strokeLinecap="round" />
    </svg>
  );
}

function EnvironmentSelect() {
  const environment = useEnvironment();
  const { data: info } = useSystemInfo();
  const navigate = useNavigate();
  const environments = info?.environments ?? [{ key: environment, name: environment, demo: false }];
  const known = environments.some(({ key }) => key === environment);
  return (
    <select
      aria-label={copy.top.environment}
      className="field ml-1 w-auto max-w-40 font-medium"
      value={environment}
      onChange={(event) => {
        const section = location.pathname.includes('/flags') ? 'flags' : 'experiments';
        void navigate({
          to: section === 'flags' ? '/$env/flags' : '/$env/experiments',
          params: { env: event.target.value },
        });
      }}
    >
      {!known && <option value={environment}>{environment}</option>}
      {environments.map(({ key, name }) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
    </select>
  );
}

/** Filled: live. Ring: not, and the words say what happens instead. */
function LiveDot({ state }: { state: LiveState }) {
  const live = state === 'live';
  const quiet = state === 'connecting';
  return (
    <output
      aria-label={copy.live[state]}
      title={copy.live[state]}
      data-live={state}
      className={`flex items-center gap-2 px-1 text-[13px] whitespace-nowrap ${live || quiet ? 'text-ink-2' : 'font-semibold text-warn'}`}
    >
      <svg width={10} height={10} aria-hidden="true">
        {live ? (
          <circle cx={5} cy={5} r={4} fill="var(--pos-fill)" />
        ) : (
          <circle
            cx={5}
            cy={5}
            r={3.5}
            fill="none"
            stroke={quiet ? 'var(--neutral)' : 'var(--warn-fill)'}
            strokeWidth={2}
          />
        )}
      </svg>
      <span className="max-sm:hidden">{state === 'polling' ? copy.live.pollingShort : copy.live[state]}</span>
    </output>
  );
}
