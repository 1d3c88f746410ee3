import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  dependencyViolations,
  floorViolations,
  importCycles,
  longFiles,
  purityViolations,
  readTree,
  referenceViolations,
  undocumentedDependencies,
  type Tree,
} from './support/architecture.ts';

/** Files in src over 400 lines, each with the reason why it is one idea all the same. */
const longFileReasons: Record<string, string> = {};

describe('this workspace', () => {
  const tree = readTree(fileURLToPath(new URL('..', import.meta.url)));

  test('a package uses the floors below it and nothing beside or above', () => {
    expect(floorViolations(tree)).toEqual([]);
  });
  test('package.json names what the sources import, no more and no less', () => {
    expect(dependencyViolations(tree)).toEqual([]);
  });
  test('no files import each other in a ring', () => {
    expect(importCycles(tree)).toEqual([]);
  });
  test('the pure packages know neither Node, Redis, the DOM, the clock nor chance', () => {
    expect(purityViolations(tree)).toEqual([]);
  });
  test('no file in src is over 400 lines without a reason', () => {
    expect(longFiles(tree, longFileReasons)).toEqual([]);
  });
  test('every project refers to what it uses, and the root to every project', () => {
    expect(referenceViolations(tree)).toEqual([]);
  });
  test('every dependency has a line that says what it is for', () => {
    expect(undocumentedDependencies(tree)).toEqual([]);
  });
});

test('every script is type-checked', () => {
  const scripts = fileURLToPath(new URL('../scripts', import.meta.url));
  const checked = readFileSync(join(scripts, 'tsconfig.json'), 'utf8');
  const forgotten = readdirSync(scripts).filter(
    (name) => name.endsWith('.mjs') && !checked.includes(`"${name}"`),
  );
  expect(forgotten).toEqual([]);
});

describe('each check can fail', () => {
  test('a sound tree has no complaints', () => {
    const tree = workspace();
    expect(
      [
        floorViolations,
        dependencyViolations,
        importCycles,
        purityViolations,
        longFiles,
        referenceViolations,
        undocumentedDependencies,
      ].flatMap((check) => check(tree)),
    ).toEqual([]);
  });

  test.each([
    ["import { decide } from '@liftgate/rollout';", 'imports @liftgate/rollout, which is not below it'],
    ["import type { decide } from '@liftgate/rollout';", 'imports @liftgate/rollout, which is not below it'],
    ["export * from '@liftgate/rollout';", 'imports @liftgate/rollout, which is not below it'],
    ["export const late = import('@liftgate/rollout');", 'imports @liftgate/rollout, which is not below it'],
    [
      "export type Plan = import('@liftgate/rollout').Plan;",
      'imports @liftgate/rollout, which is not below it',
    ],
  ])('flags says %s', (source, complaint) => {
    const tree = workspace({ 'packages/flags/src/bad.ts': source });
    expect(floorViolations(tree)).toEqual([`packages/flags/src/bad.ts ${complaint}`]);
  });

  test('a name in a comment or a string is no import', () => {
    const source = "// import '@liftgate/rollout'\nexport const text = `import '@liftgate/rollout'`;";
    expect(floorViolations(workspace({ 'packages/flags/src/fine.ts': source }))).toEqual([]);
  });

  test('a package beside is not below', () => {
    const tree = workspace({
      'packages/rollout/package.json': manifest('rollout', { '@liftgate/attribution': 'workspace:*' }),
      'packages/attribution/package.json': manifest('attribution'),
    });
    expect(floorViolations(tree)).toEqual([
      'packages/rollout/package.json names attribution, which is not below it',
    ]);
  });

  test('a package that stands on no floor', () => {
    expect(floorViolations(workspace({ 'packages/utils/package.json': manifest('utils') }))).toEqual([
      'packages/utils stands on no floor',
    ]);
  });

  test('the dashboard may import types of the server and nothing else of it, and no storage', () => {
    expect(floorViolations(dashboard("import type { AppRouter } from '@liftgate/server';"))).toEqual([]);
    expect(floorViolations(dashboard("import { type AppRouter, start } from '@liftgate/server';"))).toEqual([
      'apps/dashboard/src/main.tsx imports more than types of @liftgate/server',
    ]);
    expect(floorViolations(dashboard("import '@liftgate/server';"))).toEqual([
      'apps/dashboard/src/main.tsx imports more than types of @liftgate/server',
    ]);
    expect(floorViolations(dashboard("import type { FlagStore } from '@liftgate/storage';"))).toEqual([
      'apps/dashboard/src/main.tsx imports @liftgate/storage, which is not below it',
    ]);
  });

  test('an import that package.json does not name, and a name that nothing imports', () => {
    expect(
      dependencyViolations(workspace({ 'packages/flags/src/bad.ts': "import { z } from 'zod/v4';" })),
    ).toEqual(['packages/flags/src/bad.ts imports zod, which packages/flags/package.json does not name']);
    expect(
      dependencyViolations(workspace({ 'packages/flags/package.json': manifest('flags', { zod: '4' }) })),
    ).toEqual(['packages/flags/package.json names zod, which its src does not import']);
  });

  test('a type may come from a development dependency, a value may not', () => {
    const flags = JSON.stringify({ name: '@liftgate/flags', devDependencies: { zod: '4' } });
    const tree = (source: string): Tree =>
      workspace({ 'packages/flags/package.json': flags, 'packages/flags/src/a.ts': source });
    expect(dependencyViolations(tree("import type { z } from 'zod';"))).toEqual([]);
    expect(dependencyViolations(tree("import { z } from 'zod';"))).toHaveLength(1);
  });

  test('a ring of files, of one package or of several, types included', () => {
    const ring = workspace({
      'packages/flags/src/a.ts': "import { b } from './b.ts';\nexport const a = b;",
      'packages/flags/src/b.ts': "import type { C } from './c.ts';\nexport const b: C = 1;",
      'packages/flags/src/c.ts': "export * from './a.ts';",
    });
    expect(importCycles(ring)).toEqual([
      'import cycle: packages/flags/src/a.ts → packages/flags/src/b.ts → packages/flags/src/c.ts → packages/flags/src/a.ts',
    ]);
    const across = workspace({ 'packages/flags/src/index.ts': "export * from '@liftgate/rollout';" });
    expect(importCycles(across)).toHaveLength(1);
    const flags = { name: '@liftgate/flags', exports: { './deep': { '@liftgate/source': './src/deep.ts' } } };
    const throughSubpath = workspace({
      'packages/flags/package.json': JSON.stringify(flags),
      'packages/flags/src/deep.ts': "import '@liftgate/rollout';",
      'packages/rollout/src/index.ts': "import '@liftgate/flags/deep';",
    });
    expect(importCycles(throughSubpath)).toHaveLength(1);
  });

  test('a pure package that knows Node, Redis, the clock or chance', () => {
    expect(says("import { readFileSync } from 'node:fs';")).toEqual([
      'packages/flags/src/bad.ts imports node:fs',
    ]);
    expect(says("import type { Redis } from 'ioredis';")).toEqual([
      'packages/flags/src/bad.ts imports ioredis',
    ]);
    expect(says('export const now = (): number => Date.now();')).toHaveLength(1);
    expect(says('export const now = (): Date => new Date();')).toHaveLength(1);
    expect(says('export const die = (): number => Math.random();')).toHaveLength(1);
    expect(says('/// <reference types="node" />')).toHaveLength(1);
    expect(says('// Date.now() is not for us\nexport const at = new Date(0);')).toEqual([]);
  });

  test('a pure package with types of its own, and a base that gives it the DOM', () => {
    const types = { extends: '../../tsconfig.base.json', compilerOptions: { types: ['node'] } };
    expect(purityViolations(workspace({ 'packages/flags/tsconfig.json': JSON.stringify(types) }))).toEqual([
      'packages/flags/tsconfig.json must leave types to tsconfig.base.json',
    ]);
    const base = { compilerOptions: { types: ['node'], lib: ['ES2023', 'DOM'] } };
    expect(purityViolations(workspace({ 'tsconfig.base.json': JSON.stringify(base) }))).toHaveLength(2);
  });

  test('a file that is too long, and a reason for a file that is not', () => {
    const tree = workspace({ 'packages/flags/src/long.ts': 'export {};\n'.repeat(401) });
    expect(longFiles(tree)).toHaveLength(1);
    expect(longFiles(tree, { 'packages/flags/src/long.ts': 'a table' })).toEqual([]);
    expect(longFiles(workspace(), { 'packages/flags/src/index.ts': 'a table' })).toHaveLength(1);
  });

  test('a dependency without a line, and a line without a dependency', () => {
    const tree = workspace({ 'docs/decisions/dependencies.md': '| `redis`, `express` | MIT | HTTP |' });
    expect(undocumentedDependencies(tree)).toEqual([
      'docs/decisions/dependencies.md has redis, which nothing names',
    ]);
    expect(undocumentedDependencies(workspace({ 'docs/decisions/dependencies.md': '' }))).toEqual([
      'express has no line in docs/decisions/dependencies.md',
    ]);
  });

  test('a reference that is missing, one too many, and a project the root forgot', () => {
    expect(referenceViolations(workspace({ 'packages/rollout/tsconfig.json': config() }))).toEqual([
      'packages/rollout/tsconfig.json does not refer to packages/flags',
    ]);
    expect(referenceViolations(workspace({ 'packages/flags/tsconfig.json': config('../rollout') }))).toEqual([
      'packages/flags/tsconfig.json refers to packages/rollout, which it does not use',
    ]);
    expect(referenceViolations(workspace({ 'tsconfig.json': '{}' }))).toHaveLength(3);
  });
});

/** A small sound workspace, with some files changed or added. */
function workspace(changes: Readonly<Record<string, string>> = {}): Tree {
  return new Map(
    Object.entries({
      'package.json': JSON.stringify({ scripts: { types: 'tsc -b . apps/dashboard' } }),
      'tsconfig.json': JSON.stringify({
        references: ['packages/flags', 'packages/rollout', 'apps/server'].map((path) => ({ path })),
      }),
      'tsconfig.base.json': JSON.stringify({ compilerOptions: { types: [], lib: ['ES2023'] } }),
      'packages/flags/package.json': manifest('flags'),
      'packages/flags/tsconfig.json': config(),
      'packages/flags/src/index.ts': 'export const flag = 1;',
      'packages/rollout/package.json': manifest('rollout', { '@liftgate/flags': 'workspace:*' }),
      'packages/rollout/tsconfig.json': config('../flags'),
      'packages/rollout/src/index.ts': "export { flag } from '@liftgate/flags';",
      'docs/decisions/dependencies.md': '| `express` | MIT | HTTP |',
      'apps/server/package.json': manifest('server', { '@liftgate/rollout': 'workspace:*', express: '5' }),
      'apps/server/tsconfig.json': config('../../packages/rollout'),
      'apps/server/src/index.ts':
        "import express from 'express';\nimport { flag } from '@liftgate/rollout';\nexport { express, flag };",
      ...changes,
    }),
  );
}

function dashboard(source: string): Tree {
  return workspace({
    'apps/dashboard/package.json': manifest('dashboard', { '@liftgate/server': 'workspace:*' }),
    'apps/dashboard/src/main.tsx': source,
    'packages/storage/package.json': manifest('storage'),
  });
}

/** The complaints when a file of a pure package says this. */
function says(source: string): string[] {
  return purityViolations(workspace({ 'packages/flags/src/bad.ts': source }));
}

function manifest(noun: string, dependencies: Readonly<Record<string, string>> = {}): string {
  return JSON.stringify({ name: `@liftgate/${noun}`, dependencies });
}

function config(...references: string[]): string {
  return JSON.stringify({
    extends: '../../tsconfig.base.json',
    references: references.map((path) => ({ path })),
  });
}
