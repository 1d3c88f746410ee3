import { z } from 'zod';

const flag = z.enum(['0', '1', 'true', 'false']).transform((value) => value === '1' || value === 'true');

const envSchema = z.object({
  REDIS_URL: z.string().min(1, 'must be set, for example redis://127.0.0.1:6379'),
  LIFTGATE_HOST: z.string().default('127.0.0.1'),
  /** 0 picks a free port. */
  LIFTGATE_PORT: z.coerce.number().int().min(0).max(65_535).default(4600),
  /** Open on the loopback, without keys: for trying out only. */
  LIFTGATE_DEMO: flag.default(false),
  /** Makes another admin key at this start and prints it once: for when the first one is lost. */
  LIFTGATE_NEW_ADMIN_KEY: flag.default(false),
  LIFTGATE_PARTITIONS: z.coerce.number().int().min(1).max(1_024).optional(),
  LIFTGATE_DASHBOARD_DIR: z.string().optional(),
});
export type Env = z.infer<typeof envSchema>;

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);

/** The settings of the process. Throws an error that names the variable and its value. */
export function readEnv(variables: Readonly<Record<string, string | undefined>>): Env {
  const parsed = envSchema.safeParse(variables);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      const given = name === 'REDIS_URL' ? '' : `, got ${JSON.stringify(variables[name] ?? null)}`;
      return `${name}: ${issue.message}${given}`;
    });
    throw new Error(lines.join('\n'));
  }
  const env = parsed.data;
  if (env.LIFTGATE_DEMO && !LOOPBACK.has(env.LIFTGATE_HOST)) {
    throw new Error(
      `LIFTGATE_DEMO needs no keys and so runs on the loopback only, got LIFTGATE_HOST "${env.LIFTGATE_HOST}": unset one of them`,
    );
  }
  return env;
}
