/** "+10%", "0", "−2.5%" */
export function tickLabel(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value * 100);
  return `${value < 0 ? '\u2212' : '+'}${size.toLocaleString('en-US', { maximumFractionDigits: 2 })}%`;
}
