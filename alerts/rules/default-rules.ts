import type { NegativeSurgeRule } from './negative-surge-rule.js';

const COMMON = {
  version: '1',
  windowHours: 24,
  baselineDays: 28,
  fadeDays: 14,
  minHistoryDays: 7,
  priorDays: 3,
  pendingMinutes: 0,
} as const;

/** The rules of a fresh installation. How their numbers were found is in the README of `alerts`. */
export const DEFAULT_RULES: readonly NegativeSurgeRule[] = [
  {
    ...COMMON,
    id: 'market-negative-surge',
    series: 'market',
    minDocuments: 10,
    minNegative: 5,
    priorNegative: 5,
    dispersion: 0.04,
    shareWeight: 2.5,
    excessUnit: 10,
    holdHours: 48,
    pendingAt: 2.3,
    fireAt: 2.6,
    clearAt: 1.6,
    severity: { high: 3.6, critical: 4.6 },
  },
  {
    ...COMMON,
    id: 'instrument-negative-surge',
    series: 'instruments',
    minDocuments: 3,
    minNegative: 1.5,
    priorNegative: 0.5,
    dispersion: 0.3,
    shareWeight: 0.3,
    excessUnit: 1,
    holdHours: 72,
    pendingAt: 4.25,
    fireAt: 4.75,
    clearAt: 2,
    severity: { high: 5.75, critical: 7.25 },
  },
];
