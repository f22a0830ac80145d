/** What a folded UTF-16 unit is to the scanner. `han`: of a script without spaces, where every character is a word. */
export const UNIT = { other: 0, letter: 1, digit: 2, han: 3, ends: 4, sign: 5, currency: 6 } as const;

const CLASSES = buildClasses();

export function unitClass(unit: number | undefined): number {
  return CLASSES[unit ?? 0] ?? UNIT.other;
}

/** Whether a figure begins here: "3", "+3", "$3", "-$3", "us$3"; a sign counts only where no word or number stands before it. */
export function isFigureStart(units: Uint16Array, at: number): boolean {
  const before = at === 0 ? UNIT.other : unitClass(units[at - 1]);
  const next = unitClass(units[at + 1]);
  switch (unitClass(units[at])) {
    case UNIT.digit:
      return before !== UNIT.letter;
    case UNIT.sign:
      return (
        (next === UNIT.digit || next === UNIT.currency) && before !== UNIT.letter && before !== UNIT.digit
      );
    case UNIT.currency:
      return next === UNIT.digit || next === UNIT.sign;
    case UNIT.letter:
      return units[at + 2] === 0x24 && before !== UNIT.letter;
    default:
      return false;
  }
}

/** High surrogates of the rarer Chinese characters. */
export function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd840 && unit <= 0xd87f;
}

function buildClasses(): Uint8Array {
  const classes = new Uint8Array(65_536);
  const letters = [
    [0x41, 0x5a],
    [0x61, 0x7a],
    [0xc0, 0xd6],
    [0xd8, 0xf6],
    [0xf8, 0x24f],
    [0x370, 0x1fff],
  ] as const;
  const han = [
    [0x3041, 0x30ff],
    [0x3400, 0x9fff],
    [0xac00, 0xd7af],
    [0xd840, 0xd87f],
    [0xf900, 0xfaff],
  ] as const;
  for (const [from, to] of letters) classes.fill(UNIT.letter, from, to + 1);
  for (const [from, to] of han) classes.fill(UNIT.han, from, to + 1);
  classes.fill(UNIT.digit, 0x30, 0x3a);
  // A point or comma inside a figure is never looked at alone; "、" joins the names of a list.
  for (const unit of '.,;:!?\n()[]|#。…「」【】') classes[unit.charCodeAt(0)] = UNIT.ends;
  for (const unit of '+-±') classes[unit.charCodeAt(0)] = UNIT.sign;
  for (const unit of '$€£¥') classes[unit.charCodeAt(0)] = UNIT.currency;
  return classes;
}
