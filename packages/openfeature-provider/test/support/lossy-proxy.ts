// A way to Redis on which answers can get lost: what was asked is done, and nobody hears of it.
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';

export interface LossyProxy {
  readonly url: string;
  /** Of several entries appended at once only the first is answered, and nothing else; after a moment every connection is cut, and none is let in for a while. */
  loseAnswers(): Promise<void>;
  close(): Promise<void>;
}

/** The answer to an XADD: the id of the entry. */
const firstAppended = /^\$\d+\r\n\d{13}-\d+\r\n/;

export async function lossyProxy(redisPort: number): Promise<LossyProxy> {
  const sockets = new Set<Socket>();
  let losing = false;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    if (losing) {
      client.destroy();
      return;
    }
    const redis = connect(redisPort, '127.0.0.1');
    for (const socket of [client, redis]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        redis.destroy();
      });
    }
    client.pipe(redis);
    redis.on('data', (chunk: Buffer) => {
      if (losing) client.write(firstAppended.exec(chunk.toString('latin1'))?.[0] ?? '');
      else client.write(chunk);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const wait = (ms: number) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    });

  return {
    url: `redis://127.0.0.1:${address.port}`,
    async loseAnswers() {
      losing = true;
      await wait(300);
      cut();
      await wait(300);
      losing = false;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
