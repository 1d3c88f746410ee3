export * from './flag.ts';
export * from './flag-change.ts';
export * from './murmur3.ts';
export * from './bucketing.ts';
export * from './evaluate.ts';
