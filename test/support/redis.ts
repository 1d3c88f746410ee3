// A private Redis for one test file, as the product starts it: own port, own temporary directory, gone with the
// file. Where there is no redis-server this throws, so such tests fail; they are never skipped.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis, type RedisOptions as AllClientOptions } from 'ioredis';
import { startRedis, type PrivateRedis, type RedisOptions } from '../../scripts/redis.mjs';

export type ClientOptions = Omit<AllClientOptions, 'host' | 'port' | 'replyMapping'>;

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  /** A new connection; all of them are closed by `stop()`. */
  client(options?: ClientOptions): Redis;
  /** Empties every database. */
  flush(): Promise<void>;
  /** SIGKILL, as a crash would be. */
  kill9(): Promise<void>;
  /** The same port and directory again, after `kill9()` or in place of the running one. */
  restart(options?: Pick<RedisOptions, 'args' | 'appendonly'>): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestRedis(options: Omit<RedisOptions, 'directory'> = {}): Promise<TestRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'liftgate-test-redis-'));
  const clients: Redis[] = [];
  let server: PrivateRedis | undefined;
  try {
    server = await startRedis({ ...options, directory });
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
  const { url, port } = server;

  const client = (clientOptions: ClientOptions = {}): Redis => {
    const connection = new Redis(port, '127.0.0.1', clientOptions);
    // A test that kills the server expects lost connections; commands still reject.
    connection.on('error', () => {});
    clients.push(connection);
    return connection;
  };

  return {
    url,
    port,
    directory,
    client,
    async flush() {
      const connection = new Redis(url);
      await connection.flushall();
      await connection.quit();
    },
    async kill9() {
      await server?.kill();
      server = undefined;
    },
    async restart(changed = {}) {
      await server?.stop();
      server = await startRedis({ ...options, ...changed, port, directory });
    },
    async stop() {
      for (const connection of clients) connection.disconnect();
      await server?.stop();
      server = undefined;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
