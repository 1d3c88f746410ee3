/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-tabindex */
import { useId, type ReactNode } from 'react';

/** Says why a control cannot be used, on hover and on focus; the control keeps its place. */
export function Hint({ text, children }: { text: string | null; children: ReactNode }) {
  const id = useId();
  if (text === null) return children;
  return (
    // The wrapper takes the focus that a disabled control cannot have, so that the reason can be read by keyboard.
    <span
      className="group relative inline-flex rounded-control"
      tabIndex={0}
      role="group"
      aria-describedby={id}
    >
      {children}
      <span
        id={id}
        role="tooltip"
        className="pointer-events-none invisible absolute top-full right-0 z-30 mt-1.5 w-60 rounded-control bg-ink px-3 py-2 text-left text-[12.5px] leading-snug font-normal whitespace-normal text-surface opacity-0 transition-opacity group-hover:visible group-hover:opacity-100 group-focus:visible group-focus:opacity-100"
      >
        {text}
      </span>
    </span>
  );
}
