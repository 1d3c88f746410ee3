const MOST_LOOKS = 200;

/** Looks closer than this share of the information so far cannot be integrated in reasonable time; they add nothing either. */
const CLOSEST_LOOKS = 1e-3;

/** What is wrong with looks at these shares of the information: none, too many, not ascending, or too close to be integrated. */
export function complaintsAboutLooks(fractions: readonly number[]): readonly (string | null)[] {
  return [
    fractions.length > 0 && fractions.length <= MOST_LOOKS
      ? null
      : `fractions must name between 1 and ${MOST_LOOKS} looks, got ${fractions.length}`,
    ...fractions.map((t, k) => {
      const before = fractions[k - 1] ?? 0;
      if (!(t > before && t <= 1)) return `fractions must ascend within (0, 1], got ${t} at look ${k + 1}`;
      return t - before >= CLOSEST_LOOKS * t
        ? null
        : `looks must be at least 0.1 % of the information apart, got ${before} and ${t}`;
    }),
  ];
}
