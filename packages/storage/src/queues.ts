import { z } from 'zod';

/** The names and payloads of BullMQ queues: both sides import them from here. */
export const ANALYSIS_QUEUE = 'analysis';

/** Analyses every experiment of every environment up to now. */
export const ANALYSE_ALL_JOB = 'analyse-all';
export const analyseAllSchema = z.strictObject({});
export type AnalyseAll = z.infer<typeof analyseAllSchema>;
