import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState, type FormEvent } from 'react';
import { useTRPC } from '../api/client.ts';
import { problemOf } from '../api/errors.ts';
import type { Flag, Stage, Verdict } from '../api/types.ts';
import { useShowFlag } from '../api/use-flag-changes.ts';
import { copy } from '../copy.ts';
import { STAGE_PATH, stageName, stagePhrase } from '../format/flag.ts';
import { useEnvironment } from '../layout/use-system.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Notice } from '../ui/notice.tsx';
import { useToast } from '../ui/toast.tsx';

const text = copy.flag.stage;

interface MoveDialogProps {
  readonly flag: Flag;
  readonly to: Stage;
  readonly verdict: Verdict | null;
  readonly onClose: () => void;
}

/** Says what will happen, to whom and how fast, before a flag is moved. */
export function MoveDialog({ flag, to, verdict, onClose }: MoveDialogProps) {
  const environment = useEnvironment();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const show = useShowFlag(environment);
  const toast = useToast();
  const [reason, setReason] = useState('');
  const reasonId = useId();

  const move = useMutation(
    trpc.rollouts.setStage.mutationOptions({
      onSuccess: (saved) => {
        show(saved);
        toast({ text: text.done(saved.name, stagePhrase(saved.stage)), tone: 'positive' });
        onClose();
      },
      onError: () => void queryClient.invalidateQueries(trpc.flags.pathFilter()),
    }),
  );
  const problem = move.error === null ? null : problemOf(move.error);
  const from = flag.stage;
  const up = STAGE_PATH.indexOf(to) > STAGE_PATH.indexOf(from);
  const against = up && flag.share > 0 && verdict !== null && AGAINST.has(verdict.state);
  const blocked = up && flag.share > 0 && verdict?.state === 'stale';

  const submit = (event: FormEvent) => {
    event.preventDefault();
    move.mutate({
      environment,
      flag: flag.key,
      stage: to,
      expectedVersion: flag.version,
      ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
    });
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title={
        to === 'disabled'
          ? text.rollBackTitle(flag.name)
          : text.confirmTitle(flag.name, stagePhrase(from), stagePhrase(to))
      }
      lead={consequence(from, to)}
    >
      <form className="mt-4 grid gap-4" onSubmit={submit}>
        {(against || blocked) && verdict !== null && (
          <Notice tone="warning" title={text.against(verdict.label, verdict.sentence)}>
            {blocked ? copy.state.staleNext : undefined}
          </Notice>
        )}
        {problem !== null && (
          <Notice
            tone="negative"
            title={
              problem.kind === 'conflict'
                ? copy.flags.conflict(flag.name)
                : copy.flags.failed(flag.name, problem.message)
            }
            announce
          />
        )}
        <div className="grid gap-1.5">
          <label htmlFor={reasonId} className="text-[13px] font-medium">
            {text.reason}{' '}
            {!against && <span className="font-normal text-ink-3">({text.reasonHint.toLowerCase()})</span>}
          </label>
          <input
            id={reasonId}
            className="field"
            value={reason}
            required={against}
            maxLength={500}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
        <div className="flex flex-wrap justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {text.keep}
          </button>
          <button
            type="submit"
            className={to === 'disabled' ? 'button button-danger' : 'button button-primary'}
            disabled={move.isPending || blocked || from === to || (against && reason.trim() === '')}
          >
            {to === 'disabled'
              ? text.confirmRollBack
              : against
                ? text.confirmOverride(stagePhrase(to))
                : text.confirmMove(stagePhrase(to))}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Going on although one of these was said is an override and needs a reason. */
const AGAINST: ReadonlySet<string> = new Set([
  'guardrail_broken',
  'harm',
  'split_wrong',
  'hold',
  'learning',
  'early',
]);

function consequence(from: Stage, to: Stage): string {
  if (to === 'disabled') return text.consequence.off;
  if (to === 'internal') return STAGE_PATH.indexOf(from) > 1 ? text.consequence.internal : text.now.internal;
  if (to === 'ga') return text.consequence.everyone;
  const up = STAGE_PATH.indexOf(to) > STAGE_PATH.indexOf(from);
  const before =
    STAGE_PATH.indexOf(from) < 2 ? 'nobody' : stageName(from) === 'Everyone' ? '100%' : stageName(from);
  return up ? text.consequence.up(before, stageName(to)) : text.consequence.down(before, stageName(to));
}
