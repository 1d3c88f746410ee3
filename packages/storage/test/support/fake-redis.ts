import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** Speaks just enough of the protocol to introduce itself as some version of Redis. */
export async function fakeRedis(options: {
  readonly version: string;
  /** HELLO came with Redis 6. */
  readonly knowsHello: boolean;
}): Promise<{ readonly url: string; close(): Promise<void> }> {
  const info = `# Server\r\nredis_version:${options.version}\r\nloading:0\r\nrole:master\r\n`;
  const answer = (command: string): string => {
    if (command === 'INFO') return `$${info.length}\r\n${info}\r\n`;
    if (command === 'HELLO') {
      return options.knowsHello
        ? `%2\r\n+server\r\n+redis\r\n+version\r\n+${options.version}\r\n`
        : '-ERR unknown command `HELLO`\r\n';
    }
    return '+OK\r\n';
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      // Every command begins as an array whose first item is its name.
      for (const [, name = ''] of chunk.toString().matchAll(/\*\d+\r\n\$\d+\r\n([A-Za-z]+)\r\n/g))
        socket.write(answer(name.toUpperCase()));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
