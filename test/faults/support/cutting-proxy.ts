// A TCP proxy that cuts connections after a random number of bytes, in either direction: answers get lost after what
// they answer has happened. Random kills alone are a weak test; this finds the order of effects.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Dice } from './random.ts';

export interface CuttingProxy {
  readonly port: number;
  readonly cuts: number;
  /** From now on nothing is cut any more. */
  spare(): void;
  close(): Promise<void>;
}

export async function cuttingProxy(
  targetPort: number,
  random: Dice,
  bytes: { readonly least: number; readonly most: number },
): Promise<CuttingProxy> {
  let cuts = 0;
  let sparing = false;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    let left = random.between(bytes.least, bytes.most);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    const pass = (from: Socket, to: Socket) =>
      from.on('data', (chunk) => {
        left -= chunk.length;
        if (left > 0 || sparing) {
          to.write(chunk);
          return;
        }
        // What came before the cut still arrives.
        cuts += 1;
        to.end(chunk.subarray(0, Math.max(0, chunk.length + left)), () => from.destroy());
      });
    pass(near, far);
    pass(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts;
    },
    spare() {
      sparing = true;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
