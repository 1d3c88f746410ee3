// A copy of this checkout as a fresh clone would be: what git knows or would add, nothing built or installed.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const neverCloned = /(^|\/)(node_modules|dist|coverage|\.git|\.liftgate)(\/|$)|\.tsbuildinfo$/;

export function copyCheckout(to: string): void {
  const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (listed.status !== 0) {
    // Not a clone: an unpacked archive.
    cpSync(root, to, { recursive: true, filter: (path) => !neverCloned.test(path.slice(root.length)) });
    return;
  }
  for (const path of listed.stdout.split('\0')) {
    if (path === '' || !existsSync(join(root, path))) continue; // deleted and not yet committed
    mkdirSync(dirname(join(to, path)), { recursive: true });
    cpSync(join(root, path), join(to, path));
  }
}
