import { z } from 'zod';

const envSchema = z.object({
  LIFTGATE_URL: z.url('must be the URL of a running server, for example http://127.0.0.1:4600'),
  REDIS_URL: z.string().min(1, 'must be set, for example redis://127.0.0.1:6379'),
});
export type Env = z.infer<typeof envSchema>;

/** The settings of the process. Throws an error that names the variable. */
export function readEnv(variables: Readonly<Record<string, string | undefined>>): Env {
  const parsed = envSchema.safeParse(variables);
  if (parsed.success) return parsed.data;
  throw new Error(
    parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`).join('\n'),
  );
}
