import type { Stage } from '@liftgate/flags';
import type { MetricRole, NewMetric } from '@liftgate/rollout';
import type { Outcome } from './outcome.ts';

/**
 * The features of the demo, each with its metrics and their true effects. A feature is a flag with an experiment; its
 * **path** is how far it has been rolled out on which day of the history.
 */
export interface Feature {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly tags: readonly string[];
  readonly hypothesis: string;
  readonly path: readonly Step[];
  /** The share kept without it once everybody else has it. */
  readonly holdback: number;
  /** How many people come by in the three weeks. */
  readonly people: number;
  readonly metrics: readonly DemoMetric[];
  /** The share of its exposures that a bug in the application loses: the split is then wrong. */
  readonly lostExposures: number;
}

export interface Step {
  /** Day of the history, from 0. */
  readonly fromDay: number;
  readonly stage: Stage;
}

export interface DemoMetric extends Required<
  Pick<NewMetric, 'key' | 'name' | 'kind' | 'unit' | 'direction'>
> {
  readonly role: MetricRole;
  readonly outcome: Outcome;
  /** How long after the exposure it is measured, in hours: 0 to this. */
  readonly withinHours: number;
}

export const DAYS = 21;

const usualPath: readonly Step[] = [
  { fromDay: 0, stage: 'beta_10' },
  { fromDay: 7, stage: 'beta_25' },
  { fromDay: 14, stage: 'beta_50' },
];

export const features: readonly Feature[] = [
  {
    key: 'realtime_intelligence',
    name: 'Real-time intelligence',
    description:
      'Tells the agent who the lead is, what they want and what to answer, while they are still on the page.',
    owner: 'Leads',
    tags: ['leads', 'ai'],
    hypothesis: 'Agents who know at once whom they answer reply sooner, and more leads become appointments.',
    path: usualPath,
    holdback: 0,
    people: 2_800,
    lostExposures: 0,
    metrics: [
      {
        key: 'time_to_first_reply',
        name: 'Time to first reply',
        kind: 'mean',
        unit: 'seconds',
        direction: 'down',
        role: 'goal',
        outcome: { kind: 'amount', mean: 888, spread: 0.9, effect: -0.38 },
        withinHours: 2,
      },
      {
        key: 'lead_to_appointment',
        name: 'Lead to appointment',
        kind: 'proportion',
        unit: 'percent',
        direction: 'up',
        role: 'secondary',
        outcome: { kind: 'happens', rate: 0.119, effect: 0.24 },
        withinHours: 48,
      },
      {
        key: 'agent_hours_per_lead',
        name: 'Agent hours per lead',
        kind: 'mean',
        unit: 'hours',
        direction: 'down',
        role: 'secondary',
        outcome: { kind: 'amount', mean: 0.71, spread: 0.8, effect: -0.01 },
        withinHours: 24,
      },
      {
        key: 'lead_page_errors',
        name: 'Error rate of the lead page',
        kind: 'proportion',
        unit: 'percent',
        direction: 'down',
        role: 'guardrail',
        outcome: { kind: 'happens', rate: 0.0215, effect: 0.02 },
        withinHours: 1,
      },
      {
        key: 'lead_page_latency',
        name: 'Latency of the lead page',
        kind: 'mean',
        unit: 'milliseconds',
        direction: 'down',
        role: 'guardrail',
        outcome: { kind: 'amount', mean: 212, spread: 0.4, effect: 0.005 },
        withinHours: 1,
      },
    ],
  },
  {
    key: 'property_intelligence',
    name: 'Property intelligence',
    description: 'Suggests homes by what a buyer looked at and skipped, not only by what they typed.',
    owner: 'Search',
    tags: ['search', 'ai'],
    hypothesis: 'Better suggestions make buyers happier with the service.',
    path: usualPath,
    holdback: 0,
    people: 2_400,
    lostExposures: 0,
    metrics: [
      {
        key: 'buyer_satisfaction',
        name: 'Satisfaction',
        kind: 'mean',
        unit: 'percent',
        direction: 'up',
        role: 'goal',
        outcome: { kind: 'share', mean: 0.88, spread: 0.14, effect: 0.004 },
        withinHours: 24,
      },
      {
        key: 'homes_viewed',
        name: 'Homes viewed',
        kind: 'count',
        unit: 'number',
        direction: 'up',
        role: 'secondary',
        outcome: { kind: 'happens', rate: 0.31, effect: 0.03 },
        withinHours: 72,
      },
    ],
  },
  {
    key: 'churn_prevention',
    name: 'Churn prevention',
    description: 'Notices an account that is about to leave and proposes what to offer it.',
    owner: 'Accounts',
    tags: ['accounts', 'ai'],
    hypothesis: 'An offer at the right moment keeps accounts that would leave.',
    // Half of everybody from the first day on: a careless start, and the split check finds what it hides.
    path: [{ fromDay: 0, stage: 'beta_50' }],
    holdback: 0,
    people: 4_000,
    lostExposures: 0.27,
    metrics: [
      {
        key: 'account_churned',
        name: 'Churned accounts',
        kind: 'proportion',
        unit: 'percent',
        direction: 'down',
        role: 'goal',
        outcome: { kind: 'happens', rate: 0.35, effect: -0.2 },
        withinHours: 96,
      },
      {
        key: 'discount_given',
        name: 'Discount given',
        kind: 'sum',
        unit: 'usd',
        direction: 'down',
        role: 'guardrail',
        outcome: { kind: 'amount', mean: 14, spread: 1.1, effect: 0.02 },
        withinHours: 48,
      },
    ],
  },
  {
    key: 'ai_coaching',
    name: 'AI coaching',
    description: 'Listens to practice calls and tells new agents what to try next time.',
    owner: 'Training',
    tags: ['training', 'ai'],
    hypothesis: 'New agents need fewer hours of training until they work alone.',
    path: [...usualPath.slice(0, 2), { fromDay: 10, stage: 'beta_50' }, { fromDay: 15, stage: 'ga' }],
    holdback: 0.05,
    people: 1_200,
    lostExposures: 0,
    metrics: [
      {
        key: 'training_hours',
        name: 'Training per agent',
        kind: 'mean',
        unit: 'hours',
        direction: 'down',
        role: 'goal',
        outcome: { kind: 'amount', mean: 40, spread: 0.35, effect: -0.43 },
        withinHours: 72,
      },
      {
        key: 'productivity_score',
        name: 'Productivity',
        kind: 'mean',
        unit: 'number',
        direction: 'up',
        role: 'secondary',
        outcome: { kind: 'amount', mean: 70, spread: 0.2, effect: 0.17 },
        withinHours: 96,
      },
      {
        key: 'agent_quit',
        name: 'Agents who quit',
        kind: 'proportion',
        unit: 'percent',
        direction: 'down',
        role: 'guardrail',
        outcome: { kind: 'happens', rate: 0.04, effect: 0 },
        withinHours: 96,
      },
    ],
  },
  {
    key: 'smart_follow_up_texts',
    name: 'Smart follow-up texts',
    description: 'Writes a follow-up to leads that went quiet and sends it at the hour they usually read.',
    owner: 'Leads',
    tags: ['leads', 'messages'],
    hypothesis: 'More leads answer when the follow-up fits them.',
    path: usualPath,
    holdback: 0,
    people: 4_600,
    lostExposures: 0,
    metrics: [
      {
        key: 'lead_replied',
        name: 'Leads who reply',
        kind: 'proportion',
        unit: 'percent',
        direction: 'up',
        role: 'goal',
        outcome: { kind: 'happens', rate: 0.22, effect: 0.2 },
        withinHours: 24,
      },
      {
        key: 'opted_out',
        name: 'Opt-outs',
        kind: 'proportion',
        unit: 'percent',
        direction: 'down',
        role: 'guardrail',
        outcome: { kind: 'happens', rate: 0.06, effect: 0.62 },
        withinHours: 12,
      },
    ],
  },
  {
    key: 'quiet_hours',
    name: 'Quiet hours',
    description: 'Holds messages back while the reader is probably asleep.',
    owner: 'Leads',
    tags: ['messages'],
    hypothesis: 'Fewer people mute us when messages come at a good hour.',
    path: [{ fromDay: 20.5, stage: 'beta_10' }],
    holdback: 0,
    people: 90,
    lostExposures: 0,
    metrics: [
      {
        key: 'muted',
        name: 'People who mute us',
        kind: 'proportion',
        unit: 'percent',
        direction: 'down',
        role: 'goal',
        outcome: { kind: 'happens', rate: 0.12, effect: -0.15 },
        withinHours: 12,
      },
    ],
  },
];
