import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/** A Lua file of ../lua; its header names KEYS, ARGV and every return value. */
class Script {
  readonly source: string;
  readonly sha: string;

  constructor(name: string) {
    this.source = readFileSync(new URL(`../lua/${name}.lua`, import.meta.url), 'utf8');
    this.sha = createHash('sha1').update(this.source).digest('hex');
  }

  /** Runs by hash, and by source after a restart or failover has emptied the script cache. */
  async run(redis: Redis, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(this.source, keys.length, ...keys, ...args);
    }
  }
}

const configPutScript = new Script('config-put');
const evidenceReadScript = new Script('evidence-read');
const claimScript = new Script('partition-claim');
const releaseScript = new Script('partition-release');
const commitScript = new Script('commit');
const resultPutScript = new Script('result-put');
const workerMarkScript = new Script('worker-mark');
const apiKeyFirstScript = new Script('api-key-first');

export type PutReply =
  | { readonly stored: true; readonly stamp: string }
  | { readonly stored: false; readonly present: string };

export async function configPut(
  redis: Redis,
  keys: { readonly hash: string; readonly version: string },
  args: {
    readonly key: string;
    readonly expectedVersion: number;
    readonly value: string;
    readonly nonce: string;
    readonly channel: string;
    readonly kind: string;
    readonly environment: string;
  },
): Promise<PutReply> {
  const reply = (await configPutScript.run(
    redis,
    [keys.hash, keys.version],
    [
      args.key,
      String(args.expectedVersion),
      args.value,
      args.nonce,
      args.channel,
      args.kind,
      args.environment,
    ],
  )) as [number, string];
  return reply[0] === 1 ? { stored: true, stamp: reply[1] } : { stored: false, present: reply[1] };
}

export async function evidenceRead(
  redis: Redis,
  keys: { readonly meta: string; readonly statistics: string; readonly days: string },
): Promise<{ events: number; statistics: Map<string, string>; days: Map<string, string> }> {
  const reply = await evidenceReadScript.run(redis, [keys.meta, keys.statistics, keys.days], []);
  const [events, statistics, days] = reply as [string, string[], string[]];
  return { events: Number(events), statistics: pairsOf(statistics), days: pairsOf(days) };
}

/** field, value, field, value … as a map. */
function pairsOf(flat: readonly string[]): Map<string, string> {
  const pairs = new Map<string, string>();
  for (let index = 0; index + 1 < flat.length; index += 2)
    pairs.set(flat[index] ?? '', flat[index + 1] ?? '');
  return pairs;
}

export type ClaimReply =
  | { readonly owned: true; readonly epoch: string; readonly offset: string }
  | { readonly owned: false };

export async function partitionClaim(
  redis: Redis,
  keys: { readonly owner: string; readonly meta: string },
  worker: string,
  leaseMs: number,
): Promise<ClaimReply> {
  const reply = (await claimScript.run(redis, [keys.owner, keys.meta], [worker, String(leaseMs)])) as [
    number,
    string?,
    string?,
  ];
  if (reply[0] !== 1) return { owned: false };
  return { owned: true, epoch: String(reply[1]), offset: String(reply[2]) };
}

export async function partitionRelease(redis: Redis, owner: string, worker: string): Promise<void> {
  await releaseScript.run(redis, [owner], [worker]);
}

export type CommitReply = 'ok' | 'moved' | 'fenced' | 'rewound';

export async function commit(
  redis: Redis,
  keys: readonly string[],
  args: readonly string[],
): Promise<CommitReply> {
  return (await commitScript.run(redis, keys, args)) as CommitReply;
}

export async function resultPut(
  redis: Redis,
  key: string,
  args: {
    readonly flag: string;
    readonly events: number;
    readonly configuration: number;
    readonly json: string;
    readonly channel: string;
    readonly message: string;
  },
): Promise<boolean> {
  const reply = await resultPutScript.run(
    redis,
    [key],
    [args.flag, String(args.events), String(args.configuration), args.json, args.channel, args.message],
  );
  return Number(reply) === 1;
}

export async function apiKeyFirst(redis: Redis, key: string, hash: string, json: string): Promise<boolean> {
  return Number(await apiKeyFirstScript.run(redis, [key], [hash, json])) === 1;
}

/** Live workers as id, time, id, time …; notes `worker` among them unless it is empty. */
export async function workerMark(
  redis: Redis,
  key: string,
  args: { readonly worker: string; readonly goneMs: number; readonly forgottenMs: number },
): Promise<string[]> {
  const { worker, goneMs, forgottenMs } = args;
  const reply = await workerMarkScript.run(redis, [key], [worker, String(goneMs), String(forgottenMs)]);
  return reply as string[];
}
