import type { Delivery, LiftgateEvent } from '@liftgate/attribution';
import type { FlagTable } from './flag-table.ts';

/**
 * Where events go: an exposure to the unit it is about, a metric event to every unit it names that some flag
 * randomises. `addressed` is how many events go anywhere.
 */
export function deliveriesOf(
  events: readonly LiftgateEvent[],
  table: FlagTable | undefined,
): { readonly addressed: number; readonly deliveries: readonly Delivery[] } {
  const deliveries: Delivery[] = [];
  let addressed = 0;
  for (const event of events) {
    const before = deliveries.length;
    for (const [unitName, unit] of Object.entries(event.units)) {
      const concerned = event.kind === 'exposure' || table?.unitNames.has(unitName) === true;
      if (concerned) deliveries.push({ unitName, unit, event });
    }
    if (deliveries.length > before) addressed++;
  }
  return { addressed, deliveries };
}
