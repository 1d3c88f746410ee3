// A proxy in front of the server that passes every batch of events on twice, as a careless network would.
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';

export interface Proxy {
  readonly url: string;
  close(): Promise<void>;
}

export async function twiceProxy(target: string): Promise<Proxy> {
  const pass = (incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { method, headers, url = '/' } = incoming;
      const { host } = new URL(target);
      const outgoing = send(new URL(url, target), { method, headers: { ...headers, host } }, resolve);
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    if (incoming.url === '/v1/events') {
      const first = await pass(incoming, body);
      first.resume();
    }
    const answer = await pass(incoming, body);
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  };
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
