import type { EventInput } from '@liftgate/attribution';
import type { Flag } from '@liftgate/flags';
import { eventId, fingerprint, type EventContent } from './event-id.ts';
import type { ReplayOptions } from './options.ts';
import type { Repeats } from './repeats.ts';
import type { Observation } from './row.ts';

/**
 * What one row says: the exposure, then each metric's value. Every unit that is exposed counts in n, so a zero needs no
 * saying except for a mean.
 */
export function contentsOf(
  { unit, variant, at, values }: Observation,
  { flag, metrics }: Pick<ReplayOptions, 'flag' | 'metrics'>,
): EventContent[] {
  const contents: EventContent[] = [{ flag, unit, metric: '', at, value: variant }];
  values.forEach((value, index) => {
    const metric = metrics[index];
    if (metric === undefined || value === null) return;
    if (value !== 0 || metric.kind === 'mean') contents.push({ flag, unit, metric: metric.name, at, value });
  });
  return contents;
}

/**
 * The events of one row. Without a time column everything happens at the moment the flag was made: the same for every row, whatever their
 * order, and a metric counts from the moment of the exposure on.
 */
export function eventsOf(
  observation: Observation,
  options: { readonly flag: string; readonly metrics: ReplayOptions['metrics']; readonly repeats: Repeats },
  target: { readonly flag: Flag; readonly epoch: number },
): EventInput[] {
  const at = observation.at === '' ? Date.parse(target.flag.createdAt) : observation.at;
  const unit = unitField(target.flag.unit, observation.unit);
  const events: EventInput[] = [];
  for (const content of contentsOf(observation, options)) {
    const print = fingerprint(content);
    const k = options.repeats.ordinal(print);
    const id = eventId(print, k);
    if (content.metric === '') {
      const { epoch } = target;
      const { key: flag, phase } = target.flag;
      // Saying the same exposure again would say nothing.
      if (k === 0)
        events.push({ kind: 'exposure', id, at, ...unit, flag, variant: observation.variant, epoch, phase });
    } else {
      events.push({ kind: 'metric', id, at, ...unit, metric: content.metric, value: Number(content.value) });
    }
  }
  return events;
}

function unitField(name: string, id: string): Pick<EventInput, 'user' | 'tenant' | 'units'> {
  if (name === 'user') return { user: id };
  if (name === 'tenant') return { tenant: id };
  return { units: { [name]: id } };
}
