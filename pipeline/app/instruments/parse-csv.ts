/**
 * Reads a table as spreadsheets write it (RFC 4180: quotes, doubled quotes, line ends inside quotes), separated by
 * commas, semicolons or tabs, whichever the first line has most of.
 *
 * Gives one object a row, keyed by the words of the first line as they are; empty rows are left out. Linear; never throws.
 */
export function parseCsv(text: string): readonly Readonly<Record<string, string>>[] {
  const [head, ...rows] = splitRows(text.replace(/^\uFEFF/, ''));
  if (head === undefined) return [];
  return rows
    .filter((cells) => cells.some((cell) => cell.trim() !== ''))
    .map((cells) =>
      Object.fromEntries(head.map((name, column) => [name.trim(), (cells[column] ?? '').trim()])),
    );
}

function splitRows(text: string): string[][] {
  const separator = separatorOf(text);
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text.charAt(i + 1) === '"') cell += text.charAt(++i);
      else quoted = false;
    } else if (character === '"' && cell.trim() === '') {
      cell = '';
      quoted = true;
    } else if (character === separator || character === '\n') {
      row.push(cell);
      cell = '';
      if (character === separator) continue;
      rows.push(row);
      row = [];
    } else if (character !== '\r') cell += character;
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell]);
  return rows;
}

function separatorOf(text: string): string {
  const line = /^[^\n]*/.exec(text)?.[0] ?? '';
  const counts = [',', ';', '\t'].map((mark) => [mark, line.split(mark).length] as const);
  return counts.sort((a, b) => b[1] - a[1])[0]?.[0] ?? ',';
}
