import { open, mkdtemp, rm, type FileHandle } from 'node:fs/promises';
import { hash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Observation } from './row.ts';

/**
 * Brings the observations of each unit into the order of time, for a file of any size: they are dealt out by unit to
 * temporary files, and each of those is sorted in memory by itself. Events of one unit that come more than a few hours
 * out of order would be counted as late.
 */
export interface TimeOrder {
  add(observation: Observation): Promise<void>;
  /** What was added, each unit's in the order of time. */
  sorted(): AsyncGenerator<Observation>;
  close(): Promise<void>;
}

const PARTS = 64;
const BUFFERED_CHARACTERS = 1 << 16;

const storedSchema = z.tuple([
  z.number(),
  z.string(),
  z.string(),
  z.union([z.number(), z.literal('')]),
  z.array(z.number().nullable()),
]);

export async function timeOrder(): Promise<TimeOrder> {
  const directory = await mkdtemp(join(tmpdir(), 'liftgate-replay-'));
  const handles: FileHandle[] = [];
  for (let part = 0; part < PARTS; part++) handles.push(await open(join(directory, String(part)), 'w+'));
  // Files without a name are gone with the process, however it ends. Windows keeps the names until `close`.
  await rm(directory, { recursive: true, force: true }).catch(() => {});
  const buffers = handles.map(() => '');

  const flush = async (part: number): Promise<void> => {
    const text = buffers[part] ?? '';
    buffers[part] = '';
    if (text !== '') await handles[part]?.write(text);
  };
  return {
    async add({ line, unit, variant, at, values }) {
      const part = hash('sha256', unit, 'buffer').readUInt32LE(0) % PARTS;
      buffers[part] += `${JSON.stringify([line, unit, variant, at, values])}\n`;
      if ((buffers[part]?.length ?? 0) > BUFFERED_CHARACTERS) await flush(part);
    },
    async *sorted() {
      for (const [part, handle] of handles.entries()) {
        await flush(part);
        const input = handle.createReadStream({ start: 0, autoClose: false });
        const rows: Observation[] = [];
        for await (const text of createInterface({ input })) rows.push(observationOf(text));
        yield* rows.sort((a, b) => Number(a.at) - Number(b.at));
      }
    },
    async close() {
      for (const handle of handles) await handle.close();
      await rm(directory, { recursive: true, force: true }).catch(() => {});
    },
  };
}

function observationOf(text: string): Observation {
  const [line, unit, variant, at, values] = storedSchema.parse(JSON.parse(text));
  return { line, unit, variant, at, values };
}
