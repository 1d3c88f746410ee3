import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { useTRPC, useTRPCClient } from './client.ts';
import type { LiveState } from './live-stream.ts';

export type { LiveState };

const POLL_EVERY_MS = 15_000;

const LiveContext = createContext<LiveState>('connecting');
export const useLive = (): LiveState => useContext(LiveContext);

/** Keeps one subscription to the environment's changes open and refreshes what they touch. */
export function LiveProvider({ environment, children }: { environment: string; children: ReactNode }) {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');

  useEffect(() => {
    let close: (() => void) | undefined;
    let closed = false;
    // After the first paint: the stream is not what a person came to see.
    void import('./live-stream.ts').then(({ openStream }) => {
      if (!closed) close = openStream({ environment, client, trpc, queryClient, onState: setState });
    });
    return () => {
      closed = true;
      close?.();
    };
  }, [client, environment, queryClient, trpc]);

  useEffect(() => {
    if (state !== 'polling') return;
    const timer = setInterval(() => void queryClient.invalidateQueries(), POLL_EVERY_MS);
    return () => clearInterval(timer);
  }, [queryClient, state]);

  return <LiveContext value={state}>{children}</LiveContext>;
}
