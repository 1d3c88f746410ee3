import type { Redis } from 'ioredis';
import {
  watchConfig,
  type ConfigSnapshot,
  type ConfigStore,
  type ConfigWatch,
  type Installation,
} from '@liftgate/storage';

/** The configuration of every environment, as new as the events that are being taken in. */
export interface Configurations {
  /** Reads whatever has changed. Called after the events are read, so every event finds what it was sent for. */
  refresh(): Promise<void>;
  of(environment: string): ConfigSnapshot | undefined;
  all(): readonly ConfigSnapshot[];
  close(): Promise<void>;
}

export async function openConfigurations(
  connections: { readonly redis: Redis; readonly subscriber: Redis },
  installation: Installation,
  store: ConfigStore,
): Promise<Configurations> {
  const watches = new Map<string, ConfigWatch>();

  const refresh = async (): Promise<void> => {
    for (const environment of await store.environments()) {
      const watch = watches.get(environment);
      if (watch !== undefined) await watch.refresh();
      else watches.set(environment, await watchConfig(connections, installation.keys, store, environment));
    }
  };
  await refresh();
  return {
    refresh,
    of: (environment) => watches.get(environment)?.current(),
    all: () => [...watches.values()].map((watch) => watch.current()),
    async close() {
      for (const watch of watches.values()) await watch.close();
    },
  };
}
