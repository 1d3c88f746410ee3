/** The views of the experiments list, as they stand in the address. */
export const EXPERIMENT_FILTERS = ['all', 'decide', 'running', 'live'] as const;
export type ExperimentFilter = (typeof EXPERIMENT_FILTERS)[number];
