import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  type TRPCClient,
  type TRPCLink,
} from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import { problemOf } from './errors.ts';
import type { AppRouter } from './types.ts';

export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();

export interface Api {
  readonly client: TRPCClient<AppRouter>;
  readonly queryClient: QueryClient;
}

export function createApi({ link = httpLinks(), onUnauthorized }: ApiOptions): Api {
  const onError = (error: unknown) => {
    if (problemOf(error).kind === 'unauthorized') onUnauthorized();
  };
  const queryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // The server may be on this very machine: having no network does not mean that it is away.
        networkMode: 'always',
        retry: (failures, error) => failures < 1 && ['unreachable', 'failed'].includes(problemOf(error).kind),
        retryDelay: 400,
      },
      mutations: { networkMode: 'always' },
    },
  });
  return { client: createTRPCClient<AppRouter>({ links: [link] }), queryClient };
}

interface ApiOptions {
  readonly link?: TRPCLink<AppRouter>;
  readonly onUnauthorized: () => void;
}

function httpLinks(): TRPCLink<AppRouter> {
  return splitLink({
    condition: (operation) => operation.type === 'subscription',
    true: httpSubscriptionLink({ url: '/trpc' }),
    false: httpBatchLink({ url: '/trpc', maxItems: 20 }),
  });
}
