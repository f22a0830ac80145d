import type { SourceInfo, SourceKind } from '../../pipeline/core/document.js';
import { digest } from './identity.js';
import { maskPersonalData } from './mask-personal-data.js';

/** In whose texts personal data is masked. */
export interface Masking {
  readonly kinds: readonly SourceKind[];
  /** Source id: true or false, whatever the kind. */
  readonly sources: Readonly<Record<string, boolean>>;
}

/** What customers write is masked even where nobody has said so. */
export const DEFAULT_MASKING: Masking = { kinds: ['feedback'], sources: {} };

export function isMasked({ id, kind }: Pick<SourceInfo, 'id' | 'kind'>, masking: Masking): boolean {
  return Object.hasOwn(masking.sources, id) ? masking.sources[id] === true : masking.kinds.includes(kind);
}

/** A native id that holds personal data becomes a digest of itself: the same for the same document, whenever it comes. */
export function maskNativeId(nativeId: string): string {
  return maskPersonalData(nativeId) === nativeId ? nativeId : `masked-${digest([nativeId])}`;
}

/** The address, or null when personal data stands in it, plain or percent-encoded. */
export function maskUrl(url: string): string | null {
  const readable = url.replaceAll(/%40/gi, '@').replaceAll(/%2B/gi, '+').replaceAll(/%20/g, ' ');
  const parts = readable.split(/[/?#&=]/);
  return parts.every((part) => maskPersonalData(part) === part) ? url : null;
}
