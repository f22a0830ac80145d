import { presetMapping } from '../../../ingest/mapping/presets/presets.js';
import { createPushSource } from '../../../ingest/sources/push/push.js';
import { createRefusalLog } from './refusal-log.js';
import { sourceInfoOf, type CreateSource } from './source-kit.js';

export const createPush: CreateSource<'push'> = (config, { clock, logger, privacy, push, onRejected }) => {
  const { id, language, preset, mapping, secrets, requestsPerMinute } = config;
  const refused = createRefusalLog(id, { logger, clock });
  return createPushSource({
    source: sourceInfoOf(config),
    language,
    mapping: preset === null ? mapping : presetMapping(preset, mapping),
    secrets: secrets.map((secret) => secret.reveal()),
    requestsPerMinute,
    registry: push,
    clock,
    ...privacy,
    onRejected,
    onChecked: (fault) => {
      if (fault !== null) refused(fault);
    },
  });
};
