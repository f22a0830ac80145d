import { parseCredibility } from '../../pipeline/core/credibility.js';
import {
  SOURCE_KINDS,
  USUAL_CREDIBILITY,
  type SourceInfo,
  type SourceKind,
} from '../../pipeline/core/document.js';
import { cleanLine } from './clean-text.js';
import { invalid, oneOf, optionalText, ownField, requireObject, requiredText } from './fields.js';

/** Flat rows carry only a word for their source; these are networks of posts, everything else is news. */
const SOCIAL_SLUG = /^(twitter|reddit|stocktwits|weibo|xueqiu|guba)(\W|$)/i;

const MAX_SOURCE_CHARS = 200;

/** Returns the source of a document: an object of the contract, or the slug of a flat row; gaps are filled from `defaults`. */
export function parseSource(value: unknown, defaults: Partial<SourceInfo>): SourceInfo {
  if (typeof value === 'string') return sourceOfSlug(value, defaults);
  if ((value === undefined || value === null) && defaults.id !== undefined)
    return fromFields({ id: defaults.id }, defaults);
  if (value === undefined || value === null) {
    throw invalid(
      'missing_field',
      'source',
      '"source" is missing. Send it, for example {"id":"fed-press","kind":"news","name":"Federal Reserve"}.',
    );
  }
  return fromFields(requireObject(value, 'source'), defaults);
}

function sourceOfSlug(slug: string, defaults: Partial<SourceInfo>): SourceInfo {
  const kind: SourceKind = SOCIAL_SLUG.test(cleanLine(slug)) ? 'social' : 'news';
  return fromFields({ id: slug }, { kind, ...defaults });
}

function fromFields(fields: Readonly<Record<string, unknown>>, defaults: Partial<SourceInfo>): SourceInfo {
  const id = requiredText(fields, 'id', {
    label: 'source.id',
    maxLength: MAX_SOURCE_CHARS,
    example: '"fed-press"',
  });
  const kind = oneOf(fields, 'kind', {
    label: 'source.kind',
    allowed: SOURCE_KINDS,
    fallback: defaults.kind ?? 'news',
  });
  const limits = { maxLength: MAX_SOURCE_CHARS };
  return {
    id,
    kind,
    name: optionalText(fields, 'name', { ...limits, label: 'source.name' }) ?? defaults.name ?? id,
    licence:
      optionalText(fields, 'licence', { ...limits, label: 'source.licence' }) ?? defaults.licence ?? null,
    credibility: credibilityOf(
      ownField(fields, 'credibility'),
      defaults.credibility ?? USUAL_CREDIBILITY[kind],
    ),
  };
}

function credibilityOf(value: unknown, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  const credibility = typeof value === 'number' ? parseCredibility(value) : null;
  if (credibility !== null) return credibility;
  throw invalid(
    'not_allowed',
    'source.credibility',
    '"source.credibility" must be a number from 0 to 1, or a rank 2, 3, 4 or 5 (best).',
  );
}
