import { createFilesSource } from '../../../ingest/sources/files/files.js';
import { sourceInfoOf, type CreateSource } from './source-kit.js';

export const createFiles: CreateSource<'files'> = (config, { clock, readCursor, privacy, onRejected }) => {
  const { language, path, format, delimiter, header, encoding, mapping, everySeconds } = config;
  return createFilesSource({
    source: sourceInfoOf(config),
    language,
    path,
    format,
    delimiter,
    header,
    encoding,
    mapping,
    intervalMs: everySeconds * 1_000,
    readCursor,
    clock,
    onRejected,
    ...privacy,
  });
};
