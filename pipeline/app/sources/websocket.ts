import { createWebSocketSource } from '../../../ingest/sources/live/websocket.js';
import { createBreaker } from '../../operators/breaker.js';
import { livePartsOf, type CreateSource, type SourceConfigOf } from './source-kit.js';

export const createWebSocket: CreateSource<'websocket'> = (config, kit) => {
  const { heartbeat, resume, login } = config;
  return createWebSocketSource({
    ...livePartsOf(config, kit),
    url: config.url,
    sockets: kit.sockets,
    secretHeaders: secretHeadersOf(config),
    messages: [...(login === null ? [] : [login.reveal()]), ...config.messages],
    heartbeat:
      heartbeat === null ? null : { message: heartbeat.message, everyMs: heartbeat.everySeconds * 1_000 },
    mapping: config.mapping,
    resume: resume === null ? null : resumeOf(resume),
    silenceMs: config.silenceSeconds * 1_000,
    createBreaker,
  });
};

function secretHeadersOf({ auth }: SourceConfigOf<'websocket'>): Readonly<Record<string, string>> {
  return auth === null ? {} : { [auth.header]: `${auth.prefix}${auth.secret.reveal()}` };
}

function resumeOf({ path, parameter, message }: NonNullable<SourceConfigOf<'websocket'>['resume']>) {
  return {
    path,
    ...(parameter === undefined ? {} : { parameter }),
    ...(message === undefined ? {} : { message }),
  };
}
