import { createTRPCClient, httpBatchLink, type TRPCClient } from '@trpc/client';
import type { AppRouter } from './router.ts';

export type { AppRouter } from './router.ts';
export type LiftgateClient = TRPCClient<AppRouter>;

export interface ClientOptions {
  /** Where the server listens, for example http://127.0.0.1:4600. */
  readonly url: string;
  /** An API key; the loopback demo needs none. */
  readonly key?: string | undefined;
}

/** A typed client of the server's API. */
export function createLiftgateClient({ url, key }: ClientOptions): LiftgateClient {
  return createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({
        url: new URL('/trpc', url).href,
        maxItems: 20,
        headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      }),
    ],
  });
}
