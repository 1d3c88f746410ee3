import type { Flag, Stage } from '../api/types.ts';

/** The stages of the default path, in order, as people say them. */
export const STAGE_PATH: readonly Stage[] = ['disabled', 'internal', 'beta_10', 'beta_25', 'beta_50', 'ga'];

const NAMES: Readonly<Record<Stage, string>> = {
  disabled: 'Off',
  internal: 'Internal',
  beta_10: '10%',
  beta_25: '25%',
  beta_50: '50%',
  ga: 'Everyone',
};

export function stageName(stage: Stage): string {
  return NAMES[stage] ?? stage;
}

/** The name inside a sentence: "Move to everyone". */
export function stagePhrase(stage: Stage): string {
  return stageName(stage).toLowerCase();
}

export function listCounts(flag: Flag): { always: number; never: number } {
  const { allow, block } = flag.lists;
  return {
    always: allow.tenants.length + allow.users.length,
    never: block.tenants.length + block.users.length,
  };
}
