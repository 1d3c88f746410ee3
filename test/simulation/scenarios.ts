import type { Scenario } from './scenario.ts';
import { clusteredErrors } from './scenarios/clustered-errors.ts';
import { continuousLooking } from './scenarios/continuous-looking.ts';
import { delivery } from './scenarios/delivery.ts';
import { groupSequentialScenarios } from './scenarios/group-sequential.ts';
import { guardrailScenarios } from './scenarios/guardrails.ts';
import { ramp } from './scenarios/ramp.ts';
import { policyScenarios } from './scenarios/rollout-policy.ts';
import { splitScenarios } from './scenarios/split.ts';

/** In the order of the table. The position is part of each scenario's seed. */
export const scenarios: readonly Scenario[] = [
  continuousLooking,
  ...guardrailScenarios,
  clusteredErrors,
  ramp,
  ...splitScenarios,
  ...groupSequentialScenarios,
  ...policyScenarios,
  delivery,
];
