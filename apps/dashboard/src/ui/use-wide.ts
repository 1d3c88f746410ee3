import { useSyncExternalStore } from 'react';

const wide = matchMedia('(width >= 64rem)');

/** Whether there is room for every column: from 1024 px on. */
export function useWide(): boolean {
  return useSyncExternalStore(subscribe, () => wide.matches);
}

function subscribe(onChange: () => void): () => void {
  wide.addEventListener('change', onChange);
  return () => wide.removeEventListener('change', onChange);
}
