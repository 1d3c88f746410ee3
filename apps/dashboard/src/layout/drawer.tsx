import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { copy } from '../copy.ts';
import { Navigation } from './navigation.tsx';

/** The navigation on a phone. */
export function NavigationDrawer({ onClose }: { onClose: () => void }) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="popup inset-y-0 left-0 w-[min(280px,82vw)] border-y-0 border-l-0 p-3">
          <div className="mb-2 flex items-center justify-between pl-3">
            <Dialog.Title className="font-semibold">{copy.product}</Dialog.Title>
            <Dialog.Close className="button button-quiet px-3" aria-label={copy.nav.close}>
              <X size={18} aria-hidden="true" />
            </Dialog.Close>
          </div>
          <Navigation onChoose={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
