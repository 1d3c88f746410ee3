import { existsSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { findChromium } from '../../../scripts/chromium.mjs';

// Quiet: nothing of the browser's own may use the network while a test listens to it.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type Theme = 'light' | 'dark';
export const THEMES: readonly Theme[] = ['light', 'dark'];
/** A desk and a phone. */
export const WIDTHS = [1360, 390] as const;

/** Null when there is a browser; else why the browser tests are skipped. On Debian in CI they may not be. */
export function whyNoBrowser(): string | null {
  if (findChromium() !== undefined) return null;
  const why = 'browser tests skipped: no Chromium on this machine (Debian: apt-get install chromium)';
  if (process.env['CI'] === 'true' && existsSync('/etc/debian_version')) throw new Error(why);
  return why;
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium');
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page complained of: errors, warnings, and what the content security policy stopped. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

export interface VisitOptions {
  readonly width?: number;
  readonly theme?: Theme;
  readonly reducedMotion?: boolean;
}

/** A fresh profile, so that nothing is remembered from another test. */
export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const { width = 1360, theme = 'light', reducedMotion = true } = options;
  const context = await browser.newContext({
    viewport: { width, height: width < 640 ? 844 : 900 },
    colorScheme: theme,
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, context, complaints, close: () => context.close() };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const STANDARDS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds, one sentence each; of all rules, or of these. */
export async function accessibilityProblems(page: Page, rules?: readonly string[]): Promise<string[]> {
  // Through the debugger and not as a script element, which the content security policy would rightly refuse.
  await page.evaluate(`if (!globalThis.axe) { ${axeSource} }`);
  const { violations } = await page.evaluate<axe.AxeResults>(
    `axe.run(document, { runOnly: ${JSON.stringify(rules ?? STANDARDS)} })`,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      (node) =>
        `${id}: ${help}: ${node.html.slice(0, 160)} ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`,
    ),
  );
}

/** How many pixels the page is wider than the window; 0 is right. */
export function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
