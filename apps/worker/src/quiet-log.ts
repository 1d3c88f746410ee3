/** Says the same thing once in a while only: an outage is one story, however often one runs into it. */
export function quietLog(
  everyMs: number,
  say: (line: string) => void = console.error,
): (line: string) => void {
  const saidAt = new Map<string, number>();
  return (line) => {
    const now = performance.now();
    for (const [old, at] of saidAt) if (now - at >= everyMs) saidAt.delete(old);
    if (saidAt.has(line)) return;
    saidAt.set(line, now);
    say(line);
  };
}
