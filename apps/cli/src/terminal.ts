/** Where words go: answers to `out`, everything on the way to `err`, so that `--json` can be piped. */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export function say(output: Output, lines: string | readonly string[]): void {
  for (const line of typeof lines === 'string' ? [lines] : lines) output.write(`${line}\n`);
}
