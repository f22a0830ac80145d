const LOOKALIKES = new Map(
  // Cyrillic, then Greek, each with the Latin letter that it looks like.
  'аaеeоoрpсcуyхxіiјjѕsԁdһhАAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅSοoνvρpαaιiΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX'
    .match(/../gu)
    ?.map((pair): [string, string] => [pair.charAt(0), pair.charAt(1)]),
);

const FOREIGN = /[\u0370-\u03ff\u0400-\u052f]/;
const WORD = /[A-Za-z\u0370-\u03ff\u0400-\u052f]{2,64}/g;

/**
 * The text with Cyrillic and Greek letters in the midst of Latin ones replaced by the Latin letters they look like, unit for unit.
 * Words of one script, and words with a letter that looks like none, stay.
 */
export function foldLookalikes(text: string): string {
  if (!FOREIGN.test(text)) return text;
  return text.replace(WORD, (word) => {
    if (!/[A-Za-z]/.test(word) || !FOREIGN.test(word)) return word;
    const folded = word.replace(/[^A-Za-z]/g, (letter) => LOOKALIKES.get(letter) ?? letter);
    return FOREIGN.test(folded) ? word : folded;
  });
}
