// An application that ends: with `close`, or without any good-bye.
import { OpenFeature } from '@openfeature/server-sdk';
import { LiftgateProvider } from '@liftgate/openfeature-provider';

const [redisUrl, flag = '', end = ''] = process.argv.slice(2);
await OpenFeature.setProviderAndWait(new LiftgateProvider({ redisUrl, lingerMs: 60_000 }));
const client = OpenFeature.getClient();
const metric = `clicks-${end.at(-1)}`;
for (let user = 0; user < 100; user++) {
  const context = { targetingKey: `user-${user}` };
  await client.getBooleanValue(flag, false, context);
  client.track(metric, context);
}
if (end === 'track and close') await OpenFeature.close();
