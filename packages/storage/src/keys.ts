import clusterKeySlot from 'cluster-key-slot';

/** Every Redis key of an installation is built here. `p` is a partition: everything of one lies in one hash slot. */
export interface Keys {
  readonly installation: string;
  readonly configVersion: string;
  readonly configChannel: string;
  readonly environments: string;
  readonly apiKeys: string;
  readonly workers: string;
  readonly resultChannel: string;
  config(kind: string, environment: string): string;
  results(environment: string): string;
  refused(environment: string): string;
  readonly queuePrefix: string;
  stream(p: number): string;
  meta(p: number): string;
  owner(p: number): string;
  producers(p: number): string;
  balance(p: number): string;
  deadLetters(p: number): string;
  units(p: number, bucket: number): string;
  statistics(p: number, run: string): string;
  days(p: number, run: string): string;
}

export function keysOf(partitions: number, prefix = 'liftgate'): Keys {
  const tags = partitionTags(partitions);
  const of = (p: number, name: string) => `${prefix}:{${tags[p]}}:${name}`;
  const config = `${prefix}:{config}`;
  return {
    installation: `${config}:installation`,
    configVersion: `${config}:version`,
    configChannel: `${config}:changes`,
    environments: `${config}:environments`,
    apiKeys: `${config}:api-keys`,
    workers: `${prefix}:workers`,
    resultChannel: `${prefix}:results:changes`,
    config: (kind, environment) => `${config}:${kind}:${environment}`,
    results: (environment) => `${prefix}:results:${environment}`,
    refused: (environment) => `${prefix}:refused:${environment}`,
    queuePrefix: `{${prefix}:queues}`,
    stream: (p) => of(p, 'in'),
    meta: (p) => of(p, 'meta'),
    owner: (p) => of(p, 'owner'),
    producers: (p) => of(p, 'producers'),
    balance: (p) => of(p, 'balance'),
    deadLetters: (p) => of(p, 'dead-letters'),
    units: (p, bucket) => of(p, `units:${bucket}`),
    statistics: (p, run) => of(p, `statistics:${run}`),
    days: (p, run) => of(p, `days:${run}`),
  };
}

const SLOTS = 16_384;

/** One hash tag per partition, chosen so that the partitions lie evenly over the slots of a cluster. */
export function partitionTags(partitions: number): string[] {
  return Array.from({ length: partitions }, (_, p) => {
    const from = Math.floor((p * SLOTS) / partitions);
    const to = Math.floor(((p + 1) * SLOTS) / partitions);
    for (let attempt = 0; ; attempt++) {
      const tag = `p${p}.${attempt}`;
      const slot = clusterKeySlot(tag);
      if (slot >= from && slot < to) return tag;
    }
  });
}
