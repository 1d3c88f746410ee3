import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import type { QueryClient } from '@tanstack/react-query';
import type { TRPCOptionsProxy } from '@trpc/tanstack-react-query';
import type { AppRouter } from './api/types.ts';
import { Home, Root } from './layout/root.tsx';
import { Shell } from './layout/shell.tsx';
import { EXPERIMENT_FILTERS, type ExperimentFilter } from './pages/experiment-filter.ts';

interface RouterContext {
  readonly queryClient: QueryClient;
  readonly trpc: TRPCOptionsProxy<AppRouter>;
}

const root = createRootRouteWithContext<RouterContext>()({
  component: Root,
  notFoundComponent: lazyRouteComponent(() => import('./pages/no-page.tsx'), 'NoPageAlone'),
});

const home = createRoute({ getParentRoute: () => root, path: '/', component: Home });

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    optional('next', pathIn(search['next'])),
  component: lazyRouteComponent(() => import('./pages/login.tsx'), 'Login'),
});

const environment = createRoute({ getParentRoute: () => root, path: '/$env', component: Shell });

const environmentHome = createRoute({
  getParentRoute: () => environment,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/$env/experiments', params, replace: true });
  },
});

const experiments = createRoute({
  getParentRoute: () => environment,
  path: 'experiments',
  validateSearch: (search: Record<string, unknown>): { state?: ExperimentFilter } =>
    optional(
      'state',
      EXPERIMENT_FILTERS.find((filter) => filter === search['state'] && filter !== 'all'),
    ),
  loader: ({ context: { queryClient, trpc }, params }) => {
    void queryClient.prefetchQuery(trpc.experiments.list.queryOptions({ environment: params.env }));
  },
  component: lazyRouteComponent(() => import('./pages/experiments.tsx'), 'Experiments'),
});

const experiment = createRoute({
  getParentRoute: () => environment,
  path: 'experiments/$key',
  validateSearch: (search: Record<string, unknown>): { metric?: string; variant?: string } => ({
    ...optional('metric', text(search['metric'])),
    ...optional('variant', text(search['variant'])),
  }),
  loader: ({ context: { queryClient, trpc }, params }) => {
    void queryClient.prefetchQuery(
      trpc.experiments.get.queryOptions({ environment: params.env, flag: params.key }),
    );
  },
  component: lazyRouteComponent(() => import('./pages/experiment.tsx'), 'Experiment'),
});

const flags = createRoute({
  getParentRoute: () => environment,
  path: 'flags',
  validateSearch: (search: Record<string, unknown>): { q?: string; new?: boolean } => ({
    ...optional('q', text(search['q'])),
    ...optional('new', search['new'] === true ? true : undefined),
  }),
  loader: ({ context: { queryClient, trpc }, params }) => {
    void queryClient.prefetchQuery(trpc.flags.list.queryOptions({ environment: params.env }));
  },
  component: lazyRouteComponent(() => import('./pages/flags.tsx'), 'Flags'),
});

const flag = createRoute({
  getParentRoute: () => environment,
  path: 'flags/$key',
  loader: ({ context: { queryClient, trpc }, params }) => {
    void queryClient.prefetchQuery(trpc.flags.get.queryOptions({ environment: params.env, key: params.key }));
  },
  component: lazyRouteComponent(() => import('./pages/flag.tsx'), 'FlagPage'),
});

const system = createRoute({
  getParentRoute: () => environment,
  path: 'system',
  component: lazyRouteComponent(() => import('./pages/system.tsx'), 'System'),
});

/** What is no page still stands in the frame, so that the way on is one click. */
const elsewhere = createRoute({
  getParentRoute: () => environment,
  path: '$',
  component: lazyRouteComponent(() => import('./pages/no-page.tsx'), 'NoPage'),
});

const tree = root.addChildren([
  home,
  login,
  environment.addChildren([environmentHome, experiments, experiment, flags, flag, system, elsewhere]),
]);

export function createAppRouter(context: RouterContext, basepath = '/') {
  return createRouter({
    routeTree: tree,
    context,
    basepath,
    defaultPreload: 'intent',
    // The queries know how old they are; a preload may always ask them.
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value.slice(0, 200) : undefined;
}

/** Only a path of this site: a link to the login page must not send anybody elsewhere. */
function pathIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : undefined;
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [N in Name]?: Value });
}
