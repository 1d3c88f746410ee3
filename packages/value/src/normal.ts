import { normalCdf } from '@liftgate/stats';

export { normalCdf };

export function normalPdf(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/** P(N(value, se²) > 0); with no error it is a fact. */
export function probabilityPositive(value: number, se: number): number {
  if (se > 0) return normalCdf(value / se);
  return value > 0 ? 1 : value < 0 ? 0 : 0.5;
}
