export function screen(state: {
  /** The server's own. */
  readonly url: string;
  /** Whether everybody who can reach it may come in without a key. */
  readonly open: boolean;
  /** What storage is in use, in words. */
  readonly storage: string;
  readonly demo: { readonly flags: number; readonly events: number } | undefined;
  readonly seconds: number;
}): string[];
