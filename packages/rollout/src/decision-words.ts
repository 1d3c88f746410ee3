/** Shares, durations and dates as people read them. */

/** "1.3%", "0.04%": two digits that matter. */
export function asShare(share: number | null): string {
  if (share === null) return 'none yet';
  const percent = share * 100;
  const digits = percent === 0 || percent >= 10 ? 0 : percent >= 1 ? 1 : 2;
  return `${Number(percent.toFixed(digits))}%`;
}

/** "9 minutes", "3 hours", "6 days": rounded up, because it is what one has to wait for. */
export function asWait(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  if (minutes < 90) return plural(minutes, 'minute');
  const hours = Math.ceil(minutes / 60);
  return hours < 48 ? plural(hours, 'hour') : plural(Math.ceil(hours / 24), 'day');
}

/** "Tue 24 Nov, 14:00": UTC. */
export function asMoment(at: Date): string {
  const time = at.toISOString().slice(11, 16);
  return `${WEEKDAYS[at.getUTCDay()] ?? ''} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ''}, ${time}`;
}

/** "beta_25 (25%)". */
export function asStage(stage: { readonly name: string; readonly share: number }): string {
  return stage.share === 1 ? 'everyone' : `${stage.name} (${asShare(stage.share)})`;
}

export function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
