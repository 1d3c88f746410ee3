import { Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { copy } from '../copy.ts';

type Choice = 'system' | 'light' | 'dark';

declare global {
  // Set by public/theme.js, which runs before the first paint.
  var liftgateTheme: { choice: () => Choice; set: (choice: Choice) => void } | undefined;
}

const NEXT: Record<Choice, Choice> = { system: 'light', light: 'dark', dark: 'system' };
const ICONS = { system: Monitor, light: Sun, dark: Moon };

export function ThemeToggle() {
  const [choice, setChoice] = useState<Choice>(() => globalThis.liftgateTheme?.choice() ?? 'system');
  const next = NEXT[choice];
  const Icon = ICONS[choice];
  const label = copy.theme.toggle(copy.theme.names[next]);
  return (
    <button
      type="button"
      className="button button-quiet px-2 max-sm:px-3"
      aria-label={label}
      title={label}
      onClick={() => {
        globalThis.liftgateTheme?.set(next);
        setChoice(next);
      }}
    >
      <Icon size={17} aria-hidden="true" />
    </button>
  );
}
