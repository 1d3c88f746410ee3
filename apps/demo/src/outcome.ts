import { normal, type Random } from './random.ts';

/** How a metric of one person comes about, and the true effect of the feature on it. */
export type Outcome =
  /** It happens with this probability; the effect multiplies it. */
  | { readonly kind: 'happens'; readonly rate: number; readonly effect: number }
  /** A positive quantity with this mean and coefficient of variation, lognormal; the effect multiplies it. */
  | { readonly kind: 'amount'; readonly mean: number; readonly spread: number; readonly effect: number }
  /** A share between 0 and 1 around this mean; the effect multiplies it. */
  | { readonly kind: 'share'; readonly mean: number; readonly spread: number; readonly effect: number };

/** The mean over everybody, with or without the feature: what the statistics should find. */
export function trueMean(outcome: Outcome, treated: boolean): number {
  const base = outcome.kind === 'happens' ? outcome.rate : outcome.mean;
  return treated ? base * (1 + outcome.effect) : base;
}

/** One person's value, to the thousandth. */
export function draw(outcome: Outcome, treated: boolean, random: Random): number {
  const mean = trueMean(outcome, treated);
  switch (outcome.kind) {
    case 'happens':
      return random() < mean ? 1 : 0;
    case 'amount': {
      const variance = Math.log(1 + outcome.spread ** 2);
      return thousandth(mean * Math.exp(normal(random) * Math.sqrt(variance) - variance / 2));
    }
    case 'share':
      return thousandth(Math.min(1, Math.max(0, mean + normal(random) * outcome.spread)));
  }
}

function thousandth(value: number): number {
  return Math.round(value * 1000) / 1000;
}
