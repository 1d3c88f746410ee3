import { X } from 'lucide-react';
import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from 'react';
import { copy } from '../copy.ts';
import { Shape, type Tone } from './shape.tsx';

export interface Toast {
  readonly text: string;
  readonly tone?: Tone;
  readonly action?: { readonly label: string; readonly run: () => void };
}

const STAYS_MS = 8_000;
const ToastContext = createContext<(toast: Toast) => void>(() => {});
export const useToast = () => useContext(ToastContext);

/** Short notices in a corner; at most three, the newest below. They wait while someone is reading or choosing. */
export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly (Toast & { id: number })[]>([]);
  const nextId = useRef(1);
  const held = useRef(false);

  const dismiss = useCallback((id: number) => setToasts((all) => all.filter((toast) => toast.id !== id)), []);
  const show = useCallback(
    (toast: Toast) => {
      const id = nextId.current++;
      setToasts((all) => [...all.slice(-2), { ...toast, id }]);
      const expire = () => (held.current ? setTimeout(expire, 1_000) : dismiss(id));
      setTimeout(expire, STAYS_MS);
    },
    [dismiss],
  );

  const list = useMemo(
    () =>
      toasts.map(({ id, text, tone = 'neutral', action }) => (
        <li
          key={id}
          className="flex items-center gap-3 rounded-control bg-ink py-2 pr-2 pl-4 text-surface shadow-[var(--shadow-over)]"
        >
          <Shape tone={tone} />
          <span className="min-w-0 flex-1">{text}</span>
          {action !== undefined && (
            <button
              type="button"
              className="min-h-8 rounded-md px-2.5 font-semibold underline underline-offset-3 hover:bg-surface/15"
              onClick={() => {
                action.run();
                dismiss(id);
              }}
            >
              {action.label}
            </button>
          )}
          <button
            type="button"
            aria-label={copy.toast.dismiss}
            className="grid size-8 place-items-center rounded-md hover:bg-surface/15"
            onClick={() => dismiss(id)}
          >
            <X size={15} aria-hidden="true" />
          </button>
        </li>
      )),
    [dismiss, toasts],
  );

  return (
    <ToastContext value={show}>
      {children}
      {/* Only holds the notices while they are being read. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <section
        aria-label={copy.toast.region}
        aria-live="polite"
        className="fixed right-4 bottom-4 z-50 w-[min(420px,calc(100vw-32px))]"
        onPointerEnter={() => (held.current = true)}
        onPointerLeave={() => (held.current = false)}
        onFocus={() => (held.current = true)}
        onBlur={() => (held.current = false)}
      >
        <ul className="grid gap-2">{list}</ul>
      </section>
    </ToastContext>
  );
}
