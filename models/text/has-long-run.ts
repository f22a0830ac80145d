const SPACE = /\s/;

/**
 * Whether somewhere more than `most` units stand without white space. Looks at few of them: only at every so many-th, and back from
 * there to the white space before.
 */
export function hasLongRun(text: string, most: number): boolean {
  let from = 0;
  while (from + most < text.length) {
    let at = from + most;
    while (at >= from && !SPACE.test(text.charAt(at))) at -= 1;
    if (at < from) return true;
    from = at + 1;
  }
  return false;
}
