import { useQuery } from '@tanstack/react-query';
import { RotateCcw, ArrowRight } from 'lucide-react';
import { Suspense, lazy, useState } from 'react';
import { useTRPC } from '../api/client.ts';
import type { Flag, Stage } from '../api/types.ts';
import { copy } from '../copy.ts';
import { STAGE_PATH, stageName, stagePhrase } from '../format/flag.ts';
import { percent } from '../format/number.ts';
import { useEnvironment, useMayEdit } from '../layout/use-system.ts';
import { Hint } from '../ui/hint.tsx';
import { Panel } from '../ui/panel.tsx';

const MoveDialog = lazy(() => import('./move-dialog.tsx').then((module) => ({ default: module.MoveDialog })));
const text = copy.flag.stage;

/** The path from nobody to everyone, and where the flag stands on it. */
export function FlagStage({ flag }: { flag: Flag }) {
  const environment = useEnvironment();
  const trpc = useTRPC();
  const mayEdit = useMayEdit();
  const [target, setTarget] = useState<Stage | null>(null);
  // A flag without an experiment has no verdict; that is no failure of this page.
  const { data } = useQuery({
    ...trpc.experiments.get.queryOptions({ environment, flag: flag.key }),
    retry: false,
  });
  const verdict = data?.verdict ?? null;
  const reached = STAGE_PATH.indexOf(flag.stage);
  const next = STAGE_PATH[reached + 1];

  return (
    <Panel title={text.title}>
      <p className="max-w-[70ch] text-ink-2">
        {text.now[flag.stage]} {flag.holdback > 0 && text.holdback(percent(flag.holdback))}
      </p>
      <ol className="relative mt-5 grid grid-cols-6">
        {STAGE_PATH.map((stage, index) => (
          <li key={stage} className="relative">
            {index > 0 && (
              <span
                aria-hidden="true"
                className={`absolute top-[10px] right-1/2 left-[-50%] h-[3px] ${index <= reached ? 'bg-accent' : 'bg-line-2'}`}
              />
            )}
            <button
              type="button"
              disabled={!mayEdit || stage === flag.stage}
              aria-current={stage === flag.stage ? 'step' : undefined}
              aria-label={
                stage === flag.stage ? `${stageName(stage)}, ${text.current}` : text.move(stagePhrase(stage))
              }
              className="group relative z-10 flex min-h-12 w-full flex-col items-center gap-1.5 rounded-control text-[13px] max-sm:text-[12px] disabled:cursor-default"
              onClick={() => setTarget(stage)}
            >
              <span
                className={`grid size-[23px] place-items-center rounded-full border-[3px] border-surface ${index <= reached ? 'bg-accent' : 'bg-line-2 group-enabled:group-hover:bg-neutral'}`}
              >
                {index === reached && <span className="size-[7px] rounded-full bg-surface" />}
              </span>
              <span
                className={
                  stage === flag.stage ? 'font-semibold' : 'text-ink-2 group-enabled:group-hover:text-ink'
                }
              >
                {stageName(stage)}
              </span>
            </button>
          </li>
        ))}
      </ol>
      <div className="mt-4 flex flex-wrap gap-2 border-t border-line pt-4">
        {next !== undefined && (
          <Hint text={mayEdit ? null : copy.permission.hint}>
            <button
              type="button"
              className={verdict?.state === 'ready' ? 'button button-primary' : 'button'}
              disabled={!mayEdit}
              onClick={() => setTarget(next)}
            >
              <ArrowRight size={15} aria-hidden="true" />
              {text.move(stagePhrase(next))}
            </button>
          </Hint>
        )}
        {flag.stage !== 'disabled' && (
          <Hint text={mayEdit ? null : copy.permission.hint}>
            <button
              type="button"
              className="button button-danger"
              disabled={!mayEdit}
              onClick={() => setTarget('disabled')}
            >
              <RotateCcw size={15} aria-hidden="true" />
              {text.confirmRollBack}
            </button>
          </Hint>
        )}
      </div>
      {target !== null && (
        <Suspense fallback={null}>
          <MoveDialog flag={flag} to={target} verdict={verdict} onClose={() => setTarget(null)} />
        </Suspense>
      )}
    </Panel>
  );
}
