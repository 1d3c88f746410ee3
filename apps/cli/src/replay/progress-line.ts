import { asCount } from '../report/numbers.ts';
import { say, type Output } from '../terminal.ts';

/** One line that is written over, on a terminal; nothing elsewhere. */
export interface ProgressLine {
  /** `done` and `total` in whatever can be compared (bytes); `rows` is what people care about. */
  show(step: string, rows: number, done: number, total: number): void;
  /** A line that stays, above the progress. */
  note(line: string): void;
  clear(): void;
}

const EVERY_MS = 100;
const BAR = 24;

export function progressLine(output: Output, now: () => number = () => performance.now()): ProgressLine {
  let shown = false;
  let shownAt = Number.NEGATIVE_INFINITY;
  let begun = { step: '', at: 0, rows: 0, done: 0 };

  const clear = () => {
    if (shown) output.write('\r\u001B[K');
    shown = false;
  };
  return {
    clear,
    note(line) {
      clear();
      say(output, line);
    },
    show(step, rows, done, total) {
      if (output.isTTY !== true) return;
      if (step !== begun.step) begun = { step, at: now(), rows, done };
      if (now() - begun.at < EVERY_MS || now() - shownAt < EVERY_MS) return;
      shownAt = now();
      const seconds = (now() - begun.at) / 1000;
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const filled = Math.round(share * BAR);
      const bar = '█'.repeat(filled) + '░'.repeat(BAR - filled);
      const rate = `${asCount(Math.round((rows - begun.rows) / seconds))} rows/s`;
      const perSecond = (done - begun.done) / seconds;
      const known = share < 1 && seconds > 1 && perSecond > 0;
      const left = known ? `, ${duration((total - done) / perSecond)} left` : '';
      const line = `${step} ${bar} ${Math.round(share * 100)}%  ${asCount(rows)} rows, ${rate}${left}`;
      output.write(`\r${line.slice(0, (output.columns ?? 80) - 1)}\u001B[K`);
      shown = true;
    },
  };
}

function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  return whole < 3600 ? `${Math.ceil(whole / 60)} min` : `${(whole / 3600).toFixed(1)} h`;
}
