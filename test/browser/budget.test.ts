import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProduct, type Built } from './support/build.ts';

const KIB = 1024;
const SCRIPTS_KIB = 135;
const STYLES_KIB = 10;

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
  readonly css?: readonly string[];
}

describe('the built dashboard', () => {
  let built: Built;
  let chunks: Readonly<Record<string, Chunk>>;

  beforeAll(async () => {
    built = await buildProduct();
    chunks = JSON.parse(readFileSync(`${built.directory}/.vite/manifest.json`, 'utf8')) as typeof chunks;
  });

  afterAll(() => built?.remove());

  it.each(['experiments', 'experiment', 'flags', 'flag', 'system', 'login'])(
    `shows the page %s with at most ${SCRIPTS_KIB} KiB of compressed scripts`,
    (page) => {
      const needed = new Set([...statics('index.html'), ...statics(`src/pages/${page}.tsx`)]);
      const size = [...needed].reduce((sum, key) => sum + compressed(chunks[key]?.file), 0);
      expect(size / KIB).toBeLessThanOrEqual(SCRIPTS_KIB);
      expect(size / KIB).toBeGreaterThan(80); // or this test looks at the wrong files
    },
  );

  it(`needs at most ${STYLES_KIB} KiB of compressed styles`, () => {
    const files = new Set(Object.values(chunks).flatMap(({ css = [] }) => css));
    expect(files.size).toBe(1);
    const size = [...files].reduce((sum, file) => sum + compressed(file), 0);
    expect(size / KIB).toBeLessThanOrEqual(STYLES_KIB);
  });

  it('holds neither the fixtures nor the page that shows them', () => {
    expect(Object.keys(chunks).filter((key) => key.includes('src/dev/'))).toEqual([]);
  });

  it('has a page without inline scripts or styles, as the content security policy demands', () => {
    const html = readFileSync(`${built.directory}/index.html`, 'utf8');
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
    expect([...html.matchAll(/<script\b[^>]*>/g)].every(([tag]) => tag.includes('src='))).toBe(true);
  });

  /** A chunk and all that it cannot start without. */
  function statics(key: string, seen: Set<string> = new Set()): Set<string> {
    if (seen.has(key)) return seen;
    const chunk = chunks[key];
    if (chunk === undefined) throw new Error(`no chunk "${key}" in the manifest`);
    seen.add(key);
    for (const next of chunk.imports ?? []) statics(next, seen);
    return seen;
  }

  function compressed(file: string | undefined): number {
    if (file === undefined) throw new Error('no file');
    return gzipSync(readFileSync(`${built.directory}/${file}`), { level: 9 }).length;
  }
});
