/** Where a Chromium or Chrome that starts is: `LIFTGATE_CHROMIUM`, on PATH, or in /Applications. */
export function findChromium(): string | undefined;

/** As `findChromium`; installs it with apt on Debian where that is allowed, else says why there is none. */
export function ensureChromium(options: { log: (line: string) => void }): { path: string } | { why: string };
