import type { Redis } from 'ioredis';
import type { ConfigSnapshot, ConfigStore, ConfigWatch, Installation } from '@liftgate/storage';
import { watchConfig } from '@liftgate/storage';

/** The environments of the installation with a current snapshot of each. */
export interface Environments {
  list(): Promise<string[]>;
  /** The watched configuration of an environment; null when there is no such environment. */
  watch(environment: string): Promise<ConfigWatch | null>;
  snapshot(environment: string): Promise<ConfigSnapshot | null>;
  close(): Promise<void>;
}

export const DEFAULT_ENVIRONMENT = 'production';

export async function openEnvironments(
  connections: { readonly redis: Redis; readonly subscriber: Redis },
  installation: Installation,
  store: ConfigStore,
): Promise<Environments> {
  await store.addEnvironment(DEFAULT_ENVIRONMENT);
  const watches = new Map<string, Promise<ConfigWatch>>();

  const open = (environment: string): Promise<ConfigWatch> => {
    const opening = watchConfig(connections, installation.keys, store, environment).catch(
      (error: unknown) => {
        watches.delete(environment);
        throw error;
      },
    );
    watches.set(environment, opening);
    return opening;
  };
  const watch = async (environment: string): Promise<ConfigWatch | null> => {
    const known = watches.get(environment);
    if (known !== undefined) return known;
    const exists = (await store.environments()).includes(environment);
    return exists ? (watches.get(environment) ?? open(environment)) : null;
  };
  return {
    list: () => store.environments(),
    watch,
    snapshot: async (environment) => (await watch(environment))?.current() ?? null,
    async close() {
      for (const opening of watches.values()) await (await opening.catch(() => null))?.close();
    },
  };
}
