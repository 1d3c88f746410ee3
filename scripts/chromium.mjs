// A Chromium for the browser tests: the system's own, installed with apt on Debian, or none and the reason.
// Nothing is downloaded from anywhere else.
// @ts-check
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { aptInstall, installLine, isDebian, onPath, whyNoApt } from './packages.mjs';

/** @type {typeof import('./chromium.mjs').findChromium} */
export function findChromium() {
  const named = process.env['LIFTGATE_CHROMIUM'];
  if (named) return starts(named) ? named : undefined;
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
  const places = [
    ...names.map(onPath),
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  return places.find((path) => path !== undefined && existsSync(path) && starts(path));
}

/** @type {typeof import('./chromium.mjs').ensureChromium} */
export function ensureChromium({ log }) {
  const found = findChromium();
  if (found !== undefined) return { path: found };
  // Ubuntu's package of this name only fetches a snap, which does not start in containers.
  let why = whyNoApt() ?? (isDebian() ? undefined : 'only Debian has it as an apt package');
  if (why === undefined) {
    why = aptInstall(['chromium'], log);
    const installed = findChromium();
    if (installed !== undefined) return { path: installed };
  }
  const names = {
    apt: 'chromium',
    brew: '--cask chromium',
    dnf: 'chromium',
    apk: 'chromium',
    pacman: 'chromium',
    zypper: 'chromium',
  };
  const line = installLine(names);
  return {
    why: `no Chromium found; ${why ?? 'it was installed but does not start'}${line === undefined ? '' : `. Install it: ${line}`}`,
  };
}

/** @param {string} path */
function starts(path) {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 30_000 });
  return status === 0 && /\d+\.\d+/.test(stdout);
}
