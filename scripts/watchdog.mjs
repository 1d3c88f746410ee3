// A child in a session of its own does not hear the terminal's Ctrl+C, and nobody stops it when its parent is
// killed with SIGKILL. So each such child gets a watchdog: a tiny shell that reads a pipe held open by the parent
// alone. The pipe ends without a word when the parent dies, however it dies; then the shell stops the child.
// @ts-check
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

const watch = `
trap '' INT TERM HUP
if read -r word && [ "$word" = released ]; then exit 0; fi
kill -TERM "$1" 2>/dev/null
tenths=0
while kill -0 "$1" 2>/dev/null && [ "$tenths" -lt 50 ]; do sleep 0.1; tenths=$((tenths + 1)); done
kill -KILL "$1" 2>/dev/null
if [ -n "$2" ]; then rm -rf -- "$2"; fi
`;

/** @type {typeof import('./watchdog.mjs').guard} */
export function guard(pid, directory = '') {
  const shell = spawn('sh', ['-c', watch, 'liftgate-watchdog', String(pid), directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => {}); // without a shell the child merely loses its guard
  shell.stdin.on('error', () => {});
  shell.unref();
  unref(shell.stdin);
  return { release: () => void shell.stdin.end('released\n') };
}

/** @type {typeof import('./watchdog.mjs').unref} */
export function unref(stream) {
  if (stream instanceof Socket) stream.unref(); // a pipe to a child is one, though its type says only Readable
}
