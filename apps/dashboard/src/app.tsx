import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import type { TRPCLink } from '@trpc/client';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { TRPCProvider, createApi } from './api/client.ts';
import type { AppRouter } from './api/types.ts';
import { createAppRouter } from './router.tsx';
import { Toasts } from './ui/toast.tsx';

/** The whole dashboard: the connection to the server, the pages, the notices. */
export function createApp({ link, basepath = '/' }: { link?: TRPCLink<AppRouter>; basepath?: string } = {}) {
  const { client, queryClient } = createApi({
    ...(link === undefined ? {} : { link }),
    onUnauthorized: () => {
      const { pathname, href } = router.state.location;
      if (pathname !== '/login')
        void router.navigate({ to: '/login', search: { next: href }, replace: true });
    },
  });
  const router = createAppRouter(
    { queryClient, trpc: createTRPCOptionsProxy<AppRouter>({ client, queryClient }) },
    basepath,
  );
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={client} queryClient={queryClient}>
        <Toasts>
          <RouterProvider router={router} />
        </Toasts>
      </TRPCProvider>
    </QueryClientProvider>
  );
}
