import type { Flag } from '@liftgate/flags';
import type { MetricResult } from '@liftgate/rollout';

/** What the fixtures are made from: one feature per verdict, with numbers that hang together. */
export interface ArmRecipe {
  readonly variant: string;
  readonly n: number;
}
export interface MetricRecipe {
  readonly metric: string;
  readonly name: string;
  readonly unit: MetricResult['unit'];
  readonly kind?: MetricResult['kind'];
  readonly direction?: MetricResult['direction'];
  readonly role: MetricResult['role'];
  readonly sd?: number;
  /** One mean per arm, the control's first. */
  readonly means: readonly number[];
  readonly notEnough?: boolean;
}
export interface Recipe {
  readonly key: string;
  readonly name: string;
  readonly owner: string;
  readonly stage: Flag['stage'];
  readonly days: number;
  readonly arms: readonly ArmRecipe[];
  readonly metrics: readonly MetricRecipe[];
  readonly split?: 'mismatch';
  readonly lists?: Flag['lists'];
  readonly quarantined?: number;
  readonly hypothesis?: string;
  readonly minutesOld?: number;
  readonly holdback?: number;
}

const errorRate = (means: readonly number[]): MetricRecipe => ({
  metric: 'error_rate',
  name: 'Error rate',
  unit: 'percent',
  kind: 'proportion',
  direction: 'down',
  role: 'guardrail',
  means,
});
const latency = (means: readonly number[]): MetricRecipe => ({
  metric: 'latency',
  name: 'Page latency',
  unit: 'milliseconds',
  direction: 'down',
  role: 'guardrail',
  sd: 180,
  means,
});

export const recipes: readonly Recipe[] = [
  {
    key: 'realtime_intelligence',
    name: 'Real-time intelligence',
    owner: 'Lead response',
    stage: 'beta_50',
    days: 21,
    hypothesis:
      'Agents who see live signals answer a new lead sooner, and sooner answers win more appointments.',
    arms: [
      { variant: 'control', n: 10_442 },
      { variant: 'treatment', n: 10_391 },
    ],
    metrics: [
      {
        metric: 'first_reply',
        name: 'Time to first reply',
        unit: 'seconds',
        direction: 'down',
        role: 'goal',
        sd: 1240,
        means: [888, 551],
      },
      {
        metric: 'appointments',
        name: 'Lead to appointment',
        unit: 'percent',
        kind: 'proportion',
        role: 'secondary',
        means: [0.119, 0.1312],
      },
      {
        metric: 'agent_hours',
        name: 'Agent hours per lead',
        unit: 'hours',
        direction: 'down',
        role: 'secondary',
        sd: 0.9,
        means: [0.71, 0.688],
      },
      errorRate([0.0342, 0.0346]),
      latency([212, 214.5]),
    ],
    lists: {
      allow: { tenants: ['acme-realty', 'northside-homes', 'harbour-estates'], users: [] },
      block: { tenants: ['legacy-brokers'], users: [] },
    },
  },
  {
    key: 'property_intelligence',
    name: 'Property intelligence',
    owner: 'Matching',
    stage: 'beta_25',
    days: 14,
    arms: [
      { variant: 'control', n: 2_904 },
      { variant: 'treatment', n: 2_871 },
    ],
    metrics: [
      {
        metric: 'satisfaction',
        name: 'Match satisfaction',
        unit: 'percent',
        kind: 'proportion',
        role: 'goal',
        means: [0.842, 0.889],
      },
      {
        metric: 'viewings',
        name: 'Viewings per buyer',
        unit: 'number',
        kind: 'count',
        role: 'secondary',
        sd: 2.4,
        means: [2.31, 2.42],
      },
      { ...errorRate([0.03, 0.03]), notEnough: true },
    ],
    lists: { allow: { tenants: ['acme-realty'], users: [] }, block: { tenants: [], users: [] } },
  },
  {
    key: 'churn_prevention',
    name: 'Churn prevention',
    owner: 'Retention',
    stage: 'beta_10',
    days: 13,
    split: 'mismatch',
    quarantined: 148,
    arms: [
      { variant: 'control', n: 2_290 },
      { variant: 'treatment', n: 1_971 },
    ],
    metrics: [
      {
        metric: 'churned',
        name: 'Churned in 30 days',
        unit: 'percent',
        kind: 'proportion',
        direction: 'down',
        role: 'goal',
        means: [0.35, 0.318],
      },
      latency([212, 219]),
    ],
    lists: {
      allow: { tenants: ['acme-realty'], users: [] },
      block: { tenants: ['legacy-brokers', 'do-not-touch'], users: [] },
    },
  },
  {
    key: 'ai_coaching',
    name: 'AI coaching',
    owner: 'Enablement',
    stage: 'ga',
    holdback: 0.05,
    days: 38,
    arms: [
      { variant: 'control', n: 612 },
      { variant: 'treatment', n: 11_580 },
    ],
    metrics: [
      {
        metric: 'training_hours',
        name: 'Training hours per agent',
        unit: 'hours',
        direction: 'down',
        role: 'goal',
        sd: 21,
        means: [39.6, 22.4],
      },
      {
        metric: 'productivity',
        name: 'Productivity score',
        unit: 'number',
        role: 'secondary',
        sd: 18,
        means: [70.2, 84.9],
      },
    ],
  },
  {
    key: 'smart_followup',
    name: 'Smart follow-up texts',
    owner: 'Retention',
    stage: 'beta_10',
    days: 4,
    arms: [
      { variant: 'control', n: 4_006 },
      { variant: 'treatment', n: 4_041 },
    ],
    metrics: [
      {
        metric: 'replies',
        name: 'Replies to a text',
        unit: 'percent',
        kind: 'proportion',
        role: 'goal',
        means: [0.182, 0.211],
      },
      {
        metric: 'opt_outs',
        name: 'Opt-outs',
        unit: 'percent',
        kind: 'proportion',
        direction: 'down',
        role: 'guardrail',
        means: [0.051, 0.074],
      },
    ],
  },
  {
    key: 'express_checkout',
    name: 'Express checkout',
    owner: 'Payments',
    stage: 'beta_25',
    days: 9,
    arms: [
      { variant: 'control', n: 8_120 },
      { variant: 'treatment', n: 8_204 },
    ],
    metrics: [
      {
        metric: 'conversion',
        name: 'Checkout conversion',
        unit: 'percent',
        kind: 'proportion',
        role: 'goal',
        means: [0.312, 0.279],
      },
      {
        metric: 'order_value',
        name: 'Order value',
        unit: 'usd',
        role: 'secondary',
        sd: 64,
        means: [82.4, 83.1],
      },
    ],
  },
  {
    key: 'spring_email',
    name: 'Spring e-mail',
    owner: 'Growth',
    stage: 'beta_50',
    days: 15,
    arms: [
      { variant: 'no e-mail', n: 21_306 },
      { variant: 'men’s e-mail', n: 21_307 },
      { variant: 'women’s e-mail', n: 21_387 },
    ],
    metrics: [
      { metric: 'spend', name: 'Spend', unit: 'usd', role: 'goal', sd: 15, means: [0.65, 1.42, 1.08] },
      {
        metric: 'visit',
        name: 'Visits',
        unit: 'percent',
        kind: 'proportion',
        role: 'secondary',
        means: [0.1062, 0.1828, 0.1514],
      },
    ],
  },
  {
    key: 'search_ranking',
    name: 'Search ranking',
    owner: 'Matching',
    stage: 'beta_50',
    days: 6,
    arms: [
      { variant: 'control', n: 3_118 },
      { variant: 'treatment', n: 3_154 },
    ],
    metrics: [
      {
        metric: 'clicks',
        name: 'Clicks per search',
        unit: 'number',
        kind: 'count',
        role: 'goal',
        sd: 1.9,
        means: [1.44, 1.482],
      },
      latency([188, 190]),
    ],
  },
  {
    key: 'onboarding_tour',
    name: 'Onboarding tour',
    owner: 'Growth',
    stage: 'beta_10',
    days: 1,
    arms: [
      { variant: 'control', n: 17 },
      { variant: 'treatment', n: 12 },
    ],
    metrics: [
      {
        metric: 'activated',
        name: 'Activated in a week',
        unit: 'percent',
        kind: 'proportion',
        role: 'goal',
        means: [0.4, 0.5],
        notEnough: true,
      },
    ],
  },
  {
    key: 'voice_summaries',
    name: 'Voice summaries',
    owner: 'Lead response',
    stage: 'beta_10',
    days: 1,
    arms: [],
    metrics: [],
  },
  {
    key: 'nightly_digest',
    name: 'Nightly digest',
    owner: 'Growth',
    stage: 'beta_25',
    days: 11,
    minutesOld: 14,
    arms: [
      { variant: 'control', n: 5_410 },
      { variant: 'treatment', n: 5_377 },
    ],
    metrics: [
      {
        metric: 'opens',
        name: 'Opens per week',
        unit: 'number',
        kind: 'count',
        role: 'goal',
        sd: 2.2,
        means: [1.9, 2.06],
      },
    ],
  },
];
