export { run } from './cli.ts';
export { EXIT } from './failure.ts';
export { balanceLine, eventBalance, type EventBalance } from './replay/event-balance.ts';
export type { ReplayReport } from './replay/replay.ts';
