export type { AppRouter } from './router.ts';
export type { ExperimentView } from './routers/experiments.ts';
export type { SystemHealth, SystemInfo } from './routers/system.ts';
export type { Change } from './services.ts';
export type { Conflict } from './trpc.ts';
export type { RefusalReason, RefusedEvent } from './ingest.ts';
