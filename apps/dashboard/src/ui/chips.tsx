import { X } from 'lucide-react';
import { useId, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react';
import { copy } from '../copy.ts';
import { count } from '../format/number.ts';

interface ChipsProps {
  readonly label: string;
  readonly placeholder: string;
  readonly ids: readonly string[];
  /** Ids to point at: they are on the other list as well. */
  readonly marked: ReadonlySet<string>;
  readonly fresh: ReadonlySet<string>;
  readonly disabled: boolean;
  /** Takes what was typed or pasted; answers with what to say about it. */
  readonly onAdd: (text: string) => string;
  readonly onRemove: (id: string) => void;
}

const SHOWN = 60;
const text = copy.flag.lists;

/** A list of ids as chips. Enter or comma adds, paste adds many, Backspace in the empty field takes the first away. */
export function Chips({ label, placeholder, ids, marked, fresh, disabled, onAdd, onRemove }: ChipsProps) {
  const [typed, setTyped] = useState('');
  const [says, setSays] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const found = typed === '' || ids.length <= SHOWN ? ids : ids.filter((one) => one.includes(typed));

  const commit = (value: string) => {
    if (value.trim() === '') return;
    setSays(onAdd(value));
    setTyped('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === ',') {
      event.preventDefault();
      commit(typed);
    } else if (event.key === 'Backspace' && typed === '' && ids[0] !== undefined) {
      onRemove(ids[0]);
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData.getData('text');
    if (!/[\n,;\t]/.test(pasted)) return;
    event.preventDefault();
    commit(`${typed}${pasted}`);
  };

  return (
    <div className="grid content-start gap-1.5">
      <label htmlFor={id} className="text-[13px] font-medium">
        {label} <span className="font-normal text-ink-3">{count(ids.length)}</span>
      </label>
      {/* A click beside the chips is meant for the field; keyboards reach it by itself. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <div
        className="field flex max-h-48 cursor-text flex-wrap items-center gap-1.5 overflow-y-auto px-2 py-1.5"
        onClick={() => field.current?.focus()}
      >
        {found.slice(0, SHOWN).map((one) => (
          <span
            key={one}
            className={`inline-flex max-w-full items-center gap-0.5 rounded-md py-0.5 pl-2 text-[13px] ${marked.has(one) ? 'bg-warn-soft text-warn' : fresh.has(one) ? 'bg-accent-soft text-accent' : 'bg-well'}`}
          >
            <span className="truncate">{one}</span>
            <button
              type="button"
              disabled={disabled}
              aria-label={text.remove(one)}
              className="grid size-6 shrink-0 place-items-center rounded-md hover:bg-line disabled:opacity-40"
              onClick={() => {
                onRemove(one);
                field.current?.focus();
              }}
            >
              <X size={13} aria-hidden="true" />
            </button>
          </span>
        ))}
        {found.length > SHOWN && (
          <span className="px-1 text-[13px] text-ink-2">{text.more(count(found.length - SHOWN))}</span>
        )}
        <input
          ref={field}
          id={id}
          disabled={disabled}
          className="min-h-7 min-w-28 flex-1 bg-transparent px-1 outline-none"
          placeholder={placeholder}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={`${id}-says`}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={() => commit(typed)}
        />
      </div>
      <output id={`${id}-says`} className="block min-h-4.5 text-[12.5px] text-ink-2">
        {says}
      </output>
    </div>
  );
}
