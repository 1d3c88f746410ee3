// What `npm start` and `npm test` share: dependencies installed, sources built. Each step says what it does, does
// nothing when nothing changed, and needs no network then.
// @ts-check
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

const oldestNode = [20, 19];

/** @type {typeof import('./workspace.mjs').checkNode} */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = oldestNode;
  if (major < oldMajor || (major === oldMajor && minor < oldMinor)) {
    throw new Error(`Liftgate needs Node ${oldestNode.join('.')} or newer, this is ${version}.`);
  }
}

/** @type {typeof import('./workspace.mjs').installDependencies} */
export async function installDependencies({ log }) {
  const wanted = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
  const stamp = join(root, 'node_modules', '.liftgate-installed');
  // Ours, or the record pnpm itself keeps: an install by hand counts as well.
  const recorded = [stamp, join(root, 'node_modules', '.pnpm', 'lock.yaml')].some(
    (path) => existsSync(path) && readFileSync(path, 'utf8') === wanted,
  );
  if (recorded && [root, ...workspaceDirectories()].every(hasDependencies)) return;

  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  log(`Installing the dependencies of the workspace with ${packageManager} …`);
  const install = [
    'install',
    '--frozen-lockfile',
    '--reporter=append-only',
    '--config.confirmModulesPurge=false',
  ];
  await run('npx', ['-y', packageManager, ...install], {
    hint: 'Installing needs the network once. To do it by hand: npx -y ' + packageManager + ' install',
  });
  // The compiler keeps what it concluded from packages that were not there.
  for (const directory of [root, ...workspaceDirectories()]) forgetBuild(directory);
  writeFileSync(stamp, wanted);
}

/** @param {string} directory */
function forgetBuild(directory) {
  rmSync(join(directory, 'tsconfig.tsbuildinfo'), { force: true });
  const cache = join(directory, 'node_modules', '.cache');
  for (const name of existsSync(cache) ? readdirSync(cache) : []) {
    if (name.endsWith('.tsbuildinfo')) rmSync(join(cache, name));
  }
}

function workspaceDirectories() {
  return ['packages', 'apps']
    .map((place) => join(root, place))
    .filter((place) => existsSync(place))
    .flatMap((place) => readdirSync(place).map((name) => join(place, name)))
    .filter((directory) => existsSync(join(directory, 'package.json')));
}

/** Whether everything a package names is there, as a link in its node_modules.
 * @param {string} directory */
function hasDependencies(directory) {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  return names.every((name) => existsSync(join(directory, 'node_modules', name)));
}

/** @type {typeof import('./workspace.mjs').build} */
export async function build({ log }) {
  await compile({ log });
  await buildDashboard({ log });
}

/** @type {typeof import('./workspace.mjs').compile} */
export async function compile({ log }) {
  log('Building …');
  // A dist that was deleted is not built again as long as the compiler remembers it.
  for (const directory of workspaceDirectories())
    if (!existsSync(join(directory, 'dist'))) forgetBuild(directory);
  await run(localProgram(root, 'tsc'), ['-b']);
}

/** @type {typeof import('./workspace.mjs').buildDashboard} */
export async function buildDashboard({ log }) {
  const dashboard = join(root, 'apps', 'dashboard');
  if (!existsSync(join(dashboard, 'package.json'))) return;
  const dist = join(dashboard, 'dist');
  const stamp = join(dist, '.built-from');
  const inputs = hashOf([dashboard, join(root, 'pnpm-lock.yaml'), ...workspaceSources(dashboard)]);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return;

  log('Building the dashboard …');
  mkdirSync(dist, { recursive: true }); // so that a server that starts meanwhile serves it once it is there
  // Beside the old one and then in its place: a server that is running keeps a whole dashboard.
  const next = join(dashboard, 'node_modules', `.dist-${process.pid}`);
  try {
    await run(
      localProgram(dashboard, 'vite'),
      ['build', '--outDir', next, '--emptyOutDir', '--logLevel', 'warn'],
      {
        directory: dashboard,
      },
    );
    writeFileSync(join(next, '.built-from'), inputs);
    rmSync(dist, { recursive: true, force: true });
    renameSync(next, dist);
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
}

/** Sources of the workspace packages that a package names as dependencies of either kind.
 * @param {string} directory
 * @returns {string[]} */
function workspaceSources(directory) {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter((name) => name.startsWith('@liftgate/'))
    .flatMap((name) =>
      ['packages', 'apps'].map((place) => join(root, place, name.slice('@liftgate/'.length), 'src')),
    )
    .filter((path) => existsSync(path));
}

/** One hash over the names and contents of every file under these paths, what is built or installed left out.
 * @param {string[]} paths
 * @returns {string} */
function hashOf(paths) {
  const hash = createHash('sha256');
  /** @param {string} path */
  const add = (path) =>
    hash
      .update(`${relative(root, path)}\0`)
      .update(readFileSync(path))
      .update('\0');
  /** @param {string} path */
  const walk = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      if (entry.name === 'node_modules' || entry.name.startsWith('dist') || entry.name === 'test') continue;
      const at = join(path, entry.name);
      if (entry.isDirectory()) walk(at);
      else if (entry.isFile() && !entry.name.endsWith('.tsbuildinfo')) add(at);
    }
  };
  for (const path of paths) {
    if (path.endsWith('.yaml')) add(path);
    else walk(path);
  }
  return hash.digest('hex');
}

/** @type {typeof import('./workspace.mjs').localProgram} */
export function localProgram(directory, name) {
  return join(directory, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
}

/** Programs that are running just now, so that an interrupted start-up can end them.
 * @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** @type {typeof import('./workspace.mjs').stopRunning} */
export function stopRunning(signal = 'SIGTERM') {
  for (const child of running) child.kill(signal);
}

/** Runs a program to its end, quietly; what it printed is in the error when it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {{ directory?: string, hint?: string }} [options]
 * @returns {Promise<void>} */
function run(program, args, { directory = root, hint } = {}) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' };
    const child = spawn(program, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let printed = '';
    /** @param {Buffer} chunk */
    const collect = (chunk) => (printed = (printed + chunk.toString()).slice(-100_000));
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running.delete(child);
      if (code === 0) return resolve();
      const lines = printed.trim().split('\n').slice(-40);
      const how = signal === null ? `failed (code ${code})` : `was ended by ${signal}`;
      const what = `${relative(root, program) || program} ${args.join(' ')} ${how}`;
      reject(new Error([what, ...lines, ...(hint === undefined ? [] : [hint])].join('\n')));
    });
  });
}
