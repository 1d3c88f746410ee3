import type { Balance, Disposition } from '@liftgate/attribution';
import { asCount } from '../report/numbers.ts';
import type { Sent } from './event-sender.ts';

/** Where the events of one replay ended. */
export interface EventBalance {
  /** Events, each once. */
  readonly sent: number;
  /** Those that the server did not take. */
  readonly refused: number;
  /** By where they ended, among those the workers took in. */
  readonly ended: Balance;
  /** Deliveries beyond those, all of them counted as duplicates: an answer got lost, or something sent them twice. */
  readonly redelivered: number;
  /** What is left over: 0, or something is wrong. */
  readonly unexplained: number;
}

/** The balance of the source after the replay less that before it, against what was sent. */
export function eventBalance(before: Balance, after: Balance, sent: Sent): EventBalance {
  const dispositions = [...new Set([...Object.keys(before), ...Object.keys(after)])] as Disposition[];
  const ended: Partial<Record<Disposition, number>> = {};
  for (const disposition of dispositions.sort()) {
    const change = (after[disposition] ?? 0) - (before[disposition] ?? 0);
    if (change !== 0) ended[disposition] = change;
  }
  const taken = Object.values(ended).reduce((sum, count) => sum + count, 0);
  const redelivered = Math.min(Math.max(0, taken - sent.accepted), ended.duplicate ?? 0);
  return {
    sent: sent.events,
    refused: sent.refused,
    ended,
    redelivered,
    unexplained: sent.events + redelivered - sent.refused - taken,
  };
}

/** `sent 74,550 = counted 74,550`: one line, nothing left out. */
export function balanceLine({ sent, redelivered, refused, ended, unexplained }: EventBalance): string {
  const left = [
    `sent ${asCount(sent)}`,
    ...(redelivered === 0 ? [] : [`sent again ${asCount(redelivered)}`]),
  ];
  const parts = Object.entries(ended).map(([name, count]) => `${name.replace(':', ' ')} ${asCount(count)}`);
  if (refused > 0) parts.push(`refused ${asCount(refused)}`);
  if (unexplained !== 0) parts.push(`UNEXPLAINED ${asCount(unexplained)}`);
  return `${left.join(' + ')} = ${parts.length === 0 ? '0' : parts.join(' + ')}`;
}
