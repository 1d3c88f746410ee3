let offsetMs = 0;

/** The time by which ages are told. */
export function now(): Date {
  return new Date(Date.now() + offsetMs);
}

/** The fixtures live on one fixed day; their pages must not grow old. */
export function setClock(at: Date): void {
  offsetMs = at.getTime() - Date.now();
}
