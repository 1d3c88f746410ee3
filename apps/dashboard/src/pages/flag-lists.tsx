import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ban, CircleCheck } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTRPC } from '../api/client.ts';
import { problemOf } from '../api/errors.ts';
import type { Flag } from '../api/types.ts';
import { useShowFlag } from '../api/use-flag-changes.ts';
import { copy } from '../copy.ts';
import { useEnvironment, useMayEdit } from '../layout/use-system.ts';
import { Chips } from '../ui/chips.tsx';
import { Hint } from '../ui/hint.tsx';
import { Notice } from '../ui/notice.tsx';
import { Panel } from '../ui/panel.tsx';
import { useToast } from '../ui/toast.tsx';
import {
  NO_DRAFT,
  add,
  applied,
  clashes,
  edited,
  idsIn,
  pending,
  remove,
  type ListName,
  type Side,
} from './lists-draft.ts';

const text = copy.flag.lists;
const SIDES: readonly Side[] = ['allow', 'block'];

/** Who always and who never gets it. Edits wait until they are saved; one save for all four lists. */
export function FlagLists({ flag }: { flag: Flag }) {
  const environment = useEnvironment();
  const mayEdit = useMayEdit();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const show = useShowFlag(environment);
  const toast = useToast();
  const [draft, setDraft] = useState(NO_DRAFT);

  const save = useMutation(
    trpc.flags.update.mutationOptions({
      onSuccess: (saved) => {
        show(saved);
        setDraft(NO_DRAFT);
        toast({ text: text.saved, tone: 'positive' });
      },
      // The newest version comes, and the draft applies to it.
      onError: () => void queryClient.invalidateQueries(trpc.flags.pathFilter()),
    }),
  );
  const problem = save.error === null ? null : problemOf(save.error);
  const wanted = useMemo(() => applied(flag.lists, draft), [flag.lists, draft]);
  const onBoth = useMemo(() => clashes(wanted), [wanted]);
  const marked = useMemo(() => new Set(onBoth), [onBoth]);
  const { added, removed } = pending(flag.lists, draft);
  const dirty = added + removed > 0;

  const onAdd = (name: ListName) => (typed: string) => {
    const { ids, tooLong, control } = idsIn(typed);
    const result = add(flag.lists, draft, name, ids);
    setDraft(result.draft);
    const fresh = ids.length - result.already;
    return [
      // One chip can be seen; many need counting.
      fresh > 1 ? text.added(fresh) : '',
      result.already > 0 ? text.already(result.already) : '',
      tooLong > 0 ? text.refused(tooLong, text.tooLong) : '',
      control > 0 ? text.refused(control, text.control) : '',
    ]
      .filter(Boolean)
      .join(' ');
  };

  return (
    <Panel title={text.title} note={text.note}>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-6 gap-y-3 md:grid-cols-2">
        {SIDES.map((side) => (
          <div
            key={side}
            // A fieldset cannot share its rows with its neighbour.
            // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
            role="group"
            aria-label={text[side]}
            className="grid min-w-0 gap-y-3 md:row-span-3 md:grid-rows-subgrid"
          >
            <div aria-hidden="true" className="flex items-start gap-2">
              {side === 'allow' ? (
                <CircleCheck size={17} className="mt-0.5 shrink-0 text-pos" />
              ) : (
                <Ban size={17} className="mt-0.5 shrink-0 text-neg" />
              )}
              <div>
                <p className="font-semibold">{text[side]}</p>
                <p className="text-[12.5px] text-ink-2">
                  {side === 'allow' ? text.allowHint : text.blockHint}
                </p>
              </div>
            </div>
            {(['tenants', 'users'] as const).map((kind) => {
              const name: ListName = `${side}.${kind}`;
              return (
                <Chips
                  key={kind}
                  label={text.kinds[kind]}
                  placeholder={text.placeholder[kind]}
                  ids={edited(flag.lists, draft, name)}
                  marked={marked}
                  fresh={new Set(draft.added[name])}
                  disabled={!mayEdit}
                  onAdd={onAdd(name)}
                  onRemove={(id) => setDraft(remove(flag.lists, draft, name, id))}
                />
              );
            })}
          </div>
        ))}
      </div>
      <div className="mt-1 grid grid-cols-[minmax(0,1fr)] gap-3">
        {onBoth.length > 0 && (
          <Notice
            tone="warning"
            title={text.clash(onBoth.slice(0, 3).join(', '), Math.max(0, onBoth.length - 3))}
            announce
          />
        )}
        {problem !== null && dirty && (
          <Notice
            tone="negative"
            title={
              problem.kind === 'conflict' ? text.conflictTitle : copy.flags.failed(flag.name, problem.message)
            }
            announce
          >
            {problem.kind === 'conflict' ? text.conflictNext : undefined}
          </Notice>
        )}
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <Hint text={mayEdit ? null : copy.permission.hint}>
            <button
              type="button"
              className="button button-primary"
              disabled={!mayEdit || !dirty || save.isPending}
              onClick={() =>
                save.mutate({
                  environment,
                  key: flag.key,
                  expectedVersion: flag.version,
                  change: { lists: wanted },
                })
              }
            >
              {save.isPending ? text.saving : text.save}
            </button>
          </Hint>
          {dirty && (
            <button
              type="button"
              className="button"
              onClick={() => {
                setDraft(NO_DRAFT);
                save.reset();
              }}
            >
              {text.discard}
            </button>
          )}
          <output className="block text-[13px] text-ink-2">
            {dirty ? text.pending(added, removed) : text.how}
          </output>
        </div>
      </div>
    </Panel>
  );
}
