import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { licenceOf } from '../../../models/evaluation/release/check-training.js';
import { readTrainingRecord } from '../../../models/evaluation/release/training-record.js';
import { BellwetherError, ConfigError } from '../../core/errors.js';
import { packageRoot } from '../package-root.js';
import type { ArtefactFiles, Checkout } from './release-list.js';

const GIT_MS = 30_000;
const BESIDE = ['model.json', 'MODEL_CARD.md', 'NOTICE'];

/** Reads what the release list looks at. Rejects with ConfigError `no_checkout` where a file of the package is missing. */
export async function readCheckout(defaultModel: string): Promise<Checkout> {
  const root = fileURLToPath(packageRoot());
  const text = (path: string) =>
    readFile(join(root, path), 'utf8').catch((cause: unknown) => {
      throw new ConfigError(
        'no_checkout',
        `${join(root, path)} cannot be read: run this in a checkout of the sources.`,
        {
          cause,
        },
      );
    });
  const folder = join(root, 'models/artifacts');
  const own = toPackage(await text('package.json'));
  return {
    version: own.version ?? '',
    lockVersion: toPackage(await text('package-lock.json')).version ?? '',
    changelog: await text('CHANGELOG.md'),
    figures: await text('models/README.md'),
    decisions: await text('README.md'),
    defaultModel,
    unlicensed: await unlicensedSets(folder, defaultModel),
    ...(await readArtefacts(folder)),
    historyBytes: await historyBytes(root),
    uncommitted: await uncommittedFiles(root),
    licences: new Map(
      await Promise.all(own.dependencies.map(async (name) => [name, await licenceIn(root, name)] as const)),
    ),
  };
}

interface PackageFile {
  readonly version: string | null;
  readonly licence: string | null;
  readonly dependencies: readonly string[];
}

function toPackage(text: string): PackageFile {
  const json = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const string = (value: unknown) => (typeof value === 'string' ? value : null);
  const { dependencies } = json;
  return {
    version: string(json['version']),
    licence: string(json['license']),
    dependencies: typeof dependencies === 'object' && dependencies !== null ? Object.keys(dependencies) : [],
  };
}

async function licenceIn(root: string, name: string): Promise<string | null> {
  const text = await readOrNull(join(root, 'node_modules', name, 'package.json'));
  return text === null ? null : toPackage(text).licence;
}

async function unlicensedSets(folder: string, model: string): Promise<readonly string[] | null> {
  try {
    const { sets } = await readTrainingRecord(folder, model);
    return sets.filter((key) => licenceOf(key)?.shippable !== true);
  } catch (error) {
    if (!(error instanceof BellwetherError)) throw error;
    return null;
  }
}

async function readArtefacts(folder: string): Promise<Pick<Checkout, 'artefacts' | 'artefactBytes'>> {
  const artefacts: ArtefactFiles[] = [];
  let artefactBytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const own = join(folder, entry.name);
    const hashes = new Map<string, string>();
    for (const file of await readdir(own)) {
      artefactBytes += (await stat(join(own, file))).size;
      if (!BESIDE.includes(file))
        hashes.set(
          file,
          createHash('sha256')
            .update(await readFile(join(own, file)))
            .digest('hex'),
        );
    }
    // The profile of the domain is no model: it has no card, and its hash is checked whenever it is loaded.
    if (hashes.has('profile.json')) continue;
    artefacts.push({
      name: entry.name,
      manifest: (await readOrNull(join(own, 'model.json'))) ?? '{}',
      card: await readOrNull(join(own, 'MODEL_CARD.md')),
      notice: await readOrNull(join(own, 'NOTICE')),
      hashes,
    });
  }
  return { artefacts, artefactBytes };
}

function readOrNull(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

async function git(root: string, ...args: readonly string[]): Promise<string | null> {
  return promisify(execFile)('git', args, { cwd: root, timeout: GIT_MS }).then(
    ({ stdout }) => stdout,
    () => null,
  );
}

/** Packed and loose objects; git counts in KiB. */
async function historyBytes(root: string): Promise<number | null> {
  const counted = await git(root, 'count-objects', '-v');
  if (counted === null) return null;
  const kib = ['size', 'size-pack'].map((name) =>
    Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(counted)?.[1] ?? 0),
  );
  return 1_024 * kib.reduce((sum, each) => sum + each, 0);
}

async function uncommittedFiles(root: string): Promise<number | null> {
  const status = await git(root, 'status', '--porcelain');
  return status === null ? null : status.split('\n').filter((each) => each !== '').length;
}
