export { run } from './cli.ts';
export { EXIT } from './failure.ts';
export type { ReplayReport } from './replay/replay.ts';
