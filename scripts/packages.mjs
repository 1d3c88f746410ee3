// Programs that come from the system's package manager: found on PATH, installed with apt where that is possible
// and allowed, else named together with the one line to type.
// @ts-check
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @type {typeof import('./packages.mjs').onPath} */
export function onPath(name) {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory || '.', name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // not here
    }
  }
  return undefined;
}

/** @type {typeof import('./packages.mjs').whyNoApt} */
export function whyNoApt() {
  if (process.env['LIFTGATE_NO_INSTALL'] === '1') return 'LIFTGATE_NO_INSTALL=1 forbids installing it';
  if (onPath('apt-get') === undefined) return 'this system has no apt';
  if (process.getuid?.() !== 0) return 'only root can install it with apt';
  return undefined;
}

/** @type {typeof import('./packages.mjs').aptInstall} */
export function aptInstall(packages, log) {
  log(`Installing ${packages.join(', ')} with apt (LIFTGATE_NO_INSTALL=1 forbids this) …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  let result = spawnSync('apt-get', install, { env, encoding: 'utf8' });
  if (result.status !== 0) {
    // A fresh machine has no package lists yet, an old one may have lists that name packages no longer there.
    spawnSync('apt-get', ['update'], { env, stdio: 'ignore' });
    result = spawnSync('apt-get', install, { env, encoding: 'utf8' });
  }
  if (result.status === 0) return undefined;
  const lines = `${result.stderr ?? ''}${result.error?.message ?? ''}`.trim().split('\n');
  return `apt-get install ${packages.join(' ')} failed: ${lines.slice(-3).join(' ')}`;
}

/** @type {typeof import('./packages.mjs').installLine} */
export function installLine(names, on = platform()) {
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  switch (on) {
    case 'macos':
      return `brew install ${names.brew}`;
    case 'windows':
      return `wsl --install   (then, inside WSL: sudo apt install ${names.apt})`;
    case 'debian':
      return `${sudo}apt install ${names.apt}`;
    case 'fedora':
      return `${sudo}dnf install ${names.dnf}`;
    case 'alpine':
      return `${sudo}apk add ${names.apk}`;
    case 'arch':
      return `${sudo}pacman -S ${names.pacman}`;
    case 'suse':
      return `${sudo}zypper install ${names.zypper}`;
    default:
      return undefined;
  }
}

/** @type {typeof import('./packages.mjs').platform} */
export function platform(kernel = process.platform, osRelease = readOsRelease()) {
  if (kernel === 'darwin') return 'macos';
  if (kernel === 'win32') return 'windows';
  const ids = [...osRelease.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].flatMap((m) =>
    (m[1] ?? '').split(' '),
  );
  /** @type {Record<string, import('./packages.mjs').Platform>} */
  const families = {
    debian: 'debian',
    ubuntu: 'debian',
    fedora: 'fedora',
    rhel: 'fedora',
    centos: 'fedora',
    alpine: 'alpine',
    arch: 'arch',
    suse: 'suse',
    opensuse: 'suse',
  };
  for (const id of ids) if (Object.hasOwn(families, id)) return families[id] ?? 'other';
  return 'other';
}

/** @type {typeof import('./packages.mjs').isDebian} */
export function isDebian() {
  return /^ID="?debian"?$/m.test(readOsRelease());
}

function readOsRelease() {
  return existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
}
