/** Which side of the house a line speaks for: a release needs all four. */
export type ReleaseSide = 'data' | 'algorithm' | 'engineering' | 'business';

/** A line of the release list; `problem` is null where it holds. */
export interface ReleaseLine {
  readonly side: ReleaseSide;
  readonly line: string;
  readonly problem: string | null;
}

/** What a checkout holds of one artefact. */
export interface ArtefactFiles {
  readonly name: string;
  /** The text of `model.json`. */
  readonly manifest: string;
  /** Null where there is no such file. */
  readonly card: string | null;
  readonly notice: string | null;
  /** SHA-256 in hex of every other file by its name. */
  readonly hashes: ReadonlyMap<string, string>;
}

export interface Checkout {
  readonly version: string;
  readonly lockVersion: string;
  readonly changelog: string;
  readonly figures: string;
  readonly decisions: string;
  readonly defaultModel: string;
  /** Sets that it was trained on, or one below it, and that may not be shipped; null where it does not say. */
  readonly unlicensed: readonly string[] | null;
  readonly artefacts: readonly ArtefactFiles[];
  readonly artefactBytes: number;
  /** Of the repository with its whole history; null where this is no checkout. */
  readonly historyBytes: number | null;
  /** Files that are changed and not committed; null where this is no checkout. */
  readonly uncommitted: number | null;
  /** Licences of the packages that the service runs with, as they state them, by name. */
  readonly licences: ReadonlyMap<string, string | null>;
}

const MAX_ARTEFACT_BYTES = 80e6;
const MAX_HISTORY_BYTES = 120e6;
const LICENCES =
  /^\(?(?:Apache-2\.0|MIT|MIT-0|ISC|0BSD|BSD-[23]-Clause|BlueOak-1\.0\.0)(?: (?:OR|AND) [\w.-]+)*\)?$/;
const DATED = /\b20\d\d-\d\d-\d\d\b/;

/** Everything that a release must hold and that a machine can tell from the checkout alone; figures are held by `evaluate --gate`. */
export function releaseList(checkout: Checkout): readonly ReleaseLine[] {
  const { artefacts, version } = checkout;
  return [
    line('data', 'the default model may be shipped', defaultProblem(checkout)),
    ...artefacts.flatMap(artefactLines),
    line(
      'algorithm',
      'models/README.md has dated figures of the default model',
      figuresProblem(checkout.figures, checkout.defaultModel),
    ),
    line('engineering', 'artefacts ≤ 80 MB', sizeProblem(checkout.artefactBytes, MAX_ARTEFACT_BYTES)),
    line('engineering', 'history ≤ 120 MB', sizeProblem(checkout.historyBytes, MAX_HISTORY_BYTES)),
    line(
      'engineering',
      'everything is committed',
      checkout.uncommitted === null
        ? 'this is no checkout'
        : checkout.uncommitted === 0
          ? null
          : `${checkout.uncommitted} files are not`,
    ),
    line(
      'engineering',
      'package and lock have one version',
      version === checkout.lockVersion ? null : `${version} and ${checkout.lockVersion}`,
    ),
    line('business', 'every package of the service may be shipped', licenceProblem(checkout.licences)),
    line(
      'business',
      'CHANGELOG.md has the version with its day',
      changelogProblem(checkout.changelog, version),
    ),
    line(
      'business',
      'README.md has numbered decisions',
      /^## Decisions/m.test(checkout.decisions) && /^\| D-\d{3} \|/m.test(checkout.decisions)
        ? null
        : 'it has no "## Decisions" with rows D-001 and on',
    ),
  ];
}

function line(side: ReleaseSide, text: string, problem: string | null): ReleaseLine {
  return { side, line: text, problem };
}

function defaultProblem({ artefacts, defaultModel, unlicensed }: Checkout): string | null {
  if (defaultModel !== 'lexicon' && artefacts.every(({ name }) => name !== defaultModel))
    return `${defaultModel} has no artefact here`;
  if (unlicensed === null) return `${defaultModel} does not say what it was trained on`;
  return unlicensed.length === 0 ? null : `${defaultModel} was trained on ${unlicensed.join(', ')}`;
}

function artefactLines(artefact: ArtefactFiles): readonly ReleaseLine[] {
  const { name, card } = artefact;
  const { version } = manifestOf(artefact);
  const stated = typeof version === 'string' ? version : '';
  return [
    line('data', `${name}: NOTICE names the sets it was trained on`, noticeProblem(artefact)),
    line('engineering', `${name}: the files are those that model.json states`, hashProblem(artefact)),
    line(
      'algorithm',
      `${name}: MODEL_CARD.md is that of this version`,
      card === null
        ? 'there is none'
        : stated !== '' && card.includes(stated)
          ? null
          : `it does not name ${stated === '' ? 'a version' : stated}`,
    ),
  ];
}

function manifestOf({ manifest }: ArtefactFiles): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(manifest);
    return isRecord(json) ? json : {};
  } catch {
    // It states nothing then, and the lines say so.
    return {};
  }
}

function noticeProblem(artefact: ArtefactFiles): string | null {
  const { notice } = artefact;
  if (notice === null) return 'there is none';
  const { training, trainedOn } = manifestOf(artefact);
  const listed: unknown = isRecord(training) ? training['sets'] : trainedOn;
  const keys = (Array.isArray(listed) ? listed : []).map((set: unknown) =>
    isRecord(set) ? set['key'] : set,
  );
  if (keys.length === 0) return 'model.json names no sets';
  const missing = keys.filter((key) => typeof key === 'string' && key !== 'own' && !notice.includes(key));
  return missing.length === 0 ? null : `${missing.join(', ')} are not in it`;
}

/** An encoder states all files, an n-gram model its weights. */
function hashProblem(artefact: ArtefactFiles): string | null {
  const { files, weights } = manifestOf(artefact);
  const stated: readonly (readonly [string, unknown])[] = isRecord(files)
    ? Object.entries(files)
    : isRecord(weights)
      ? [['weights.bin', weights['sha256']]]
      : [];
  if (stated.length === 0) return 'model.json states no hash';
  const wrong = stated.filter(([file, sha256]) => artefact.hashes.get(file) !== sha256).map(([file]) => file);
  const known = new Set(stated.map(([file]) => file));
  const strange = [...artefact.hashes.keys()].filter((file) => !known.has(file));
  if (wrong.length > 0) return `${wrong.join(', ')}: missing or with another hash`;
  return strange.length > 0 ? `${strange.join(', ')}: not stated` : null;
}

function figuresProblem(text: string, model: string): string | null {
  const section = /^## Figures[^]*?(?=^## )/m.exec(`${text}\n## `)?.[0] ?? '';
  if (section === '') return 'it has no section "Figures"';
  if (!DATED.test(section)) return 'they have no day';
  return new RegExp(`\\|[^\\n]*\\b${model}\\b`).test(section) ? null : `no table names ${model}`;
}

function sizeProblem(bytes: number | null, most: number): string | null {
  if (bytes === null) return 'this is no checkout';
  return bytes <= most ? null : `${(bytes / 1e6).toFixed(1)} MB`;
}

function licenceProblem(licences: Checkout['licences']): string | null {
  const others = [...licences].filter(([, licence]) => licence === null || !LICENCES.test(licence));
  if (others.length === 0) return null;
  return others.map(([name, licence]) => `${name}: ${licence ?? 'not installed, or states none'}`).join('; ');
}

function changelogProblem(text: string, version: string): string | null {
  const heading = text.split('\n').find((each) => each.startsWith(`## ${version}`));
  if (heading === undefined) return `no section "## ${version}"`;
  return DATED.test(heading) ? null : `"${heading.slice(3)}" has no day`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
