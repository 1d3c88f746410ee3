import type { QueryClient } from '@tanstack/react-query';
import type { TRPCClient } from '@trpc/client';
import type { TRPCOptionsProxy } from '@trpc/tanstack-react-query';
import type { AppRouter } from './types.ts';

/** `live`: changes arrive by themselves. `polling`: the stream is lost, so the pages ask every 15 s. */
export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'polling';

const POLL_AFTER_MS = 5_000;
const RESUBSCRIBE_AFTER_MS = 4_000;
/** Results come with every batch of events; a page need not be redrawn more often than this. */
const RESULT_PAUSE_MS = 1_000;
const FLAG_PAUSE_MS = 40;

interface StreamOptions {
  readonly environment: string;
  readonly client: TRPCClient<AppRouter>;
  readonly trpc: TRPCOptionsProxy<AppRouter>;
  readonly queryClient: QueryClient;
  readonly onState: (state: LiveState) => void;
}

/** Subscribes to the changes of an environment, again and again if need be; answers with how to stop. */
export function openStream({ environment, client, trpc, queryClient, onState }: StreamOptions): () => void {
  let closed = false;
  let everLive = false;
  let subscription: { unsubscribe: () => void } | undefined;
  let lost: ReturnType<typeof setTimeout> | undefined;
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const after = (ms: number, run: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
    return timer;
  };

  // Gathers bursts: what comes during the pause is answered by the one refresh at its end.
  const waiting = new Set<string>();
  const refresh = (kind: string, pauseMs: number, paths: readonly { queryKey?: readonly unknown[] }[]) => {
    if (waiting.has(kind)) return;
    waiting.add(kind);
    after(pauseMs, () => {
      waiting.delete(kind);
      for (const path of paths) void queryClient.invalidateQueries(path);
    });
  };
  const flags = trpc.flags.pathFilter();
  const experiments = trpc.experiments.pathFilter();
  const metrics = trpc.metrics.pathFilter();

  const onLive = () => {
    clearTimeout(lost);
    lost = undefined;
    onState('live');
    // What changed while nobody listened is not replayed to a new connection: ask once.
    if (everLive) void queryClient.invalidateQueries();
    everLive = true;
  };
  const onLost = () => {
    if (lost !== undefined) return;
    onState('reconnecting');
    lost = after(POLL_AFTER_MS, () => onState('polling'));
  };

  const subscribe = () => {
    if (closed) return;
    subscription = client.system.changes.subscribe(
      { environment },
      {
        onConnectionStateChange: ({ state, error }) => {
          if (closed) return;
          if (state === 'pending') onLive();
          if (state === 'connecting' && error !== null) onLost();
        },
        onData: ({ data: { kind } }) => {
          if (kind === 'flag') refresh('flag', FLAG_PAUSE_MS, [flags, experiments]);
          else if (kind === 'metric') refresh('metric', RESULT_PAUSE_MS, [metrics, experiments]);
          else refresh('result', RESULT_PAUSE_MS, [experiments]);
        },
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
  subscribe();

  return () => {
    closed = true;
    subscription?.unsubscribe();
    for (const timer of timers) clearTimeout(timer);
  };
}
