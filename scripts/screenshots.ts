/**
 * The pictures of README.md, taken from a running `npm start` in real Chromium, light and dark.
 * Run: npm run screenshots [URL]
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium } from './chromium.mjs';

const PAGES = [
  { name: 'experiments', path: '/demo/experiments' },
  { name: 'experiment', path: '/demo/experiments/realtime_intelligence' },
  { name: 'flags', path: '/demo/flags' },
] as const;
const WIDTHS = [
  { suffix: '', width: 1360, height: 900 },
  { suffix: '-phone', width: 390, height: 844 },
] as const;
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const url = process.argv[2] ?? 'http://127.0.0.1:4600';
const directory = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
const executablePath = findChromium();
if (executablePath === undefined)
  throw new Error('no Chromium on this machine (Debian: apt-get install chromium)');
mkdirSync(directory, { recursive: true });
const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const { suffix, width, height } of WIDTHS) {
      const page = await browser.newPage({
        viewport: { width, height },
        colorScheme,
        reducedMotion: 'reduce',
      });
      for (const { name, path } of PAGES) {
        await page.goto(new URL(path, url).href);
        await page.locator('h1').first().waitFor();
        await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
        await page.evaluate('document.fonts.ready.then(() => undefined)');
        // A window as tall as the page: what sticks to the window then reaches its end.
        const tall = Number(await page.evaluate('document.documentElement.scrollHeight'));
        await page.setViewportSize({ width, height: Math.max(height, tall) });
        await page.screenshot({ path: `${directory}${name}${suffix}-${colorScheme}.png` });
        await page.setViewportSize({ width, height });
      }
      await page.close();
    }
  }
} finally {
  await browser.close();
}
console.log(`${PAGES.length * WIDTHS.length * 2} pictures in ${directory}`);
