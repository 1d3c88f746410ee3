export { DAYS, features, type DemoMetric, type Feature } from './features.ts';
export { DEMO_ENVIRONMENT, historyOf, SEED } from './history.ts';
export { trueMean, type Outcome } from './outcome.ts';
