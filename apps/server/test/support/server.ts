import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLiftgateClient, type LiftgateClient } from '@liftgate/server/client';
import { createApp } from '../../src/app.ts';
import { openServices, type Services } from '../../src/services.ts';

export interface TestServer {
  readonly url: string;
  readonly services: Services;
  client(key?: string): LiftgateClient;
  close(): Promise<void>;
}

/** The real server in this process. */
export async function startTestServer(
  redisUrl: string,
  options: { demo: boolean; dashboardDir?: string },
): Promise<TestServer> {
  const { demo, dashboardDir } = options;
  const services = await openServices({ redisUrl, partitions: 4, demo });
  const server = createServer(createApp(services, dashboardDir));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    services,
    client: (key) => createLiftgateClient({ url, key }),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await services.close();
    },
  };
}

/** What a refused call says. */
export interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly requestId: string | null;
  readonly conflict: unknown;
}

export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    // What the error formatter of the API made; a client knows the shape from the router's type.
    const { message, data } = error as {
      message: string;
      data: { code: string; httpStatus: number; requestId: string | null; conflict: unknown };
    };
    return {
      code: data.code,
      status: data.httpStatus,
      message,
      requestId: data.requestId,
      conflict: data.conflict,
    };
  }
  throw new Error('the call was not refused');
}

/** Events of a server-sent stream, as they come. */
export async function* serverSent(response: Response): AsyncGenerator<{ event: string; data: string }> {
  if (response.body === null) throw new Error('no body');
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name: string) =>
        lines
          .filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).trim())
          .join('\n');
      yield { event: field('event'), data: field('data') };
    }
  }
}
