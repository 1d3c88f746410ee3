// The processes of this machine, read as `ps` would show them: from /proc where there is one, since a small Linux
// may have no ps.
// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** @type {typeof import('./processes.mjs').runningProcesses} */
export function runningProcesses() {
  return (existsSync('/proc/self/stat') ? fromProc() : fromPs()).filter(
    ({ state }) => !state.startsWith('Z'),
  );
}

/** @type {typeof import('./processes.mjs').isRunning} */
export function isRunning(pid) {
  return runningProcesses().some((process) => process.pid === pid);
}

/** @type {typeof import('./processes.mjs').descendants} */
export function descendants(pid, all = runningProcesses()) {
  return all
    .filter((process) => process.parent === pid)
    .flatMap((child) => [child, ...descendants(child.pid, all)]);
}

function fromProc() {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // pid (command) state parent …; the command may hold spaces and parentheses
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const [state = '', parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return [{ pid: Number(name), parent: Number(parent), state, command }];
    } catch {
      return []; // it ended while we looked
    }
  });
}

function fromPs() {
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const found = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    if (found === null) return [];
    return [
      { pid: Number(found[1]), parent: Number(found[2]), state: found[3] ?? '', command: found[4] ?? '' },
    ];
  });
}
