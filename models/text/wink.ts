import model from 'wink-eng-lite-web-model';
import winkNlp, { type WinkMethods } from 'wink-nlp';

let loaded: WinkMethods | null = null;

/**
 * The English tokenizer with its sentence ends, loaded at the first call (about 0.1 s, 30 MB) and then shared; it keeps no
 * state between texts.
 *
 * Once a process, because loading spoils the model: each time it escapes a part of it once more, which doubles, and after
 * some twenty times there is no memory for it.
 */
export function loadWink(): WinkMethods {
  loaded ??= winkNlp(model, ['sbd']);
  return loaded;
}
