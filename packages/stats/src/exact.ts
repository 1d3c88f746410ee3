const SPLITTER = 2 ** 27 + 1;

/** The rounding error of a·b: a·b = fl(a·b) + error, exactly (Dekker 1971). For factors below about 1e150. */
export function productError(a: number, b: number): number {
  const product = a * b;
  const [aHigh, aLow] = split(a);
  const [bHigh, bLow] = split(b);
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

/** ⌈a·b⌉ of the real product: a plan is never one unit short because a product was rounded down to a whole number. */
export function ceilOfProduct(a: number, b: number): number {
  const product = a * b;
  return Number.isInteger(product) && productError(a, b) > 0 ? product + 1 : Math.ceil(product);
}

function split(x: number): readonly [number, number] {
  const scaled = SPLITTER * x;
  const high = scaled - (scaled - x);
  return [high, x - high];
}
