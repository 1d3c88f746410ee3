export interface SnippetFor {
  readonly environment: string;
  readonly flag: string;
  readonly metric: string;
}

/** The lines that close the loop: ask the flag, tell the metric. */
export function snippetCode({ environment, flag, metric }: SnippetFor): string {
  return `import { OpenFeature } from '@openfeature/server-sdk';
import { LiftgateProvider } from '@liftgate/openfeature-provider';

await OpenFeature.setProviderAndWait(
  new LiftgateProvider({ redisUrl: process.env.REDIS_URL, environment: '${environment}' }),
);
const client = OpenFeature.getClient();
const on = await client.getBooleanValue('${flag}', false, { targetingKey: userId });
client.track('${metric}', { targetingKey: userId }, { value: 1 });`;
}
