/**
 * Remembers which units have met which variant, in bounded memory: two generations of half the limit each. When the
 * young one is full it becomes the old one and the old one is forgotten; a forgotten unit is exposed once more, which
 * changes nothing, since the first exposure counts.
 */
export class ExposureMemory {
  readonly #generationSize: number;
  /** By run, then unit: the variant. */
  #young = new Map<string, Map<string, string>>();
  #old = new Map<string, Map<string, string>>();
  #youngSize = 0;

  constructor(limit: number) {
    this.#generationSize = Math.max(1, Math.floor(limit / 2));
  }

  /** Whether this is news; remembers it. */
  isFirst(run: string, unit: string, variant: string): boolean {
    if (this.#young.get(run)?.get(unit) === variant) return false;
    const known = this.#old.get(run)?.get(unit) === variant;
    this.#remember(run, unit, variant);
    return !known;
  }

  /** The exposure was not sent after all: the next one is the first. */
  forget(run: string, unit: string): void {
    if (this.#young.get(run)?.delete(unit) === true) this.#youngSize--;
    this.#old.get(run)?.delete(unit);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#youngSize = 0;
  }

  #remember(run: string, unit: string, variant: string): void {
    if (this.#youngSize >= this.#generationSize) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngSize = 0;
    }
    let units = this.#young.get(run);
    if (units === undefined) {
      units = new Map();
      this.#young.set(run, units);
    }
    if (!units.has(unit)) this.#youngSize++;
    units.set(unit, variant);
  }
}
