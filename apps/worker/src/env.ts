import { z } from 'zod';

const envSchema = z.object({
  REDIS_URL: z.string().min(1, 'must be set, for example redis://127.0.0.1:6379'),
  LIFTGATE_PARTITIONS: z.coerce.number().int().min(1).max(1_024).optional(),
  /** How often experiments are analysed, in milliseconds. */
  LIFTGATE_ANALYSIS_INTERVAL_MS: z.coerce.number().int().min(100).max(3_600_000).default(1_000),
});
export type Env = z.infer<typeof envSchema>;

/** The settings of the process. Throws an error that names the variable and its value. */
export function readEnv(variables: Readonly<Record<string, string | undefined>>): Env {
  const parsed = envSchema.safeParse(variables);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const given = name === 'REDIS_URL' ? '' : `, got ${JSON.stringify(variables[name] ?? null)}`;
    return `${name}: ${issue.message}${given}`;
  });
  throw new Error(lines.join('\n'));
}
