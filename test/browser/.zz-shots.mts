import { chromium } from 'playwright-core';
import { serveFiles } from '/work/main/test/browser/support/static-server.ts';
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const server = await serveFiles('/work/main/apps/dashboard/node_modules/.cache/states');
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args, headless: true });
const want = process.argv.slice(2);
for (const spec of want) {
  // name|path|width|theme|action
  const [name, path, width = '1360', theme = 'light', action] = spec.split('|');
  const context = await browser.newContext({
    viewport: { width: Number(width), height: Number(width) < 500 ? 844 : 900 },
    colorScheme: theme as any,
    deviceScaleFactor: 1,
  });
  const page = await context.newPage();
  page.on('console', (m) => {
    if (['error', 'warning'].includes(m.type())) console.log(name, m.type(), m.text());
  });
  page.on('pageerror', (e) => console.log(name, 'pageerror', e.message, e.stack?.slice(0, 400)));
  await page.goto(server.url + path);
  await page.waitForTimeout(900);
  if (action) {
    await page.evaluate(action);
    await page.waitForTimeout(400);
  }
  const sw = await page.evaluate('document.documentElement.scrollWidth');
  if (Number(sw) > Number(width)) console.log(name, 'OVERFLOW', sw);
  await page.screenshot({ path: `/tmp/shots/${name}.png`, fullPage: true });
  await context.close();
}
await browser.close();
await server.close();
