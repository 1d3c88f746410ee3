export * from './experiment.ts';
export * from './metric-definition.ts';
export * from './evidence.ts';
export * from './result.ts';
export * from './analyse.ts';
export * from './phrases.ts';
export * from './verdict.ts';
