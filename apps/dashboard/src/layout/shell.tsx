import { Outlet } from '@tanstack/react-router';
import { Suspense, lazy, useEffect, useState } from 'react';
import { LiveProvider } from '../api/live.tsx';
import { copy } from '../copy.ts';
import { Navigation } from './navigation.tsx';
import { Offline } from './offline.tsx';
import { TopBar } from './top-bar.tsx';
import { useEnvironment, useSystemInfo } from './use-system.ts';

const NoEnvironment = lazy(() =>
  import('./no-environment.tsx').then((module) => ({ default: module.NoEnvironment })),
);
const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })));

/** Top bar, navigation, page. */
export function Shell() {
  const environment = useEnvironment();
  const { data: info } = useSystemInfo();
  const [finding, setFinding] = useState(false);
  useSearchKeys(() => setFinding(true));

  const known = info?.environments.find(({ key }) => key === environment);
  const missing = info !== undefined && known === undefined;

  return (
    <LiveProvider environment={environment}>
      <a
        href="#page"
        className="button button-primary absolute top-2 left-2 z-50 -translate-y-20 focus:translate-y-0"
      >
        {copy.skip}
      </a>
      <TopBar onFind={() => setFinding(true)} />
      <div className="mx-auto grid max-w-[1440px] grid-cols-[minmax(0,1fr)] lg:grid-cols-[212px_minmax(0,1fr)]">
        <aside className="sticky top-14 hidden h-[calc(100dvh-56px)] border-r border-line bg-surface p-3 lg:block">
          <Navigation />
        </aside>
        <main id="page" tabIndex={-1} className="min-w-0 px-4 py-6 outline-none sm:px-6 lg:px-8">
          <Offline />
          {missing ? (
            <Suspense fallback={null}>
              <NoEnvironment wanted={environment} />
            </Suspense>
          ) : (
            <Outlet />
          )}
        </main>
      </div>
      {finding && (
        <Suspense fallback={null}>
          <Palette onClose={() => setFinding(false)} />
        </Suspense>
      )}
    </LiveProvider>
  );
}

/** `/` and Cmd/Ctrl+K look for things; `/` goes to the page's own search field where there is one. */
function useSearchKeys(onFind: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const palette = event.key === 'k' && (event.metaKey || event.ctrlKey);
      const slash =
        event.key === '/' && !event.metaKey && !event.ctrlKey && !event.altKey && !isTyping(event.target);
      if (!palette && !slash) return;
      event.preventDefault();
      const field = slash ? document.querySelector<HTMLInputElement>('[data-page-search]') : null;
      if (field === null) onFind();
      else field.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable="true"]');
}
