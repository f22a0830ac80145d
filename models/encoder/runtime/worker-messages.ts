import type { ServedLanguage } from '../manifest.js';
import type { Device } from './device.js';
import type { NativeGate } from './native-gate.js';
import type { NetworkInput, NetworkOutput } from './network.js';

export type NetworkLanguage = 'en' | 'zh';

/** A network as it is handed to a thread or a process: checked bytes, which all threads share. */
export interface SharedNetwork {
  readonly language: NetworkLanguage;
  readonly served: ServedLanguage;
  readonly model: Uint8Array;
}

/** What a worker is started with. */
export interface WorkerStart {
  readonly networks: readonly SharedNetwork[];
  readonly threads: number;
  readonly device: Device;
}

/** What a thread is started with. */
export interface ThreadStart extends WorkerStart {
  readonly gate: NativeGate;
}

export interface WorkerRequest {
  readonly language: NetworkLanguage;
  readonly inputs: readonly NetworkInput[];
}

/** First that it can serve, or why it cannot; then one answer a request, in their order. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'answer'; readonly outputs: readonly NetworkOutput[] }
  | { readonly kind: 'failed'; readonly message: string };
