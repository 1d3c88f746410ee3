// The dashboard as people use it: the built pages from the real server, with real Redis and a real worker.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLiftgateClient, type LiftgateClient } from '../../apps/server/src/client.ts';
import { createApiKey, openInstallation } from '../../packages/storage/src/index.ts';
import { eventually } from '../support/eventually.ts';
import { startServer, startWorker, type Running, type RunningServer } from '../support/processes.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { accessibilityProblems, openBrowser, visit, whyNoBrowser, type Visit } from './support/browser.ts';
import { buildProduct, type Built } from './support/build.ts';

const skip = whyNoBrowser();
if (skip !== null) console.log(skip);

const environment = 'production';
const PEOPLE = 2_000;
/** What a second browser may take to show a change; the target is one second, machines under test are slow. */
const SEEN_WITHIN_MS = 5_000;
const SLOW_MS = 120_000;

describe.skipIf(skip !== null)('the dashboard', () => {
  let redis: TestRedis;
  let server: RunningServer;
  let worker: Running;
  let browser: Browser;
  let client: LiftgateClient;
  let built: Built;

  beforeAll(async () => {
    built = await buildProduct();
    redis = await startTestRedis();
    server = await startServer(redis.url, { LIFTGATE_DASHBOARD_DIR: built.directory });
    worker = await startWorker(redis.url);
    client = createLiftgateClient({ url: server.url });
    browser = await openBrowser();
    await client.flags.create.mutate({
      environment,
      key: 'checkout',
      name: 'Express checkout',
      owner: 'Payments',
    });
    await client.flags.create.mutate({ environment, key: 'search', name: 'Search ranking' });
  }, SLOW_MS);

  afterAll(async () => {
    await browser?.close();
    await worker?.stop();
    await server?.stop();
    await redis?.stop();
    built?.remove();
  });

  const open = (path: string): Promise<Visit> => visit(browser, `${server.url}${path}`);
  const flag = (key: string) => client.flags.get.query({ environment, key });

  it(
    'opens the experiments of the default environment, and says that it is live',
    async () => {
      const { page, complaints, close } = await open('/');
      await page.getByRole('heading', { name: 'Experiments' }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/production/experiments');
      await page.locator('[data-live=live]').waitFor();
      expect(complaints).toEqual([]);
      await close();
    },
    SLOW_MS,
  );

  it(
    'makes a flag that nobody has yet, and shows it',
    async () => {
      const { page, close } = await open('/production/flags');
      await page.getByRole('button', { name: 'New flag' }).click();
      await fields(page).getByLabel('Name', { exact: true }).fill('Smart follow-up texts');
      await expect
        .poll(() => fields(page).getByLabel('Key', { exact: true }).inputValue())
        .toBe('smart_follow_up_texts');
      await page.getByRole('button', { name: 'Create the flag' }).click();
      await page.getByRole('heading', { name: 'Smart follow-up texts' }).waitFor();
      expect(await flag('smart_follow_up_texts')).toMatchObject({ stage: 'disabled', enabled: true });
      await close();
    },
    SLOW_MS,
  );

  it(
    'names the field when a key is taken or malformed',
    async () => {
      const { page, close } = await open('/production/flags?new=true');
      await fields(page).getByLabel('Name', { exact: true }).fill('Again');
      await fields(page).getByLabel('Key', { exact: true }).fill('no spaces');
      await page.getByRole('button', { name: 'Create the flag' }).click();
      await page.getByText('A key starts with a letter or digit').waitFor();
      await fields(page).getByLabel('Key', { exact: true }).fill('checkout');
      await page.getByRole('button', { name: 'Create the flag' }).click();
      await page.getByText('There is a flag with this key already').waitFor();
      await close();
    },
    SLOW_MS,
  );

  it(
    'switches a flag at once, keeps it, shows it to others within a second or so, and undoes it',
    async () => {
      const here = await open('/production/flags');
      const there = await open('/production/flags');
      await there.page.locator('[data-live=live]').waitFor();
      const switchIn = (page: Page) => page.getByRole('switch', { name: 'Express checkout, enabled' });
      await switchIn(here.page).click();
      const started = performance.now();
      await expect
        .poll(() => switchIn(there.page).getAttribute('aria-checked'), { timeout: SEEN_WITHIN_MS })
        .toBe('false');
      console.log(`a second browser saw the switch after ${Math.round(performance.now() - started)} ms`);
      expect((await flag('checkout')).enabled).toBe(false);

      await here.page.reload();
      await expect.poll(() => switchIn(here.page).getAttribute('aria-checked')).toBe('false');
      await switchIn(here.page).click();
      await here.page.getByText('Express checkout is on.').waitFor();
      await here.page.getByRole('button', { name: 'Undo' }).click();
      await eventually(async () => !(await flag('checkout')).enabled, 10_000);
      await expect.poll(() => switchIn(here.page).getAttribute('aria-checked')).toBe('false');
      await switchIn(here.page).click();
      await eventually(async () => (await flag('checkout')).enabled, 10_000);
      await here.close();
      await there.close();
    },
    SLOW_MS,
  );

  it(
    'moves a flag after saying what will happen, and the other browser follows',
    async () => {
      const here = await open('/production/flags/checkout');
      const there = await open('/production/flags/checkout');
      await there.page.locator('[data-live=live]').waitFor();
      await here.page.getByRole('button', { name: 'Move to 50%' }).click();
      await here.page.getByText('instead of nobody, within a second').waitFor();
      await here.page.getByLabel(/Reason/).fill('trial');
      await here.page.getByRole('dialog').getByRole('button', { name: 'Move to 50%' }).click();
      await there.page
        .getByRole('button', { name: '50%, now' })
        .waitFor({ state: 'attached', timeout: SEEN_WITHIN_MS });
      expect(await flag('checkout')).toMatchObject({ stage: 'beta_50', share: 0.5 });
      await here.close();
      await there.close();
    },
    SLOW_MS,
  );

  it(
    'takes five hundred pasted ids, warns of one that is on both lists, saves and keeps them',
    async () => {
      const { page, context, close } = await open('/production/flags/search');
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      const ids = Array.from({ length: 500 }, (_, index) => `user-${index + 1}`);
      const always = page.getByRole('group', { name: 'Always on' }).getByLabel(/People/);
      const never = page.getByRole('group', { name: 'Never on' }).getByLabel(/People/);
      await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(ids.join('\n'))})`);
      await always.focus();
      await page.keyboard.press('ControlOrMeta+V');
      await page.getByText('500 added.').waitFor();
      await never.fill('user-7');
      await never.press('Enter');
      await page.getByText('user-7 is on both lists').waitFor();
      await page.getByRole('button', { name: 'Save the lists' }).click();
      await page.getByText('The lists are saved.').waitFor();
      const { lists } = await flag('search');
      expect(lists.allow.users).toEqual(ids);
      expect(lists.block.users).toEqual(['user-7']);
      await page.reload();
      await page.getByText('and 440 more').waitFor();
      await close();
    },
    SLOW_MS,
  );

  it(
    'keeps edits when somebody else was quicker, and saves them on the newest version',
    async () => {
      const { page, close } = await open('/production/flags/search');
      const always = page.getByRole('group', { name: 'Always on' }).getByLabel(/Tenants/);
      await always.fill('acme');
      await always.press('Enter');
      // The save is held back on its way until somebody else's change is in.
      let quicker = true;
      await page.route('**/trpc/flags.update**', async (route) => {
        if (quicker) {
          quicker = false;
          const { version } = await flag('search');
          await client.flags.update.mutate({
            environment,
            key: 'search',
            expectedVersion: version,
            change: { owner: 'Matching' },
          });
        }
        await route.continue();
      });
      const save = page.getByRole('button', { name: 'Save the lists' });
      await save.click();
      await page.getByText('Somebody changed this flag while you were editing.').waitFor();
      expect((await flag('search')).lists.allow.tenants).toEqual([]);
      await page.getByRole('button', { name: 'Remove acme' }).waitFor();
      await page.getByText('Matching').waitFor();
      await save.click();
      await page.getByText('The lists are saved.').waitFor();
      expect(await flag('search')).toMatchObject({
        owner: 'Matching',
        lists: { allow: { tenants: ['acme'] } },
      });
      await close();
    },
    SLOW_MS,
  );

  it(
    'shows the numbers of an experiment as they come, the same that the server has',
    async () => {
      await client.metrics.create.mutate({ environment, key: 'paid', name: 'Paid', kind: 'proportion' });
      await client.experiments.create.mutate({
        environment,
        flag: 'checkout',
        metrics: [{ metric: 'paid', role: 'goal' }],
      });
      const { page, complaints, close } = await open('/production/experiments/checkout');
      await page.getByText('Waiting for data').waitFor();
      await send(server.url, events());
      await page.getByText('Effect on each metric').waitFor({ timeout: 30_000 });
      await eventually(async () => (await counted(client)) === PEOPLE, 30_000);
      const { result, verdict } = await client.experiments.get.query({ environment, flag: 'checkout' });
      const [control, treatment] = result?.variants ?? [];
      await page.getByText(verdict.sentence, { exact: true }).waitFor({ timeout: 15_000 });
      const shown = page.getByRole('region', { name: 'People in the test' });
      await shown
        .getByText((control?.exposed ?? 0).toLocaleString('en-US'), { exact: true })
        .first()
        .waitFor();
      await shown
        .getByText((treatment?.exposed ?? 0).toLocaleString('en-US'), { exact: true })
        .first()
        .waitFor();
      await page.getByRole('button', { name: 'Show the statistics' }).click();
      await page.getByText('p, always valid').waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      expect(complaints).toEqual([]);

      await page.goto(`${server.url}/production/experiments`);
      await page.getByRole('link', { name: 'Express checkout' }).waitFor();
      await page.getByRole('cell', { name: PEOPLE.toLocaleString('en-US'), exact: true }).waitFor();
      await close();
    },
    SLOW_MS,
  );

  it(
    'finds a flag by keyboard alone',
    async () => {
      const { page, close } = await open('/production/experiments');
      await page.getByRole('heading', { name: 'Experiments' }).waitFor();
      await page.keyboard.press('/');
      await page.getByRole('combobox', { name: 'Find a flag or page' }).waitFor();
      await page.keyboard.type('search ranking flag');
      await page.getByRole('option').first().waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Search ranking' }).waitFor();
      expect(new URL(page.url()).pathname).toBe('/production/flags/search');
      await close();
    },
    SLOW_MS,
  );

  it(
    'keeps the chosen theme, and has it before the first paint',
    async () => {
      const { page, close } = await open('/production/flags');
      const theme = () => page.evaluate<string>('document.documentElement.dataset.theme');
      expect(await theme()).toBe('light');
      await page.getByRole('button', { name: 'Theme: switch to light' }).click();
      await page.getByRole('button', { name: 'Theme: switch to dark' }).click();
      expect(await theme()).toBe('dark');
      await page.reload({ waitUntil: 'commit' });
      await expect.poll(theme).toBe('dark');
      await close();
    },
    SLOW_MS,
  );

  it(
    'says that the stream is lost, keeps what it has, and is live again by itself',
    async () => {
      const port = new URL(server.url).port;
      const { page, close } = await open('/production/flags');
      await page.locator('[data-live=live]').waitFor();
      await server.stop();
      await page.locator('[data-live=reconnecting], [data-live=polling]').waitFor({ timeout: 30_000 });
      await page.getByText('Express checkout').waitFor();
      server = await startServer(redis.url, { LIFTGATE_DASHBOARD_DIR: built.directory, LIFTGATE_PORT: port });
      await page.locator('[data-live=live]').waitFor({ timeout: 60_000 });
      await close();
    },
    SLOW_MS,
  );

  it(
    'asks for a key where the server does, refuses a wrong one, goes on to the page, and logs out',
    async () => {
      const guarded = await startServer(redis.url, {
        LIFTGATE_DASHBOARD_DIR: built.directory,
        LIFTGATE_DEMO: '0',
      });
      const connection = redis.client();
      const { keys } = await openInstallation(connection);
      const { secret } = await createApiKey(
        connection,
        keys,
        { name: 'test', scope: 'admin', environment: null },
        new Date(),
      );
      const { page, context, close } = await visit(browser, `${guarded.url}/production/flags`);
      await page.getByRole('heading', { name: 'Log in to Liftgate' }).waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.getByLabel('API key').fill('not-a-key');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByText('This key is not known here').waitFor();
      await page.getByLabel('API key').fill(secret);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('heading', { name: 'Flags' }).waitFor();
      expect((await context.cookies()).every(({ httpOnly }) => httpOnly)).toBe(true);
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByRole('heading', { name: 'Log in to Liftgate' }).waitFor();
      await page.goto(`${guarded.url}/production/flags`);
      await page.getByRole('heading', { name: 'Log in to Liftgate' }).waitFor();
      await close();
      await guarded.stop();
    },
    SLOW_MS,
  );
});

/** The fields of the open dialog; the page behind it has some of its own. */
function fields(page: Page) {
  return page.getByRole('dialog');
}

async function counted(client: LiftgateClient): Promise<number> {
  const { result } = await client.experiments.get.query({ environment, flag: 'checkout' });
  return result?.variants.reduce((sum, { exposed }) => sum + exposed, 0) ?? 0;
}

/** Half of the people in each variant; the treatment pays more often. */
function events(): object[] {
  const at = new Date().toISOString();
  return Array.from({ length: PEOPLE }, (_, index) => {
    const variant = index % 2 === 0 ? 'control' : 'treatment';
    const paid = (index >> 1) % 10 < (variant === 'control' ? 3 : 5);
    const user = `person-${index}`;
    return [
      { kind: 'exposure', id: `e${index}`, at, user, flag: 'checkout', variant },
      ...(paid ? [{ kind: 'metric', id: `m${index}`, at, user, metric: 'paid', value: 1 }] : []),
    ];
  }).flat();
}

async function send(url: string, batch: readonly object[]): Promise<void> {
  const response = await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-liftgate-environment': environment },
    body: JSON.stringify(batch),
  });
  expect(await response.json()).toMatchObject({ accepted: batch.length, rejected: [] });
}
