import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { copy } from '../copy.ts';

interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children?: ReactNode;
}

/** A box over the page. Focus moves in, stays in, and goes back to what opened it. */
export function Dialog({ open, onClose, title, lead, children }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className="popup top-1/2 left-1/2 max-h-[calc(100dvh-32px)] w-[min(480px,calc(100vw-32px))] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-panel p-5">
          <Base.Title className="pr-10 text-[18px] leading-6 font-[640] tracking-[-0.01em]">
            {title}
          </Base.Title>
          {lead !== undefined && <Base.Description className="mt-1.5 text-ink-2">{lead}</Base.Description>}
          {children}
          {/* Last in the order, so that the focus starts in the first field. */}
          <Base.Close
            aria-label={copy.dialog.close}
            className="button button-quiet absolute top-3 right-3 px-2"
          >
            <X size={17} aria-hidden="true" />
          </Base.Close>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
