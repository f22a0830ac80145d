import model from 'wink-eng-lite-web-model';
import winkNlp, { type WinkMethods } from 'wink-nlp';

/**
 * The tokenizer remembers every word that it has not met before, about 150 bytes each, and nothing takes that back: after so many
 * UTF-16 units a new one stands in its place. 80 ms a time; what it remembers by then is some 10 MB, of a text of nothing but new words
 * at most 150.
 */
const MOST_READ = 5_000_000;

/** The library spoils this part of the model: it escapes it once more at each loading, which doubles it, and after some twenty times there is no memory for it. */
const metaCER = (model.metaCER as () => unknown)();

let loaded: WinkMethods | null = null;
let read = 0;

/**
 * The English tokenizer with its sentence ends, to read this text with: loaded at the first call (about 0.1 s, 30 MB), then shared.
 * What it answers does not depend on the texts before.
 */
export function winkFor(text: string): WinkMethods {
  read += text.length;
  if (loaded === null || read > MOST_READ) {
    loaded = winkNlp({ ...model, metaCER: () => metaCER }, ['sbd']);
    read = text.length;
  }
  return loaded;
}
