import type { Redis } from 'ioredis';
import {
  sameStamp,
  watchConfig,
  type ConfigSnapshot,
  type ConfigStore,
  type ConfigWatch,
  type Installation,
} from '@liftgate/storage';

/** The configuration of every environment, as new as the events that are being taken in. */
export interface Configurations {
  /**
   * Reads whatever has changed. Called after the events are read, so every event finds what it was sent for. One round
   * trip when nothing has changed, however many environments there are.
   */
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
  let opening: Promise<void> | undefined;

  const openNew = async (): Promise<void> => {
    for (const environment of await store.environments()) {
      if (watches.has(environment)) continue;
      watches.set(environment, await watchConfig(connections, installation.keys, store, environment));
    }
  };
  const openAll = async (): Promise<void> => {
    // The consumer and the analysis ask at the same time; each environment is to be watched once.
    opening ??= openNew().finally(() => {
      opening = undefined;
    });
    await opening;
  };
  const refresh = async (): Promise<void> => {
    const [stamp, environments] = await Promise.all([store.stamp(), store.countEnvironments()]);
    if (environments !== watches.size) await openAll();
    const behind = [...watches.values()].filter((watch) => !sameStamp(watch.current().stamp, stamp));
    await Promise.all(behind.map((watch) => watch.refresh()));
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
