// A combobox with its listbox: no native element searches flags and pages at once.
/* oxlint-disable jsx-a11y/prefer-tag-over-role */
import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Flag, FlaskConical, Search } from 'lucide-react';
import { useId, useState, type KeyboardEvent } from 'react';
import { useTRPC } from '../api/client.ts';
import { copy } from '../copy.ts';
import { useEnvironment } from './use-system.ts';

interface Entry {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
  readonly kind: 'page' | 'flag' | 'experiment';
  readonly open: () => void;
}

const MOST = 12;

/** Type a few letters, choose with the arrows, open with Enter. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  const entries = useEntries()
    .filter((entry) => matches(entry, text))
    .slice(0, MOST);
  const active = Math.min(chosen, entries.length - 1);

  const open = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    onClose();
    entry.open();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setChosen(Math.min(active + 1, entries.length - 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(active - 1, 0));
    else if (event.key === 'Enter') open(entries[active]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog.Root open onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="popup top-[12vh] left-1/2 w-[min(560px,calc(100vw-24px))] -translate-x-1/2 overflow-hidden rounded-panel">
          <Dialog.Title className="sr-only">{copy.palette.title}</Dialog.Title>
          <Dialog.Description className="sr-only">{copy.palette.keys}</Dialog.Description>
          <div className="flex items-center gap-3 border-b border-line px-4">
            <Search size={17} aria-hidden="true" className="text-ink-3" />
            <input
              role="combobox"
              aria-expanded="true"
              aria-controls={listId}
              aria-activedescendant={entries[active] === undefined ? undefined : `${listId}-${active}`}
              aria-label={copy.palette.title}
              placeholder={copy.palette.placeholder}
              className="h-13 w-full bg-transparent text-[16px] outline-none"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setChosen(0);
              }}
              onKeyDown={onKeyDown}
            />
          </div>
          <div
            id={listId}
            role="listbox"
            aria-label={copy.palette.title}
            className="max-h-[52vh] overflow-y-auto p-2"
          >
            {entries.map((entry, index) => (
              // The field keeps the focus and takes the keys; the rows only take the pointer.
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
              <div
                key={entry.id}
                id={`${listId}-${index}`}
                role="option"
                aria-selected={index === active}
                className={`flex min-h-11 cursor-pointer items-center gap-3 rounded-control px-3 ${index === active ? 'bg-accent-soft' : ''}`}
                onPointerMove={() => setChosen(index)}
                onClick={() => open(entry)}
              >
                {entry.kind === 'flag' ? (
                  <Flag size={16} aria-hidden="true" />
                ) : (
                  <FlaskConical size={16} aria-hidden="true" />
                )}
                <span className="min-w-0 flex-1 truncate font-medium">
                  {entry.name} <span className="key ml-1.5 font-normal text-ink-2">{entry.detail}</span>
                </span>
                <span className="text-[12.5px] text-ink-2">{copy.palette[entry.kind]}</span>
              </div>
            ))}
          </div>
          {entries.length === 0 && <p className="px-5 pb-5 text-ink-2">{copy.palette.none(text)}</p>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function useEntries(): Entry[] {
  const trpc = useTRPC();
  const navigate = useNavigate();
  const env = useEnvironment();
  const { data } = useQuery(trpc.flags.list.queryOptions({ environment: env }));
  const flags = data?.flags ?? [];
  return [
    {
      id: 'page:experiments',
      name: copy.nav.experiments,
      detail: '',
      kind: 'page',
      open: () => void navigate({ to: '/$env/experiments', params: { env } }),
    },
    {
      id: 'page:flags',
      name: copy.nav.flags,
      detail: '',
      kind: 'page',
      open: () => void navigate({ to: '/$env/flags', params: { env } }),
    },
    {
      id: 'page:system',
      name: copy.nav.system,
      detail: '',
      kind: 'page',
      open: () => void navigate({ to: '/$env/system', params: { env } }),
    },
    ...flags.flatMap((flag): Entry[] => [
      {
        id: `flag:${flag.key}`,
        name: flag.name,
        detail: flag.key,
        kind: 'flag',
        open: () => void navigate({ to: '/$env/flags/$key', params: { env, key: flag.key } }),
      },
      {
        id: `experiment:${flag.key}`,
        name: flag.name,
        detail: flag.key,
        kind: 'experiment',
        open: () => void navigate({ to: '/$env/experiments/$key', params: { env, key: flag.key } }),
      },
    ]),
  ];
}

function matches(entry: Entry, text: string): boolean {
  const haystack = `${entry.name} ${entry.detail} ${copy.palette[entry.kind]}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}
