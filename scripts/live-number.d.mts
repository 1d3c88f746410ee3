/** Waits for the first result of an experiment at this server; whether one came in time. */
export function firstLiveNumber(url: string, withinMs: number): Promise<boolean>;
