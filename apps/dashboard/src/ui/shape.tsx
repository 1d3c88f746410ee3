export type Tone = 'positive' | 'negative' | 'warning' | 'neutral';

/** Every colour that means something comes with its own shape: up, down, rhombus, open circle. */
export function Shape({ tone, size = 10 }: { tone: Tone; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 10 10" aria-hidden="true" className="shrink-0 fill-current">
      {tone === 'positive' && <path d="M5 1.2 9.3 8.8H.7Z" />}
      {tone === 'negative' && <path d="M5 8.8.7 1.2h8.6Z" />}
      {tone === 'warning' && <path d="M5 .4 9.6 5 5 9.6.4 5Z" />}
      {tone === 'neutral' && (
        <circle cx="5" cy="5" r="3.6" fill="none" stroke="currentColor" strokeWidth="1.8" />
      )}
    </svg>
  );
}
