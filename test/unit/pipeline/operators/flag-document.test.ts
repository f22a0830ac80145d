import { describe, expect, it } from 'vitest';
import { DOCUMENT_FLAGS, flagDocument } from '../../../../pipeline/operators/flag-document.js';
import { processorMs } from '../../../support/processor-time.js';

const document = {
  publishedAt: '2026-03-01T09:00:00.000Z',
  receivedAt: '2026-03-01T09:01:00.000Z',
  action: 'add',
} as const;
const english = { language: 'en', mixed: false };
const flags = (text: string) => flagDocument(document, text, english);

describe('flagDocument', () => {
  it.each([
    ['Aldermoor profit falls 5% as bad loans rise', []],
    ['远山银行前三季度净利润下降5%', []],
    ['<p>Profit fell &amp; the shares with it</p>', []],
    ['$ALDR $BRTW both fall after the warning', []],
    ['up', ['text_short']],
    ['跌停', ['text_short']],
    ['利润下降', []],
    ['#NAME?', ['text_short', 'debris']],
    ['[object Object] rose', ['debris']],
    ['function (a) { return 1 }', ['debris']],
    ['CafÃ© owner saysâ€œnoâ€\u009d to sale', ['debris']],
    ['锟斤拷锟斤拷锟斤拷公司', ['debris']],
    ['buy '.repeat(20), ['debris']],
    ['a'.repeat(50), ['debris']],
    ['Join our VIP telegram group for free signals', ['spam']],
    ['Guaranteed returns, DM me for details', ['spam']],
    ['Free iPhone!!! Click here http://bit.ly/x WIN $$$ join telegram @pump100x now!!!', ['spam']],
    ['Join Telegram @gemcalls before it moons', ['spam']],
    ['Next 100x gem, click the link below https://x.example/a', ['spam']],
    ['You have won a free gift card, claim your prize now', ['spam']],
    ['Earn $500 daily from home, sign up now', ['spam']],
    ['Add me on WhatsApp +1 555 010 0199 for daily signals', ['spam']],
    ['Claim your free airdrop: connect your wallet at https://x.example', ['spam']],
    ['Our members made 300% last week, join free now', ['spam']],
    ['牛股推荐，加微信领取内部消息', ['spam']],
    ['关注公众号领取涨停牛股', ['spam']],
    ['Telegram founder Durov to join crypto event', []],
    ['Apple gives free iPhone repairs after recall', []],
    ['Free cash flow rises at Nvidia, click-through rates fall', []],
    ['WhatsApp to add payments for small firms', []],
    ['Coinbase warns of airdrop scams that ask users to connect a wallet', []],
    ['Lottery operator says players have won record prizes', []],
    ['Stocks win as traders join rally!!!', []],
    ['Analysts claim prize drugs at Pfizer are free of patent risk', []],
    ['Workers earn $500 daily at the mine, union says', []],
    ['公司公众号发布涨停风险提示', []],
    ['微信支付推出免费提现活动', []],
    ['老师带你赚，免费荐股进群', ['spam']],
    [`Movers ${'#gains '.repeat(6)}${'#stocks '.repeat(6)}`, ['spam']],
    [`Upgrades: ${'$AAA $BBB '.repeat(3)}$CCC $DDD $EEE $FFF $GGG`, []],
    ['Telegram adds a payment service; WeChat follows', []],
    ['The regulator warns of guaranteed-return schemes', []],
    ['A word and text and more of other kinds, '.repeat(900), ['text_long']],
  ])('remarks on %j', (text, expected) => {
    expect(flags(text)).toEqual(expected);
  });

  it('remarks on language, time and history', () => {
    const text = 'Umsatz der Bank fällt';
    expect(flagDocument(document, text, { language: 'de', mixed: true })).toEqual([
      'language_unsupported',
      'language_mixed',
    ]);
    const early = { ...document, receivedAt: '2026-03-01T08:59:00.000Z' };
    expect(flagDocument(early, text, english)).toEqual(['future_time']);
    const old = { ...document, receivedAt: '2026-05-01T09:00:00.000Z' };
    expect(flagDocument(old, text, english)).toEqual(['old_time']);
    expect(flagDocument({ ...old, backfill: true }, text, english)).toEqual(['backfill']);
    expect(flagDocument({ ...document, action: 'retract' }, '', english)).toEqual([]);
  });

  it('gives only the flags that it names', () => {
    const all = flagDocument({ ...document, backfill: true }, '#NAME?', { language: 'und', mixed: true });
    expect(all.every((flag) => DOCUMENT_FLAGS.includes(flag))).toBe(true);
  });

  it('is quick for hostile text', () => {
    for (const unit of [
      'a',
      'a ',
      '#a',
      '$a ',
      'join our ',
      'send ',
      'undefined',
      '{"',
      'http://',
      '加',
      '\ufffd',
    ]) {
      const started = processorMs();
      flags(unit.repeat(Math.floor(200_000 / unit.length)));
      expect(processorMs() - started, unit).toBeLessThan(500);
    }
  });
});
