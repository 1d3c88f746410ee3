// The data directory of the embedded Redis, and the lock that keeps two servers out of one append-only file.
// The lock is the kernel's (flock) on an open file that launcher and server both hold: it ends when the last of
// them ends, however it ends, so it cannot go stale; and a server that outlives a killed launcher still holds it.
// @ts-check
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const mostAtOnce = 32;

/** @type {typeof import('./data-directory.mjs').claimDataDirectory} */
export function claimDataDirectory(preferred, { fresh = false } = {}) {
  for (let i = 1; i <= mostAtOnce; i++) {
    const directory = i === 1 ? preferred : `${preferred}-${i}`;
    /** @type {number} */
    let file;
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      file = openLockFile(join(directory, 'lock'));
    } catch (error) {
      if (codeOf(error) === 'EAGAIN') continue; // macOS: opened and locked in one
      return { kind: 'temporary', why: `${directory} cannot be written (${codeOf(error)})` };
    }
    const held = lock(file);
    if (held === 'unsupported') {
      closeSync(file);
      return { kind: 'temporary', why: 'this system has no flock to keep two servers apart' };
    }
    if (held === 'elsewhere') {
      closeSync(file);
      continue;
    }
    if (fresh) empty(directory);
    return { kind: 'claimed', directory, lock: file, shared: i > 1 };
  }
  return { kind: 'temporary', why: `${preferred} and ${mostAtOnce - 1} directories beside it are in use` };
}

/** @param {string} path */
function openLockFile(path) {
  // O_RDWR | O_NONBLOCK | O_EXLOCK | O_CREAT: BSD opens and locks in one call.
  if (process.platform === 'darwin') return openSync(path, 0x2 | 0x4 | 0x20 | 0x200, 0o600);
  return openSync(path, 'a', 0o600);
}

/** @param {number} file
 * @returns {'here' | 'elsewhere' | 'unsupported'} */
function lock(file) {
  if (process.platform === 'darwin') return 'here';
  // The lock belongs to the open file, which this short-lived child shares with us.
  const { status } = spawnSync('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', file] });
  if (status === 0) return 'here';
  return status === 1 ? 'elsewhere' : 'unsupported';
}

/** @param {string} directory */
function empty(directory) {
  for (const name of readdirSync(directory)) {
    if (name !== 'lock') rmSync(join(directory, name), { recursive: true, force: true });
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
