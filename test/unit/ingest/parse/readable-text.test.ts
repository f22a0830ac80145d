import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFurniture } from '../../../../ingest/parse/page-furniture.js';
import { readableText } from '../../../../ingest/parse/readable-text.js';
import { processorMs } from '../../../support/processor-time.js';

const PAGE = `<!doctype html><html class="no-js"><head><title>Aldermoor | Wire</title><style>p{}</style></head>
<body class="has-sidebar"><header><nav><ul><li><a href="/">Home</a></li><li><a href="/m">Markets</a></li></ul></nav></header>
<div class="ticker-tape"><span>S&amp;P 500</span> 5,432.10 +0.5%</div>
<div id="cookie-banner"><p>We use cookies to give you the best service. Accept all</p></div>
<main><article><h1>Aldermoor warns on profit</h1>
<div class="share-buttons"><a href="#">Facebook</a> <a href="#">X</a></div>
<p>Aldermoor Bank said on Monday that <b>profit fell −3.2&nbsp;%</b> and that it was <em>not</em> in breach of its <a href="/c">covenants</a>.</p>
<p>Read more: <a href="/x">Ten shares to watch</a></p>
<p>Shares lost a tenth of their value &amp; trading was halted.<br>They had gained 4% in May.</p>
<aside class="related"><h3>Related</h3><p>Another bank rose.</p></aside>
<script>var a = "<p>never</p>";</script><p>Reading resumed.</p></article></main>
<div class="sidebar"><p>Most read</p><p>Celebrity buys yacht</p></div>
<footer>© 2026 Wire. All rights reserved.</footer></body></html>`;

const CHINESE_PAGE = `<html><body><div class="nav"><a>首页</a><a>股票</a></div><div class="article-content">
<h1>远山银行三季度净利润下降</h1><p>来源：远山快讯</p>
<p>远山银行公告称，前三季度净利润同比下降5%，未触发任何条款。</p>
<p>公司表示不会调整分红。（责任编辑：李某）</p><p>相关阅读</p><p><a href="1">另一家银行上涨</a></p>
<p>责任编辑：王某</p><div class="bdsharebuttonbox">分享到：微博</div><p>扫一扫，关注公众号</p></div></body></html>`;

describe('readableText', () => {
  it('leaves an English article: no menu, tickers, cookies, share buttons, related stories or footer', () => {
    expect(readableText(PAGE).split('\n')).toEqual([
      'Aldermoor warns on profit',
      'Aldermoor Bank said on Monday that profit fell −3.2 % and that it was not in breach of its covenants.',
      'Shares lost a tenth of their value & trading was halted.',
      'They had gained 4% in May.',
      'Reading resumed.',
    ]);
  });

  it('leaves a Chinese article', () => {
    expect(readableText(CHINESE_PAGE).split('\n')).toEqual([
      '远山银行三季度净利润下降',
      '远山银行公告称，前三季度净利润同比下降5%，未触发任何条款。',
      '公司表示不会调整分红。',
    ]);
  });

  it.each([
    ['Shares fell 3%', 'Shares fell 3%'],
    ['<p>Shares fell <b>3%</b>', 'Shares fell 3%'],
    ['a < b and 5 > 3 &lt;not a tag&gt;', 'a < b and 5 > 3 <not a tag>'],
    [
      '<a href="x">Aldermoor profit falls by a fifth as loans sour</a>',
      'Aldermoor profit falls by a fifth as loans sour',
    ],
    ['Read more', 'Read more'],
    ['<p>One</p><p>One</p><p>Two</p>', 'One\nTwo'],
    ['<p title="a > b">Text</p>', 'Text'],
    ['<p>Up 2%<p>Down 3%', 'Up 2%\nDown 3%'],
    ['<div class="article-with-sidebar"><p>The text</p></div>', 'The text'],
    ['<p>Text</p><div>AAPL 150.25 -3.2%</div><div>MSFT 300.10 +1.0%</div><div>IBM 130.00 0.1%</div>', 'Text'],
    ['<div>AAPL 150.25 -3.2%</div>', 'AAPL 150.25 -3.2%'],
    ['', ''],
  ])('reads %j', (html, expected) => {
    expect(readableText(html)).toBe(expected);
  });

  it.each([
    'Share prices fell',
    'Share buyback raised to $2bn',
    'Related Group defaults on bonds',
    'More banks fail',
    'Print sales fell 5%',
    'Subscribers left the service',
    'Follow-on offering priced at $12',
    'Twitter shares jump',
    'Trending stocks: none rose',
    'Cookie maker warns on profit',
    '来源于海外的收入下降',
    '编辑部裁员三成',
    '评论称其业绩不及预期',
    '广告收入下降20%',
    '下载量增长',
    '记者从公司获悉，净利润下降',
    '大股东减持',
    '中信证券下跌',
    '小米集团亏损',
    '注册资本减少',
    '微信支付下线',
    '微博股价大跌',
  ])('takes %j for news', (line) => {
    expect(isFurniture(line)).toBe(false);
  });

  it('is linear, bounded and never throws', () => {
    const units = [
      '<',
      '<p',
      '<p>',
      '<div>',
      '</div>',
      '<!--',
      '<a ',
      '<a "',
      "<p '>",
      '<script>',
      '<nav>',
      '&amp',
      '&#',
      '<p class="',
      'x ',
      '责任编辑：',
      '（责任编辑：',
      '<b/>',
      '<svg>',
    ];
    for (const unit of units) {
      const started = processorMs();
      readableText(unit.repeat(Math.floor(200_000 / unit.length)));
      expect(processorMs() - started, unit).toBeLessThan(1_000);
    }
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(...units, '>', '"', 'a', '\n', '</p>', '</script>'),
          maxLength: 40,
        }),
        (html) => {
          expect(readableText(html).length).toBeLessThanOrEqual(html.length * 2);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
