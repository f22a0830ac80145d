import { createDemoSource } from '../../../ingest/sources/demo/demo.js';
import type { CreateSource } from './source-kit.js';

export const createDemo: CreateSource<'demo'> = ({ id, seed }, { clock, readCursor, instruments }) =>
  createDemoSource({ id, seed, clock, readCursor, instruments });
