export type Claim =
  | {
      readonly kind: 'claimed';
      readonly directory: string;
      /** The open, locked file. Hand it to the server, which then holds the lock as long as it lives. */
      readonly lock: number;
      /** Whether the preferred directory was in use and this is the next one. */
      readonly shared: boolean;
    }
  | { readonly kind: 'temporary'; readonly why: string };

/** The preferred directory, or the next free one beside it (`…-2`), locked; `fresh` empties it. */
export function claimDataDirectory(preferred: string, options?: { fresh?: boolean }): Claim;
