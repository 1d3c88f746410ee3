import { z } from 'zod';
import { Failure } from './failure.ts';

export const DEFAULT_URL = 'http://127.0.0.1:4600';

const envSchema = z.object({
  LIFTGATE_URL: z
    .url({ protocol: /^https?$/, message: 'must be a URL, for example http://127.0.0.1:4600' })
    .default(DEFAULT_URL),
  LIFTGATE_KEY: z.string().min(1).optional(),
});
export interface Env {
  readonly url: string;
  readonly key: string | undefined;
}

/** The settings of the process; an empty variable is one that is not set. */
export function readEnv(variables: Readonly<Record<string, string | undefined>>): Env {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const parsed = envSchema.safeParse(set);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`);
    throw new Failure('usage', lines.join('\n'));
  }
  return { url: parsed.data.LIFTGATE_URL, key: parsed.data.LIFTGATE_KEY };
}
