import { describe, expect, it } from 'vitest';

import { widthOf, wrapText } from '../../../../pipeline/commands/terminal-text.js';

describe('text in a terminal', () => {
  it.each([
    ['English', 'Boeing shares plunge after the regulator opens a probe into door plugs '.repeat(4)],
    ['Chinese', '公司公告称，净利润同比增长百分之二十，董事会提议派发特别股息。'.repeat(5)],
    ['mixed', '比亚迪 BYD (1211.HK) 宣布 2026 年 Q1 业绩 beat expectations，股价大涨！'.repeat(4)],
    ['one endless word', 'x'.repeat(300)],
  ])('never needs more than the columns there are, and loses nothing: %s', (_, text) => {
    const lines = wrapText(text, 40);
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(40);
    expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
    // No line but the last is half empty.
    for (const line of lines.slice(0, -1)) expect(widthOf(line)).toBeGreaterThan(20);
  });

  it('begins no line with Chinese punctuation', () => {
    const lines = wrapText('利润增长，'.repeat(20), 40);
    for (const line of lines) expect(line).not.toMatch(/^，/);
  });

  it('cannot be made to move the cursor', () => {
    expect(wrapText('a\u001b[2Jb', 40)).toEqual(['a\\u{1b}[2Jb']);
  });
});
