export { LiftgateProvider, type Tracker } from './provider.ts';
export type { Resolution } from './resolution.ts';
export type { LiftgateProviderOptions } from './options.ts';
export type { ProviderStats } from './event-buffer.ts';
export {
  BackendError,
  type Backend,
  type EventSink,
  type FlagListener,
  type FlagSource,
  type PreparedBatch,
} from './backend.ts';
