// The architecture as checks over a tree of files: path → text. Each returns its complaints as sentences, so that
// the checks themselves can be tested on small trees in memory. Imports are read by the parser that Vite brings:
// TypeScript 7 has no JavaScript API.
import { readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { join } from 'node:path';
import { parseSync } from 'vite';

export type Tree = ReadonlyMap<string, string>;

/** floor 0 at the bottom; a package may use the floors below its own. */
const floors: readonly (readonly string[])[] = [
  ['flags', 'stats'],
  ['attribution', 'rollout', 'value'],
  ['storage'],
  ['openfeature-provider', 'server', 'worker'],
  ['cli', 'demo', 'dashboard'],
];
const pureFloors = 2;
const longestFile = 400;
const dependenciesPage = 'docs/decisions/dependencies.md';

interface Workspace {
  /** The noun: `flags`, `server`. */
  readonly noun: string;
  readonly name: string;
  readonly directory: string;
  readonly manifest: Manifest;
  readonly sources: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

interface Import {
  readonly from: string;
  readonly specifier: string;
  /** Nothing of it is left when the types are gone. */
  readonly typeOnly: boolean;
}

/** Imports and manifests obey the floors, and every package stands on one. */
export function floorViolations(tree: Tree): string[] {
  return workspaces(tree).flatMap((workspace) => {
    const floor = floorOf(workspace.noun);
    if (floor === undefined) return [`${workspace.directory} stands on no floor`];
    const named = Object.keys({ ...workspace.manifest.dependencies, ...workspace.manifest.devDependencies });
    const allowed = (noun: string): boolean =>
      workspace.noun === 'dashboard'
        ? noun === 'server' || isPure(noun) // of the server its types only: checked below
        : (floorOf(noun) ?? Infinity) < floor;
    return [
      ...nounsOf(named, tree)
        .filter((noun) => !allowed(noun))
        .map((noun) => `${workspace.directory}/package.json names ${noun}, which is not below it`),
      ...importsOf(workspace, tree).flatMap(({ from, specifier, typeOnly }) => {
        const noun = nounsOf([specifier], tree)[0];
        if (noun === undefined || noun === workspace.noun) return [];
        if (!allowed(noun)) return [`${from} imports ${specifier}, which is not below it`];
        if (workspace.noun === 'dashboard' && noun === 'server' && !typeOnly) {
          return [`${from} imports more than types of ${specifier}`];
        }
        return [];
      }),
    ];
  });
}

/** What a package imports is what its package.json names, no more and no less. */
export function dependencyViolations(tree: Tree): string[] {
  return workspaces(tree).flatMap((workspace) => {
    const { dependencies = {}, devDependencies = {}, peerDependencies = {} } = workspace.manifest;
    const imports = importsOf(workspace, tree).flatMap((each) => {
      const target = packageOf(each.specifier);
      return target === undefined || target === workspace.name ? [] : [{ ...each, target }];
    });
    const missing = imports
      .filter(({ target, typeOnly }) => {
        const runtime = target in dependencies || target in peerDependencies;
        // The dashboard is bundled, so everything it uses is a tool of its build.
        const enough =
          typeOnly || workspace.noun === 'dashboard' ? runtime || target in devDependencies : runtime;
        return !enough && !(typeOnly && `@types/${target}` in devDependencies);
      })
      .map(
        ({ from, target }) =>
          `${from} imports ${target}, which ${workspace.directory}/package.json does not name`,
      );
    const used = new Set(imports.map(({ target }) => target));
    const unused = Object.keys(dependencies)
      .filter((name) => !used.has(name) && workspace.noun !== 'dashboard')
      .map((name) => `${workspace.directory}/package.json names ${name}, which its src does not import`);
    return [...missing, ...unused];
  });
}

/** Files that import each other in a ring, across packages too, types included. */
export function importCycles(tree: Tree): string[] {
  const all = workspaces(tree);
  const entry = new Map(all.flatMap(entriesOf));
  const graph = new Map<string, string[]>();
  for (const workspace of all) {
    for (const source of workspace.sources) graph.set(source, []);
    for (const { from, specifier } of importsOf(workspace, tree)) {
      const target = specifier.startsWith('.') ? resolve(from, specifier, tree) : entry.get(specifier);
      if (target !== undefined) graph.get(from)?.push(target);
    }
  }
  return ringsOf(graph).map((ring) => `import cycle: ${ring.join(' → ')}`);
}

/** What can be imported from a package, and the source file it is. */
function entriesOf({ name, directory, manifest }: Workspace): [string, string][] {
  const exported = Object.entries(manifest.exports ?? { '.': { '@liftgate/source': './src/index.ts' } });
  return exported.flatMap(([path, conditions]) => {
    const source = conditions['@liftgate/source'];
    return source === undefined ? [] : [[posix.join(name, path), posix.join(directory, source)]];
  });
}

/** The floors of pure functions know no machine: no Node, no Redis, no browser, no clock and no dice. */
export function purityViolations(tree: Tree): string[] {
  const base = configOf('tsconfig.base.json', tree);
  const options = base.compilerOptions ?? {};
  const complaints: string[] = [];
  if (!Array.isArray(options['types']) || options['types'].length > 0) {
    complaints.push('tsconfig.base.json must have "types": []');
  }
  if (/dom/i.test(JSON.stringify(options['lib'] ?? ['DOM'])))
    complaints.push('tsconfig.base.json must not have the DOM');
  for (const workspace of workspaces(tree).filter(({ noun }) => isPure(noun))) {
    const config = configOf(`${workspace.directory}/tsconfig.json`, tree);
    for (const option of ['types', 'lib', 'extends']) {
      const value = option === 'extends' ? config.extends : config.compilerOptions?.[option];
      if (option === 'extends' ? value !== '../../tsconfig.base.json' : value !== undefined) {
        complaints.push(`${workspace.directory}/tsconfig.json must leave ${option} to tsconfig.base.json`);
      }
    }
    for (const { from, specifier } of importsOf(workspace, tree)) {
      if (/^node:|^(ioredis|redis|bullmq|iovalkey)(\/|$)/.test(specifier))
        complaints.push(`${from} imports ${specifier}`);
    }
    for (const source of workspace.sources) {
      const text = withoutComments(tree.get(source) ?? '', source);
      const impure =
        /\b(Date\.now|performance\.now|Math\.random)\s*\(|\bnew Date\(\s*\)|<reference\s+(?:types|lib)/.exec(
          text,
        );
      if (impure !== null)
        complaints.push(`${source} says ${impure[0]}: time and chance come in as arguments`);
    }
  }
  return complaints;
}

/** Files in src that are too long to be one idea, unless listed with a reason; and reasons no longer needed. */
export function longFiles(tree: Tree, reasons: Readonly<Record<string, string>> = {}): string[] {
  const sources = workspaces(tree).flatMap((workspace) => workspace.sources);
  const lines = (path: string): number => (tree.get(path) ?? '').trimEnd().split('\n').length;
  return [
    ...sources
      .filter((path) => lines(path) > longestFile && !(path in reasons))
      .map(
        (path) =>
          `${path} has ${lines(path)} lines, more than ${longestFile}, and is not listed with a reason`,
      ),
    ...Object.keys(reasons)
      .filter((path) => lines(path) <= longestFile)
      .map((path) => `${path} is listed as a long file and is none`),
  ];
}

/** A project refers to every workspace package it uses, and the root builds or checks every project. */
export function referenceViolations(tree: Tree): string[] {
  const all = workspaces(tree);
  const directoryOf = new Map(all.map(({ name, directory }) => [name, directory]));
  const root: { scripts?: Record<string, string> } = JSON.parse(tree.get('package.json') ?? '{}');
  const checked = new Set([
    ...referencesOf('tsconfig.json', tree),
    ...(root.scripts?.['types'] ?? '').split(' '),
  ]);
  return all.flatMap(({ directory, manifest }) => {
    const config = `${directory}/tsconfig.json`;
    if (!tree.has(config)) return [`${directory} has no tsconfig.json`];
    const has = new Set(referencesOf(config, tree));
    const wants = new Set(
      Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).flatMap(
        (name) => directoryOf.get(name) ?? [],
      ),
    );
    return [
      ...[...wants].filter((path) => !has.has(path)).map((path) => `${config} does not refer to ${path}`),
      ...[...has]
        .filter((path) => !wants.has(path))
        .map((path) => `${config} refers to ${path}, which it does not use`),
      ...(checked.has(directory)
        ? []
        : [`${directory} is in neither tsconfig.json nor the types script of the root`]),
    ];
  });
}

/** Every dependency from outside has its line in docs/decisions/dependencies.md, and every line a dependency. */
export function undocumentedDependencies(tree: Tree): string[] {
  const page = tree.get(dependenciesPage) ?? '';
  const listed = new Set(
    page.split('\n').flatMap((line) => {
      const [, names = ''] = /^\|([^|]*)\|[^|]+\|[^|]+\|/.exec(line) ?? [];
      return [...names.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
    }),
  );
  const manifests = [...tree].filter(([path]) => path.endsWith('package.json'));
  const own = new Set(workspaces(tree).map(({ name }) => name));
  const named = new Set(
    manifests.flatMap(([, text]) => {
      const { dependencies, devDependencies }: Manifest = JSON.parse(text);
      return Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !own.has(name));
    }),
  );
  return [
    ...[...named]
      .filter((name) => !listed.has(name))
      .map((name) => `${name} has no line in ${dependenciesPage}`),
    ...[...listed]
      .filter((name) => !named.has(name))
      .map((name) => `${dependenciesPage} has ${name}, which nothing names`),
  ];
}

/** The files these checks look at, from a checkout. */
export function readTree(root: string): Tree {
  const tree = new Map<string, string>();
  const add = (path: string): void => {
    tree.set(path, readFileSync(join(root, path), 'utf8'));
  };
  const walk = (path: string): void => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      if (entry.isDirectory()) walk(`${path}/${entry.name}`);
      else if (/\.tsx?$/.test(entry.name)) add(`${path}/${entry.name}`);
    }
  };
  for (const name of ['package.json', 'tsconfig.json', 'tsconfig.base.json', dependenciesPage]) add(name);
  for (const place of ['packages', 'apps']) {
    for (const noun of readdirSync(join(root, place))) {
      const within = readdirSync(join(root, place, noun));
      for (const name of ['package.json', 'tsconfig.json'])
        if (within.includes(name)) add(`${place}/${noun}/${name}`);
      if (within.includes('src')) walk(`${place}/${noun}/src`);
    }
  }
  return tree;
}

function workspaces(tree: Tree): Workspace[] {
  return [...tree.keys()].flatMap((path) => {
    const directory = /^((?:packages|apps)\/[^/]+)\/package\.json$/.exec(path)?.[1];
    if (directory === undefined) return [];
    const manifest: Manifest = JSON.parse(tree.get(path) ?? '{}');
    const sources = [...tree.keys()].filter(
      (file) => file.startsWith(`${directory}/src/`) && /\.tsx?$/.test(file),
    );
    return [{ noun: posix.basename(directory), name: manifest.name, directory, manifest, sources }];
  });
}

function floorOf(noun: string): number | undefined {
  const floor = floors.findIndex((nouns) => nouns.includes(noun));
  return floor === -1 ? undefined : floor;
}

function isPure(noun: string): boolean {
  return (floorOf(noun) ?? Infinity) < pureFloors;
}

/** The nouns of those names that are packages of this workspace. */
function nounsOf(names: readonly string[], tree: Tree): string[] {
  const nouns = new Map(workspaces(tree).map(({ name, noun }) => [name, noun]));
  return names.flatMap((name) => nouns.get(packageOf(name) ?? '') ?? []);
}

/** `@scope/name/deep` → `@scope/name`; undefined for files and for Node's own modules. */
function packageOf(specifier: string): string | undefined {
  if (/^(\.|\/|node:|virtual:)/.test(specifier)) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function importsOf(workspace: Workspace, tree: Tree): Import[] {
  return workspace.sources.flatMap((from) => {
    const text = tree.get(from) ?? '';
    const { module, program } = parsed(text, from);
    const fixed = [
      ...module.staticImports.map(({ moduleRequest, entries }) => ({
        specifier: moduleRequest.value,
        typeOnly: entries.length > 0 && entries.every((entry) => entry.isType),
      })),
      ...module.staticExports.flatMap(({ entries }) =>
        entries.flatMap(({ moduleRequest, isType }) =>
          moduleRequest === null || moduleRequest === undefined
            ? []
            : [{ specifier: moduleRequest.value, typeOnly: isType }],
        ),
      ),
      ...nodesOf(program, 'ImportExpression').map((node) => ({ specifier: sourceOf(node), typeOnly: false })),
      ...nodesOf(program, 'TSImportType').map((node) => ({ specifier: sourceOf(node), typeOnly: true })),
    ];
    return fixed.map((each) => ({ from, ...each }));
  });
}

function parsed(text: string, path: string): ReturnType<typeof parseSync> {
  const result = parseSync(path, text);
  const error = result.errors[0];
  if (error !== undefined) throw new Error(`${path} cannot be parsed: ${error.message}`);
  return result;
}

/** Every node of a kind, anywhere in the tree of a program. */
function nodesOf(value: unknown, type: string): object[] {
  if (Array.isArray(value)) return value.flatMap((item) => nodesOf(item, type));
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap((item) => nodesOf(item, type));
  return 'type' in value && value.type === type ? [value, ...below] : below;
}

/** The text of `import('…')`, in a program or in a type. */
function sourceOf(node: object): string {
  const source = 'source' in node ? node.source : undefined;
  const value = typeof source === 'object' && source !== null && 'value' in source ? source.value : undefined;
  return typeof value === 'string' ? value : '';
}

function withoutComments(text: string, path: string): string {
  let bare = text;
  for (const { start, end, value } of parsed(text, path).comments) {
    if (value.startsWith('/')) continue; // a triple-slash directive is no comment
    bare = bare.slice(0, start) + ' '.repeat(end - start) + bare.slice(end);
  }
  return bare;
}

function resolve(from: string, specifier: string, tree: Tree): string | undefined {
  const path = posix.join(posix.dirname(from), specifier);
  return [
    path,
    path.replace(/\.js$/, '.ts'),
    path.replace(/\.jsx?$/, '.tsx'),
    `${path}.ts`,
    `${path}/index.ts`,
  ].find((file) => tree.has(file));
}

/** One ring for each back edge that a walk through the graph meets. */
function ringsOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const rings: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (file: string): void => {
    const at = trail.indexOf(file);
    if (at >= 0) {
      rings.push([...trail.slice(at), file]);
      return;
    }
    if (done.has(file)) return;
    trail.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    trail.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return rings;
}

interface Config {
  readonly extends?: string;
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
  readonly references?: readonly { readonly path: string }[];
}

function configOf(path: string, tree: Tree): Config {
  return JSON.parse((tree.get(path) ?? '{}').replace(/^\s*\/\/.*$/gm, ''));
}

function referencesOf(path: string, tree: Tree): string[] {
  return (configOf(path, tree).references ?? []).map((reference) =>
    posix.join(posix.dirname(path), reference.path),
  );
}
