// A worker thread does not inherit the TypeScript loader of its process, so it loads its own before the real file.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
