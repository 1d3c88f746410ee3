/** Five lines that close the loop, with this server's own address. */
export function snippetCode(flagKey: string, metric: string): string {
  return `import { OpenFeature } from '@openfeature/server-sdk';
import { LiftgateProvider } from '@liftgate/openfeature-provider';

await OpenFeature.setProviderAndWait(
  new LiftgateProvider({ url: '${location.origin}', apiKey: process.env.LIFTGATE_KEY }),
);
const client = OpenFeature.getClient();
const on = await client.getBooleanValue('${flagKey}', false, { targetingKey: userId });
client.track('${metric}', { targetingKey: userId }, { value: 1 });`;
}
