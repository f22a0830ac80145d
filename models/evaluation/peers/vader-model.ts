import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

import { UnavailableError } from '../../../pipeline/core/errors.js';
import { SENTIMENT_LABELS, type SentimentLabel } from '../../../pipeline/core/taxonomy.js';
import { toSentiment } from '../../to-sentiment.js';
import type { TextModel } from '../text-model.js';

export interface VaderOptions {
  /** The Python that has vaderSentiment, such as `python3`. */
  readonly python: string;
  /** Path of `vader.py`. */
  readonly script: string;
}

/**
 * VADER (Hutto and Gilbert 2014) as a peer. It claims no probability: the label gets 1, so that calibration says nothing of it.
 *
 * `classify` starts one Python for each batch, and rejects with UnavailableError `vader_missing` where Python or vaderSentiment is not there.
 */
export function createVaderModel({ python, script }: VaderOptions): TextModel {
  return {
    model: { name: 'vader', version: 'PyPI', sha256: '' },
    async classify(inputs) {
      const lines = inputs.map((input) => JSON.stringify({ text: input.text.toWellFormed() }));
      const answers = await ask(python, script, `${lines.join('\n')}\n`);
      const labels = answers.trim().split('\n').map(labelOf);
      return inputs.map((_, index) => ({
        sentiment: certain(labels[index] ?? 'neutral'),
        topics: [{ topic: 'other', probability: 1 }],
        flags: [],
      }));
    },
  };
}

async function ask(python: string, script: string, input: string): Promise<string> {
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((end, fail) => {
    child.once('error', fail);
    child.once('close', end);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code, out, words] = await Promise.all([ended, text(child.stdout), text(child.stderr)]).catch(
    (cause: unknown) => {
      throw missing(python, String(cause), cause);
    },
  );
  if (code !== 0) throw missing(python, words.trim().split('\n').at(-1) ?? '');
  return out;
}

function missing(python: string, reason: string, cause?: unknown): UnavailableError {
  return new UnavailableError(
    'vader_missing',
    `${python} cannot run VADER (${reason.slice(0, 200)}). Install it with "pip install vaderSentiment" and name that Python with --python.`,
    { cause },
  );
}

function labelOf(line: string): SentimentLabel {
  const { label } = JSON.parse(line) as { label?: unknown };
  return SENTIMENT_LABELS.find((each) => each === label) ?? 'neutral';
}

function certain(label: SentimentLabel): ReturnType<typeof toSentiment> {
  return toSentiment([
    Number(label === 'negative'),
    Number(label === 'neutral'),
    Number(label === 'positive'),
  ]);
}
