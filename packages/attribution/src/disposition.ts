/** Where an event ended. Rejections carry their reason after a colon. */
export const REJECTIONS = [
  'unknown_flag',
  'unknown_variant',
  'unknown_metric',
  'value_out_of_range',
  'value_not_allowed',
  'id_conflict',
  'undecodable',
] as const;
export type Rejection = (typeof REJECTIONS)[number];

export type Disposition =
  | 'counted'
  | 'duplicate'
  | 'late'
  | 'unattributable'
  | 'quarantined'
  | 'forced'
  | `rejected:${Rejection}`;

/** How many events ended where, by disposition. */
export type Balance = Readonly<Partial<Record<Disposition, number>>>;

export function balanceTotal(balance: Balance): number {
  return Object.values(balance).reduce((sum, count) => sum + count, 0);
}
