export * from './event.ts';
export * from './disposition.ts';
export * from './scaled-value.ts';
export * from './unit-state.ts';
export * from './unit-codec.ts';
export * from './statistics-change.ts';
export * from './take-in.ts';
