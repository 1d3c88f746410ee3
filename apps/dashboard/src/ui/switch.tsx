interface SwitchProps {
  readonly label: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** On or off, at once. A native button does all that is needed: focus, Space, Enter, and the role says the rest. */
export function Switch({ label, checked, disabled = false, onChange }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      aria-label={label}
      aria-checked={checked}
      disabled={disabled}
      onClick={() => onChange(!checked)}
      className={`relative h-[22px] w-[38px] shrink-0 rounded-full transition-colors duration-150 before:absolute before:-inset-3 before:content-[''] disabled:cursor-not-allowed disabled:opacity-55 ${checked ? 'bg-accent' : 'bg-neutral'}`}
    >
      <span
        className={`absolute top-[3px] left-[3px] size-4 rounded-full bg-surface transition-transform duration-150 ${checked ? 'translate-x-4' : ''}`}
      />
    </button>
  );
}
