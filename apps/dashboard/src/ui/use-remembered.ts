import { useState } from 'react';

/** A choice kept for the next visit, where the browser lets us. */
export function useRemembered(name: string, initial: boolean): [boolean, (value: boolean) => void] {
  const key = `liftgate.${name}`;
  const [value, setValue] = useState(() => read(key) ?? initial);
  return [
    value,
    (next) => {
      setValue(next);
      try {
        localStorage.setItem(key, String(next));
      } catch {
        // Without storage the choice lasts as long as the page.
      }
    },
  ];
}

function read(key: string): boolean | null {
  try {
    const stored = localStorage.getItem(key);
    return stored === null ? null : stored === 'true';
  } catch {
    return null;
  }
}
