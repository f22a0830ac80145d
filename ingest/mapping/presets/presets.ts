import type { MappingSpec } from '../../../pipeline/core/mapping.js';
import { DOUYIN } from './douyin.js';
import { WECHAT } from './wechat.js';
import { WEIBO } from './weibo.js';

/** Ready mappings by the name that a configuration gives. */
export const MAPPING_PRESETS = { weibo: WEIBO, wechat: WECHAT, douyin: DOUYIN } as const satisfies Record<
  string,
  MappingSpec
>;
export type MappingPreset = keyof typeof MAPPING_PRESETS;

/** A ready mapping with the fields of one's own in place of its fields; those of `extra` one by one. */
export function presetMapping(preset: MappingPreset, own: MappingSpec): MappingSpec {
  const ready: MappingSpec = MAPPING_PRESETS[preset];
  return { ...ready, ...own, extra: { ...ready.extra, ...own.extra } };
}
