// The one screen that ends the start-up. Plain text: it is read in terminals, logs and pasted messages alike.
// @ts-check

// What the command line takes when it is not told.
const usualUrl = 'http://127.0.0.1:4600';

/** @type {typeof import('./screen.mjs').screen} */
export function screen({ url, open, storage, demo, seconds }) {
  const took = `${seconds.toFixed(1)} s`;
  const demoData =
    demo === undefined
      ? []
      : [`  Demo data   ${count(demo.flags)} flags, ${count(demo.events)} events so far, live traffic`];
  return [
    '',
    demo === undefined
      ? `  Liftgate is running, ready after ${took}`
      : `  Liftgate is running, first live number after ${took}`,
    '',
    `  Dashboard   ${url}`,
    `  tRPC        ${url}/trpc`,
    `  Events      ${url}/v1/events`,
    `  Keys        ${open ? 'none needed on loopback' : 'needed; the first start printed an admin key above'}`,
    `  Storage     ${storage}`,
    ...demoData,
    '',
    '  Try         open the dashboard',
    '              measure an experiment of your own:',
    '                npm run liftgate -- replay FILE.csv --flag my-test --unit ID --variant GROUP \\',
    `                  --control A --metric revenue=REVENUE:mean${url === usualUrl ? '' : ` --url ${url}`}`,
    ...(demo === undefined ? [] : ['              npm start -- --no-demo   without demo data']),
    '              npm start -- --fresh     from nothing again',
    '  Stop        Ctrl+C',
    '',
  ];
}

/** @param {number} n */
function count(n) {
  return n.toLocaleString('en-US');
}
