import { Counter, Gauge, type Registry } from 'prom-client';

/** What came of a document that a challenger might have read. */
export const SHADOW_RESULTS = ['agreed', 'differed', 'skipped', 'failed'] as const;
export type ShadowResult = (typeof SHADOW_RESULTS)[number];

/** Languages whose words are judged. */
export const FOREIGN_LANGUAGES = ['en', 'zh'] as const;
export type ForeignLanguage = (typeof FOREIGN_LANGUAGES)[number];

/** One look at a language, kind of source and measure of a day; labels come from closed lists. */
export interface DriftSample {
  readonly language: string;
  readonly kind: string;
  readonly measure: string;
  readonly psi: number;
  readonly drifted: boolean;
}

export interface ModelLifeMetrics {
  /** Stored documents whose words are not those of finance. */
  foreign(language: ForeignLanguage, documents: number): void;
  shadow(result: ShadowResult, documents: number): void;
  /** What was found of the last day; earlier findings are forgotten. */
  drift(samples: readonly DriftSample[]): void;
}

/** What is watched of a model beside its work: what it abstains on, a challenger, and drift. */
export function createModelLifeMetrics(registry: Registry): ModelLifeMetrics {
  const registers = [registry];
  const shadow = new Counter({
    name: 'bellwether_shadow_documents_total',
    help: 'Documents of the share that a challenger reads, by what came of it.',
    labelNames: ['result'],
    registers,
  });
  const labelNames = ['language', 'kind', 'measure'] as const;
  const stability = new Gauge({
    name: 'bellwether_drift_index',
    help: 'Population stability index of the last day against the first days of the model.',
    labelNames,
    registers,
  });
  const drifted = new Gauge({
    name: 'bellwether_drift_alarm',
    help: '1 while three days in a row differ from the first days of the model by more than chance.',
    labelNames,
    registers,
  });
  const foreign = new Counter({
    name: 'bellwether_foreign_documents_total',
    help: 'Stored documents whose words are not those of finance.',
    labelNames: ['language'],
    registers,
  });
  for (const language of FOREIGN_LANGUAGES) foreign.inc({ language }, 0);
  for (const result of SHADOW_RESULTS) shadow.inc({ result }, 0);
  return {
    foreign: (language, documents) => {
      foreign.inc({ language }, documents);
    },
    shadow: (result, documents) => {
      shadow.inc({ result }, documents);
    },
    drift(samples) {
      stability.reset();
      drifted.reset();
      for (const { psi, drifted: is, ...labels } of samples) {
        stability.set(labels, psi);
        drifted.set(labels, is ? 1 : 0);
      }
    },
  };
}
