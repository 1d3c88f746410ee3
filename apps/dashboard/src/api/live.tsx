import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { useTRPC, useTRPCClient } from './client.ts';

/** `live`: changes arrive by themselves. `polling`: the stream is lost, so the pages ask every 15 s. */
export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'polling';

export const POLL_EVERY_MS = 15_000;
const POLL_AFTER_MS = 5_000;
const RESUBSCRIBE_AFTER_MS = 4_000;
/** Results come with every batch of events; a page need not be redrawn more often than this. */
const RESULT_PAUSE_MS = 1_000;
const FLAG_PAUSE_MS = 40;

const LiveContext = createContext<LiveState>('connecting');
export const useLive = (): LiveState => useContext(LiveContext);

/** Keeps one subscription to the environment's changes open and refreshes what they touch. */
export function LiveProvider({ environment, children }: { environment: string; children: ReactNode }) {
  const client = useTRPCClient();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');

  useEffect(() => {
    let closed = false;
    let subscription: { unsubscribe: () => void } | undefined;
    let everLive = false;
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const after = (ms: number, run: () => void) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        run();
      }, ms);
      timers.add(timer);
      return timer;
    };

    const refresh = refresher({
      flag: () => {
        void queryClient.invalidateQueries(trpc.flags.pathFilter());
        void queryClient.invalidateQueries(trpc.experiments.pathFilter());
      },
      result: () => void queryClient.invalidateQueries(trpc.experiments.pathFilter()),
      metric: () => void queryClient.invalidateQueries(trpc.metrics.pathFilter()),
      after,
    });

    let lost: ReturnType<typeof setTimeout> | undefined;
    const onLive = () => {
      clearTimeout(lost);
      lost = undefined;
      setState('live');
      // What changed while nobody listened is not replayed to a new connection: ask once.
      if (everLive) void queryClient.invalidateQueries();
      everLive = true;
    };
    const onLost = () => {
      lost ??= after(POLL_AFTER_MS, () => setState('polling'));
      setState((before) => (before === 'polling' ? before : 'reconnecting'));
    };

    const subscribe = () => {
      if (closed) return;
      subscription = client.system.changes.subscribe(
        { environment },
        {
          onConnectionStateChange: (connection) => {
            if (closed) return;
            if (connection.state === 'pending') onLive();
            if (connection.state === 'connecting' && connection.error !== null) onLost();
          },
          onData: ({ data }) => refresh(data.kind),
          onError: () => {
            if (closed) return;
            onLost();
            after(RESUBSCRIBE_AFTER_MS, subscribe);
          },
          onComplete: () => {
            if (!closed) after(RESUBSCRIBE_AFTER_MS, subscribe);
          },
        },
      );
    };
    // After the first paint: the stream is not what a person came to see.
    after(50, subscribe);
    return () => {
      closed = true;
      subscription?.unsubscribe();
      for (const timer of timers) clearTimeout(timer);
      clearTimeout(lost);
    };
  }, [client, environment, queryClient, trpc]);

  useEffect(() => {
    if (state !== 'polling') return;
    const timer = setInterval(() => void queryClient.invalidateQueries(), POLL_EVERY_MS);
    return () => clearInterval(timer);
  }, [queryClient, state]);

  return <LiveContext value={state}>{children}</LiveContext>;
}

interface Refreshes {
  readonly flag: () => void;
  readonly result: () => void;
  readonly metric: () => void;
  readonly after: (ms: number, run: () => void) => unknown;
}

/** Gathers bursts: one refresh per kind and pause, the first one at once. */
function refresher({ flag, result, metric, after }: Refreshes) {
  const waiting = new Set<string>();
  const gather = (kind: string, pauseMs: number, run: () => void) => {
    if (waiting.has(kind)) return;
    waiting.add(kind);
    after(pauseMs, () => {
      waiting.delete(kind);
      run();
    });
  };
  return (kind: 'flag' | 'experiment' | 'metric' | 'result') => {
    if (kind === 'flag') gather('flag', FLAG_PAUSE_MS, flag);
    else if (kind === 'metric') gather('metric', RESULT_PAUSE_MS, metric);
    else gather('result', RESULT_PAUSE_MS, result);
  };
}
