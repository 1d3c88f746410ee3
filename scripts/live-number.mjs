// The first live number: an experiment whose people the worker has counted and analysed, as the dashboard reads it.
// @ts-check
import { setTimeout as sleep } from 'node:timers/promises';

const askEveryMs = 100;

/** @type {typeof import('./live-number.mjs').firstLiveNumber} */
export async function firstLiveNumber(url, withinMs) {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const environment = property(await ask(url, 'system.info'), 'defaultEnvironment');
    const experiments = property(await ask(url, 'experiments.list', { environment }), 'experiments');
    if (Array.isArray(experiments) && experiments.some((experiment) => property(experiment, 'result')))
      return true;
    await sleep(askEveryMs);
  }
  return false;
}

/** What a tRPC query returns; undefined while it has no answer.
 * @param {string} url
 * @param {string} procedure
 * @param {unknown} [input]
 * @returns {Promise<unknown>} */
async function ask(url, procedure, input) {
  const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  try {
    const response = await fetch(`${url}/trpc/${procedure}${query}`, { signal: AbortSignal.timeout(5_000) });
    return property(property(await response.json(), 'result'), 'data');
  } catch {
    return undefined;
  }
}

/** @param {unknown} value
 * @param {string} name
 * @returns {unknown} */
function property(value, name) {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
