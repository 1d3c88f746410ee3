import { Switch as Base } from '@base-ui/react/switch';

interface SwitchProps {
  readonly label: string;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Switch({ label, checked, disabled = false, onChange }: SwitchProps) {
  return (
    <Base.Root
      aria-label={label}
      checked={checked}
      disabled={disabled}
      onCheckedChange={onChange}
      className="relative inline-block h-[22px] w-[38px] shrink-0 cursor-pointer rounded-full bg-neutral transition-colors duration-150 before:absolute before:-inset-3 before:content-[''] data-checked:bg-accent data-disabled:cursor-not-allowed data-disabled:opacity-55"
    >
      <Base.Thumb className="absolute top-[3px] left-[3px] size-4 rounded-full bg-surface transition-transform duration-150 data-checked:translate-x-4" />
    </Base.Root>
  );
}
