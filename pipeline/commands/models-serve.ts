import { loadClassifier, NO_OBSERVER } from '../../models/load-classifier.js';
import { serveClassifier } from '../../models/remote/serve-classifier.js';
import { modelOptions } from '../app/understanding.js';
import { noPositionals } from './arguments.js';
import type { Command } from './command.js';
import { CONFIG_OPTIONS, configFrom } from './open-config.js';

export const modelsServeCommand: Command = {
  name: 'models serve',
  summary:
    'Runs the configured model for other machines, such as on a host with a graphics processor, until it is stopped. Nothing is stored.',
  usage: '[--config FILE]',
  options: { config: CONFIG_OPTIONS.config },
  examples: ['bellwether models serve --config gpu.yaml'],
  async run(args, io) {
    noPositionals(args, 'models serve');
    const { models } = await configFrom(args, io, { sources: [] });
    const classifier = await loadClassifier({
      ...modelOptions(models),
      // This machine is the one that the others ask.
      remote: null,
      observer: {
        ...NO_OBSERVER,
        device: ({ used, reason }) => {
          io.words(`The model runs on ${used}${reason === null ? '.' : `: ${reason}`}`);
        },
        restarted: (reason, message) => {
          io.words(`A thread of the encoder was started again (${reason}): ${message}`);
        },
        startFailed: (problem) => {
          io.words(
            problem === null
              ? 'A thread of the encoder that could not be started serves again.'
              : `A thread of the encoder cannot be started; it is tried again: ${problem}`,
          );
        },
      },
    });
    try {
      const { host, port, token } = models.serve;
      const server = await serveClassifier(classifier, { host, port, token: token?.reveal() ?? null });
      const { name, version, sha256 } = classifier.model;
      io.words(`${name} ${version} (${sha256}) on ${server.address}`);
      await new Promise<void>((resolve) => {
        io.signal.addEventListener('abort', () => {
          resolve();
        });
        if (io.signal.aborted) resolve();
      });
      await server.close();
    } finally {
      await classifier.close();
    }
    return 0;
  },
};
