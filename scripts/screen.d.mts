export function screen(state: {
  /** The server's own. */
  readonly url: string;
  /** What storage is in use, in words. */
  readonly storage: string;
  readonly demo: { readonly flags: number; readonly events: number } | undefined;
  readonly seconds: number;
}): string[];
